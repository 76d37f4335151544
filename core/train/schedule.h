#pragma once
#include "core/config/run_config.h"

namespace ablate::train {

// The learning rate's factor at a step counted from 0, in [0, 1]: linear warm-up reaching 1 at the step before
// `warmup`, then the schedule down to lr_min_ratio at the last step. cosine, linear; wsd holds 1 and decays linearly
// over the last decay_share; constant holds 1. cosine: lr (r + (1 - r) (1 + cos(pi (k - W) / (S - W))) / 2), as in
// ../shared/reference/torch_ablation.py.
double schedule_factor(const TrainConfig& config, std::int64_t step);

}  // namespace ablate::train
