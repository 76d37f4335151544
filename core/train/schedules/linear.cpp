#include "core/train/schedule.h"
#include "core/train/schedules/after_warmup.h"

namespace ablate::train {

void register_schedule_linear(ScheduleRegistry& registry) {
    ScheduleRow row;
    row.name = "linear";
    row.label = "Linear";
    row.formula = "1 − (1 − r) (k − W) / (S − W) at step k of S, after W steps of warm-up";
    row.source = "torch.optim.lr_scheduler.LinearLR";
    row.uses = {"lr_min_ratio"};
    row.decaying_steps = steps_after_warmup;
    row.decay = [](double done) { return 1 - done; };
    registry.add(row);
}

}  // namespace ablate::train
