#pragma once
#include "core/config/run_config.h"

namespace ablate::train {

// The factor of the learning rate at a step counted from 0, in [0, 1]. A linear warm-up reaches 1 at step warmup - 1.
// Then cosine and linear decay to lr_min_ratio, wsd holds 1 and decays linearly over the last decay_share of the steps,
// and constant holds 1. The floor belongs to step `steps`, the first one that is not taken, as with PyTorch's
// schedulers: the last step is one decrement above it. cosine: lr (r + (1 - r) (1 + cos(pi (k - W) / (S - W))) / 2).
// Runs are planned so that no decay begins before the end of the warm-up (study::decay_after_warmup); runs of version
// 0.1 may have one that does, and it is continued as it began.
double schedule_factor(const TrainConfig& config, std::int64_t step);

// The steps over which the schedule decays, a fraction with wsd; 0 for constant. The first of them still has the factor
// 1, so with 1 or less the learning rate never decays.
double decaying_steps(const TrainConfig& config);

}  // namespace ablate::train
