#pragma once
#include "core/run/known_keys.h"
#include "core/run/run_store.h"
#include "core/run/seed_text.h"

namespace ablate::app {

inline Json notes_json(const run::Notes& notes) { return {{"text", notes.text}, {"tags", notes.tags}}; }

// {"info": run.json, "state": state.json, "status": "running" | ..., "notes": {"text", "tags"}, "problems": [...],
// "folder": PATH}. An imported log has only what its source tells: its configuration is cut to that, and a seed,
// parameters or a rate that it does not tell are null.
inline Json run_json(const run::ListedRun& listed) {
    Json info = to_json(listed.info), state = to_json(listed.state);
    if (run::is_imported_log(listed.info)) {
        info["config"] = run::known_config(listed.info.config, run::KnownKeys(listed.info));
        if (run::seed_text(listed.info) != std::to_string(listed.info.seed)) info["seed"] = nullptr;
        if (listed.info.parameters == 0) info["parameters"] = nullptr;
        if (listed.state.tokens_per_second == 0) state["tokens_per_second"] = nullptr;
    }
    return {{"info", std::move(info)},
            {"state", std::move(state)},
            {"status", run::to_string(listed.status)},
            {"notes", notes_json(listed.notes)},
            {"problems", listed.problems},
            {"folder", listed.directory.folder().string()}};
}

}  // namespace ablate::app
