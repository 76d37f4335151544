#pragma once
#include "core/run/run_store.h"

#include <algorithm>

namespace ablate::ui {

// Nothing more comes of it by itself; a paused or interrupted run may still go on.
inline bool is_over(run::Status status) {
    return run::has_result(status) || status == run::Status::stopped || status == run::Status::failed;
}

inline bool any_running(const run::RunList& runs) {
    return std::any_of(runs.runs.begin(), runs.runs.end(),
                       [](const run::ListedRun& listed) { return listed.status == run::Status::running; });
}

}  // namespace ablate::ui
