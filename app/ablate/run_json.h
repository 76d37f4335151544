#pragma once
#include "core/run/run_store.h"

namespace ablate::app {

// {"info": run.json, "state": state.json, "status": "running" | ..., "folder": PATH}
inline Json run_json(const run::ListedRun& listed) {
    return {{"info", to_json(listed.info)},
            {"state", to_json(listed.state)},
            {"status", run::to_string(listed.status)},
            {"folder", listed.directory.folder().string()}};
}

}  // namespace ablate::app
