#pragma once
#include "core/run/run_store.h"

namespace ablate::app {

inline Json notes_json(const run::Notes& notes) { return {{"text", notes.text}, {"tags", notes.tags}}; }

// {"info": run.json, "state": state.json, "status": "running" | ..., "notes": {"text", "tags"}, "problems": [...],
// "folder": PATH}
inline Json run_json(const run::ListedRun& listed) {
    return {{"info", to_json(listed.info)},
            {"state", to_json(listed.state)},
            {"status", run::to_string(listed.status)},
            {"notes", notes_json(listed.notes)},
            {"problems", listed.problems},
            {"folder", listed.directory.folder().string()}};
}

}  // namespace ablate::app
