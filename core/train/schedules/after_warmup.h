#pragma once
#include "core/config/run_config.h"

namespace ablate::train {

// The decay of a schedule that falls from the end of the warm-up on.
inline double steps_after_warmup(const TrainConfig& config) {
    return static_cast<double>(config.steps) - static_cast<double>(config.warmup);
}

}  // namespace ablate::train
