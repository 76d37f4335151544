#include "core/train/schedule.h"
#include "core/train/schedules/after_warmup.h"

#include <cmath>
#include <numbers>

namespace ablate::train {

void register_schedule_cosine(ScheduleRegistry& registry) {
    ScheduleRow row;
    row.name = "cosine";
    row.label = "Cosine";
    row.formula = "r + (1 − r) (1 + cos(π (k − W) / (S − W))) / 2 at step k of S, after W steps of warm-up";
    row.source = "Loshchilov and Hutter 2017, arXiv 1608.03983; torch.optim.lr_scheduler.CosineAnnealingLR";
    row.uses = {"lr_min_ratio"};
    row.decaying_steps = steps_after_warmup;
    row.decay = [](double done) { return (1 + std::cos(std::numbers::pi * done)) / 2; };
    registry.add(row);
}

}  // namespace ablate::train
