#include "tests/support/planted_study.h"

#include <cmath>

namespace ablate::test {
namespace {

constexpr std::int64_t kBlocks = 20;
constexpr double kOffPeak = 0.03;  // nats that a peaked curve loses from one grid point to the next

double noise(NoiseShape shape, RandomStream& random) {
    if (shape == NoiseShape::skewed) return -std::log(1 - random.uniform()) - 1;
    const double normal = random.normal();
    if (shape == NoiseShape::normal) return normal;
    double squares = 0;
    for (int i = 0; i < 3; ++i) squares += std::pow(random.normal(), 2);
    return normal / std::sqrt(squares);  // t / sqrt(3): the variance of t of 3 degrees is 3
}

double true_difference(const PlantedSetting& setting, std::int64_t variant) {
    if (!setting.truths.empty()) return setting.truths[static_cast<std::size_t>(variant)];
    if (variant == 0 || variant > setting.differing) return 0;
    return (variant % 2 ? 1 : -1) * setting.difference * kPlantedLoss;
}

double curve(const PlantedSetting& setting, std::int64_t variant, std::int64_t point) {
    const bool peaked = variant == 0 ? setting.peaked_baseline : setting.peaked_variants;
    return peaked ? kOffPeak * static_cast<double>(std::abs(point - setting.grid_points / 2)) : 0;
}

double rounded(double loss, double resolution) {
    return resolution > 0 ? std::round(loss / resolution) * resolution : loss;
}

// What the text adds to a variant's losses in each block, the same for all seeds. Its mean is an error of the text.
std::vector<double> text_effects(const PlantedSetting& setting, std::int64_t variant, RandomStream& random) {
    if (setting.text_ratio == 0 || variant == 0) return {};
    const double deviation = setting.text_ratio * difference_deviation(setting, variant) * std::sqrt(double(kBlocks));
    std::vector<double> effects;
    for (std::int64_t block = 0; block < kBlocks; ++block) effects.push_back(deviation * random.normal());
    return effects;
}

}  // namespace

const PlantedRun& PlantedStudy::run(const PlantedSetting& setting, std::int64_t variant, std::int64_t point,
                                    std::int64_t seed) const {
    return runs.at(static_cast<std::size_t>((variant * setting.grid_points + point) * setting.seeds + seed - 1));
}

double own_deviation(const PlantedSetting& setting, std::int64_t variant) {
    if (!setting.unequal) return std::sqrt(kLeastOwnDeviation * kLargestOwnDeviation);
    if (variant == 0) return kLeastOwnDeviation;
    if (setting.variants == 1) return std::sqrt(kLeastOwnDeviation * kLargestOwnDeviation);
    const double share = static_cast<double>(variant - 1) / static_cast<double>(setting.variants - 1);
    return kLeastOwnDeviation * std::pow(kLargestOwnDeviation / kLeastOwnDeviation, share);
}

double difference_deviation(const PlantedSetting& setting, std::int64_t variant) {
    return std::hypot(own_deviation(setting, variant), own_deviation(setting, 0));
}

PlantedStudy draw_study(const PlantedSetting& setting, RandomStream& random) {
    PlantedStudy study;
    std::vector<double> shared;
    for (std::int64_t seed = 0; seed < setting.seeds; ++seed) shared.push_back(kSharedDeviation * random.normal());
    for (std::int64_t variant = 0; variant <= setting.variants; ++variant) {
        study.truth.push_back(true_difference(setting, variant));
        const std::vector<double> effects = text_effects(setting, variant, random);
        double of_text = 0;
        for (double effect : effects) of_text += effect / static_cast<double>(kBlocks);
        for (std::int64_t point = 0; point < setting.grid_points; ++point)
            for (std::int64_t seed = 1; seed <= setting.seeds; ++seed) {
                PlantedRun run{variant, point, seed};
                run.loss = kPlantedLoss + study.truth.back() + curve(setting, variant, point) + of_text +
                           shared[static_cast<std::size_t>(seed - 1)] +
                           own_deviation(setting, variant) * noise(setting.shape, random);
                for (std::int64_t block = 0; setting.text_ratio > 0 && block < kBlocks; ++block)
                    run.blocks.push_back(run.loss + (effects.empty() ? 0 : effects[std::size_t(block)] - of_text));
                run.loss = rounded(run.loss, setting.resolution);
                run.collapsed = random.uniform() < setting.collapse_rate;
                study.runs.push_back(std::move(run));
            }
    }
    return study;
}

}  // namespace ablate::test
