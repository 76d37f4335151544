#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace ablate::train {

double decaying_steps(const TrainConfig& config) {
    if (config.schedule == "constant") return 0;
    const auto steps = static_cast<double>(config.steps);
    return config.schedule == "wsd" ? config.decay_share * steps : steps - static_cast<double>(config.warmup);
}

double schedule_factor(const TrainConfig& config, std::int64_t step) {
    if (step < config.warmup) return static_cast<double>(step + 1) / static_cast<double>(config.warmup);
    if (config.schedule == "constant") return 1;
    const auto steps = static_cast<double>(config.steps);
    const double floor = config.lr_min_ratio;
    const double decaying = decaying_steps(config);
    if (decaying <= 0) return 1;
    const double done = std::clamp((static_cast<double>(step) - (steps - decaying)) / decaying, 0.0, 1.0);
    if (config.schedule == "cosine") return floor + (1 - floor) * (1 + std::cos(std::numbers::pi * done)) / 2;
    if (config.schedule == "linear" || config.schedule == "wsd") return floor + (1 - floor) * (1 - done);
    throw std::logic_error("a schedule without a formula: " + config.schedule);
}

}  // namespace ablate::train
