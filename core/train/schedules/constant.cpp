#include "core/train/schedule.h"

namespace ablate::train {

void register_schedule_constant(ScheduleRegistry& registry) {
    ScheduleRow row;
    row.name = "constant";
    row.label = "Constant";
    row.formula = "1 after the warm-up";
    row.source = "torch.optim.lr_scheduler.ConstantLR";
    registry.add(row);
}

}  // namespace ablate::train
