#include "tests/support/planted_settings.h"

#include <fmt/format.h>

namespace ablate::test {
namespace {

constexpr double kTextRatio = 0.45;

std::string seeds_text(std::int64_t seeds) { return fmt::format("{} seeds", seeds); }

PlantedSetting setting(const std::string& what, std::int64_t variants, std::int64_t seeds) {
    PlantedSetting made;
    made.name = fmt::format("{}, {} {}, {}", what, variants, variants == 1 ? "variant" : "variants", seeds_text(seeds));
    made.variants = variants;
    made.seeds = seeds;
    return made;
}

void add_noises(std::vector<PlantedSetting>& all) {
    for (const std::int64_t seeds : {2, 3, 5, 8, 10}) all.push_back(setting("no difference", 5, seeds));
    for (const std::int64_t variants : {1, 2, 10}) all.push_back(setting("no difference", variants, 3));
    for (const std::int64_t seeds : {3, 8}) {
        all.push_back(setting("equal variances", 5, seeds));
        all.back().unequal = false;
        all.push_back(setting("heavy tails", 5, seeds));
        all.back().shape = NoiseShape::heavy;
        all.push_back(setting("skewed noise", 5, seeds));
        all.back().shape = NoiseShape::skewed;
        all.push_back(setting("noise of the text", 5, seeds));
        all.back().text_ratio = kTextRatio;
        all.push_back(setting("two decimals", 5, seeds));
        all.back().resolution = 0.01;
        all.push_back(setting("three decimals", 5, seeds));
        all.back().resolution = 0.001;
        all.push_back(setting("collapses", 5, seeds));
        all.back().collapse_rate = 0.05;
    }
}

void add_grids(std::vector<PlantedSetting>& all) {
    for (const std::int64_t points : {3, 5})
        for (const bool baseline : {false, true})
            for (const bool variants : {false, true}) {
                all.push_back(setting(fmt::format("grid of {}, baseline {}, variants {}", points,
                                                  baseline ? "peaked" : "flat", variants ? "peaked" : "flat"),
                                      5, 3));
                all.back().grid_points = points;
                all.back().peaked_baseline = baseline;
                all.back().peaked_variants = variants;
            }
}

void add_differences(std::vector<PlantedSetting>& all) {
    for (const double difference : {0.001, 0.005, 0.01, 0.05})
        for (const std::int64_t seeds : {3, 8}) {
            all.push_back(setting(fmt::format("3 variants differ by {:g} %", 100 * difference), 5, seeds));
            all.back().difference = difference;
            all.back().differing = 3;
            all.back().margin = 0.01;
        }
    for (const std::int64_t seeds : {5, 10}) {
        all.push_back(setting("all differ by just more than the margin", 5, seeds));
        all.back().margin = 0.01;
        all.back().truths = {0, 0.0101, -0.0101, 0.0101, -0.0101, 0.0101};
    }
}

}  // namespace

std::vector<PlantedSetting> planted_settings() {
    std::vector<PlantedSetting> all;
    add_noises(all);
    add_grids(all);
    add_differences(all);
    return all;
}

}  // namespace ablate::test
