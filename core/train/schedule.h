#pragma once
#include "core/config/train_kinds.h"

// The code of the schedules in the table of train_kinds.h. A new one is one file in schedules/ that defines
// register_schedule_<file name>(ScheduleRegistry&), which adds its row; CMake lists the calls.
namespace ablate::train {

class ScheduleRegistry {
  public:
    void add(ScheduleRow row);
};
const ScheduleRegistry& schedule_registry();  // registered on first use

// The factor of the learning rate at a step counted from 0, in [0, 1]. A linear warm-up reaches 1 at step warmup - 1.
// Then the factor holds 1 until the schedule's decaying_steps begin, over which it falls to lr_min_ratio:
// r + (1 - r) decay(share of these steps that is done). The floor belongs to step `steps`, the first one that is not
// taken, as with PyTorch's schedulers: the last step is one decrement above it.
// Runs are planned so that no decay begins before the end of the warm-up (study::decay_after_warmup); runs of version
// 0.1 may have one that does, and it is continued as it began.
double schedule_factor(const TrainConfig& config, std::int64_t step);

// The steps over which the schedule decays, a fraction with wsd; 0 for constant. The first of them still has the factor
// 1, so with 1 or less the learning rate never decays.
double decaying_steps(const TrainConfig& config);

}  // namespace ablate::train
