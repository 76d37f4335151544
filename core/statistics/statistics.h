#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ablate::study {

// Mean with a two-sided Student t interval at 95 %; no interval below two values (core/README.md, decision 11).
struct Interval {
    std::int64_t n = 0;
    double mean = 0, sd = 0;  // sample standard deviation (n - 1); NaN at n < 2
    std::optional<double> half_width;
};
Interval mean_interval(std::span<const double> values);

// The same for differences paired by seed, with the two-sided p value of a paired t test. Where the difference is one
// of a family, `half_width` is that of the family's interval (family_interval.h): sqrt(seeds_half^2 + blocks_half^2).
struct PairedInterval : Interval {
    std::optional<double> p_value{};                // of this difference alone
    double error = 0.05;                            // that the interval allows on both sides together: alpha / k
    std::optional<double> seeds_half{};             // of the spread between seeds
    std::optional<double> blocks_half{};            // of the validation text; none where its blocks are not known
    std::optional<double> unadjusted_half_width{};  // at 95 % for this difference alone
    bool distinguishable() const { return half_width && std::abs(mean) > *half_width; }
};
PairedInterval paired_interval(std::span<const double> variant, std::span<const double> baseline);
// Where seeds do not pair (another data order): the difference of the means with Welch's interval and p value. `n` is
// the smaller of the two counts, `sd` is that of one difference; no interval unless both sides have two values.
PairedInterval unpaired_interval(std::span<const double> variant, std::span<const double> baseline);

// Seeds after which a 95 % interval of a mean with this deviation excludes zero; none within `limit`.
std::optional<std::int64_t> seeds_to_resolve(double mean, double sd, std::int64_t limit = 100);

double median(std::vector<double> values);  // NaN when empty

}  // namespace ablate::study
