#pragma once
#include "core/run/run_store.h"

namespace ablate::ui {

// Nothing more comes of it by itself; a paused or interrupted run may still go on.
inline bool is_over(run::Status status) {
    return run::has_result(status) || status == run::Status::stopped || status == run::Status::failed;
}

}  // namespace ablate::ui
