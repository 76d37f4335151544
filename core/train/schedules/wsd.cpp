#include "core/train/schedule.h"

namespace ablate::train {

void register_schedule_wsd(ScheduleRegistry& registry) {
    ScheduleRow row;
    row.name = "wsd";
    row.label = "Warm-up, stable, decay";
    row.help = "warm-up, stable, linear decay at the end";
    row.formula = "1, then linearly to r over the last decay_share of the steps";
    row.source = "Hu et al. 2024, arXiv 2404.06395";
    row.uses = {"lr_min_ratio", "decay_share"};
    row.decaying_steps = [](const TrainConfig& config) {
        return config.decay_share * static_cast<double>(config.steps);
    };
    row.decay = [](double done) { return 1 - done; };
    registry.add(row);
}

}  // namespace ablate::train
