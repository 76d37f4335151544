#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

// Several tests at once, rates, and tests that ask for no distribution.
namespace ablate::study {

// Holm's adjusted p values, in the order given; NaN stays NaN and is not counted.
std::vector<double> holm(std::span<const double> p_values);

// The ranks that all pairs of m variants leave possible: 1 + the number significantly better, m - the number
// significantly worse. `sign(i, j)`: -1 where i is significantly better (lower) than j, 1 where it is worse, else 0.
struct RankRange {
    std::int64_t best = 1, worst = 1;
    bool operator==(const RankRange&) const = default;
};
std::vector<RankRange> rank_ranges(std::size_t count, const std::function<int(std::size_t, std::size_t)>& sign);

// The exact interval of Clopper and Pearson (1934) of `hits` in `trials`.
struct RateInterval {
    double low = 0, high = 1;
};
RateInterval clopper_pearson(std::int64_t hits, std::int64_t trials, double error = 0.05);
// Fisher's exact test of two rates, two-sided: the tables that are no likelier than the one seen.
double fisher_exact(std::int64_t hits_a, std::int64_t trials_a, std::int64_t hits_b, std::int64_t trials_b);

// The two-sided p value of the sign-flip test of a mean of zero: over all 2^n sign patterns up to n = 20, over 100,000
// drawn ones (a fixed seed, the observed one counted) above. Nothing below n = 8, where it says little.
std::optional<double> sign_flip_p(std::span<const double> differences);

}  // namespace ablate::study
