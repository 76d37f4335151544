#pragma once
#include "core/base/random.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Studies whose truth is known, because it was planted: what each variant differs by, and noise as real runs have it.
// Losses in nats per token.
namespace ablate::test {

enum class NoiseShape {
    normal,
    heavy,
    skewed
};  // heavy: Student t of 3 degrees; skewed: exponential; equal deviations

// Deviations as measured on the study `quick` (3 seeds, 100 steps): the losses of one variant deviate by 0.006 between
// seeds, the differences to the baseline by 0.0023 (NoPE) to 0.0117 (SiLU), so most of the first is shared by seed.
inline constexpr double kPlantedLoss = 3.65, kSharedDeviation = 0.006;
inline constexpr double kLeastOwnDeviation = 0.0016, kLargestOwnDeviation = 0.0116;

struct PlantedSetting {
    std::string name;
    std::int64_t variants = 5, seeds = 3, grid_points = 1;
    double difference = 0;       // true, as a share of the baseline's loss: 0.05 is 5 %
    std::int64_t differing = 0;  // variants that have it, worse and better in turn; the others have none
    bool unequal = true;         // own deviations from the least to the largest; else the same for all
    NoiseShape shape = NoiseShape::normal;
    double text_ratio = 0;  // deviation of the validation text's mean as a share of that of one seed's difference
    double resolution = 0;  // losses are rounded to it
    double collapse_rate = 0;
    bool peaked_baseline = false, peaked_variants = false;  // the curve over the grid; else flat
    std::optional<double> margin{};                         // nats
    std::vector<double> truths{};  // in place of `difference`: of each variant, in nats, the baseline's (0) first
};

struct PlantedRun {
    std::int64_t variant = 0, point = 0, seed = 1;  // variant 0 is the baseline
    double loss = 0;
    bool collapsed = false;
    std::vector<double> blocks{};  // losses by block of the text; empty without text noise
};
struct PlantedStudy {
    std::vector<double> truth;     // of each variant at its best grid point minus the baseline's
    std::vector<PlantedRun> runs;  // by variant, grid point and seed
    const PlantedRun& run(const PlantedSetting& setting, std::int64_t variant, std::int64_t point,
                          std::int64_t seed) const;
};

double own_deviation(const PlantedSetting& setting, std::int64_t variant);         // of its losses, beside the shared
double difference_deviation(const PlantedSetting& setting, std::int64_t variant);  // of its differences over seeds
PlantedStudy draw_study(const PlantedSetting& setting, RandomStream& random);

}  // namespace ablate::test
