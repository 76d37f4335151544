#pragma once
#include "core/run/known_keys.h"
#include "core/run/run_store.h"

namespace ablate::app {

inline Json notes_json(const run::Notes& notes) { return {{"text", notes.text}, {"tags", notes.tags}}; }

// {"info": run.json, "state": state.json, "status": "running" | ..., "notes": {"text", "tags"}, "problems": [...],
// "folder": PATH}. The configuration of an imported log has only what its source tells.
inline Json run_json(const run::ListedRun& listed) {
    Json info = to_json(listed.info);
    if (run::is_imported_log(listed.info))
        info["config"] = run::known_config(listed.info.config, run::KnownKeys(listed.info));
    return {{"info", std::move(info)},
            {"state", to_json(listed.state)},
            {"status", run::to_string(listed.status)},
            {"notes", notes_json(listed.notes)},
            {"problems", listed.problems},
            {"folder", listed.directory.folder().string()}};
}

}  // namespace ablate::app
