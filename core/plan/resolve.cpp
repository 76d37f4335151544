#include "core/plan/resolve.h"

#include "core/base/error.h"
#include "core/config/train_kinds.h"
#include "core/train/start.h"

#include <algorithm>
#include <cmath>

namespace ablate::study {

void resolve_starts(std::span<VariantPoint> points, const std::filesystem::path& workspace) {
    for (VariantPoint& point : points) {
        if (point.config.train.start.empty()) continue;
        train::resolve_start(point.config, workspace, point.name);
        train::plan_start(point.config, point.name);
    }
}

void resolve_epochs(std::vector<VariantPoint>& points, const data::PreparedData& data) {
    for (VariantPoint& point : points) {
        TrainConfig& train = point.config.train;
        if (train.epochs == 0) continue;
        const double tokens = train.epochs * static_cast<double>(data.train->size());
        train.steps = std::max<std::int64_t>(1, std::llround(std::ceil(tokens / tokens_per_step(point.config))));
        if (train.warmup > train.steps)
            throw InputError("{}.train.warmup: {} steps of warm-up do not fit into {} epochs, which are {} steps",
                             point.name, train.warmup, train.epochs, train.steps);
    }
}

bool decay_after_warmup(TrainConfig& train) {
    if (!schedule_of(train).reads("decay_share")) return false;
    const double left =
        static_cast<double>(std::max<std::int64_t>(0, train.steps - train.warmup)) / static_cast<double>(train.steps);
    if (train.decay_share <= left) return false;
    train.decay_share = left;
    return true;
}

void resolve_schedules(std::vector<VariantPoint>& points) {
    for (VariantPoint& point : points) decay_after_warmup(point.config.train);
}

RunConfig as_planned(RunConfig config, std::int64_t steps) {
    if (config.train.epochs > 0) config.train.steps = steps;
    decay_after_warmup(config.train);
    return config;
}

}  // namespace ablate::study
