#include "core/study/resolve.h"

#include "core/base/error.h"
#include "core/train/start.h"

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

}  // namespace ablate::study
