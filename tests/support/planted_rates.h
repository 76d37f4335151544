#pragma once
#include "tests/support/planted_comparison.h"

// How often the judgments of core/compare are wrong about planted studies.
namespace ablate::test {

struct PlantedRates {
    std::int64_t studies = 0;
    std::int64_t false_claims = 0, uncovered = 0, false_equivalences = 0, rank_errors = 0;  // studies with any
    std::int64_t claims = 0, equivalent = 0;                                                // variants
    std::int64_t lost = 0;  // studies whose last look no longer says what an earlier one decided
    void add(const PlantedScore& score);
    double share(std::int64_t count) const { return static_cast<double>(count) / static_cast<double>(studies); }
};

// The largest share of wrong studies that a rule of 5 % may show in so many: three standard errors above it, but never
// below `least`.
double largest_share(std::int64_t studies, double rate = 0.05, double least = 0.055);

PlantedRates rates_of(const PlantedSetting& setting, std::int64_t studies);
// Judged at each of the declared looks; only undecided variants and the baseline get more seeds. The setting has the
// seeds of the last look.
PlantedRates rates_of_looks(const PlantedSetting& setting, const std::vector<std::int64_t>& looks,
                            std::int64_t studies);
// All variants get one more seed again and again, without a plan; the study is judged each time.
PlantedRates rates_of_additions(const PlantedSetting& setting, std::int64_t additions, std::int64_t studies);
// The share of variants found whose true difference is the one that planning, from an earlier study with
// `earlier_seeds`, calls detectable at 80 %.
double delivered_power(const PlantedSetting& setting, std::int64_t earlier_seeds, std::int64_t studies);

// Random relabelings of runs of one configuration as a baseline and variants of `seeds` runs each: any claim is false.
PlantedRates rates_of_relabelings(const study::Comparison& comparison, std::int64_t variants, std::int64_t seeds,
                                  std::int64_t relabelings);

}  // namespace ablate::test
