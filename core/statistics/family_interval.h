#pragma once
#include "core/statistics/statistics.h"
#include "core/statistics/students_t.h"

#include <span>

// The one interval of a difference that is one of several: paired by seed, with the variant's own variance, single-step
// Bonferroni, and the noise of the validation text beside that of the seeds.
//     half_width = sqrt(seeds_half^2 + blocks_half^2)
//     seeds_half = t(n - 1, 1 - error / 2) s / sqrt(n),  blocks_half = t(B - 1, 1 - error / 2) s_b / sqrt(B)
// Everything is in the unit of the values. No function here throws.
namespace ablate::study {

struct DifferenceSample {
    std::span<const double> differences;  // variant minus baseline, one for each seed
    std::span<const double> blocks = {};  // the mean over the seeds of the same in each block of the validation text
    double resolution = 0;  // of the recorded values: 0.01 where a log has two decimals; 0: full precision
};

// `error`: on both sides together, alpha / k for one of k differences. The variance is at least resolution^2 / 6, which
// is that of a difference of two rounded values. No half width below two seeds, and none where all differences are
// equal at full precision. `p_value` (the error at which the interval would just reach zero) and
// `unadjusted_half_width` are those of this difference alone, with the same floor and blocks.
PairedInterval family_interval(const DifferenceSample& sample, double error = 0.05);
// The same where seeds do not pair (Welch).
PairedInterval unpaired_family_interval(std::span<const double> variant, std::span<const double> baseline,
                                        double resolution, double error = 0.05);

// The error of one difference of a family on both sides together: alpha / (k G L), and alpha / 2^j after the j-th
// addition of seeds that no plan foresaw.
struct Family {
    double alpha = 0.05;
    std::int64_t comparisons = 1;  // k: variants compared with the baseline
    std::int64_t grid_points = 1;  // G: points among which each variant and the baseline choose their best
    std::int64_t looks = 1;        // L: declared before the first run
    std::int64_t additions = 0;    // j: of seeds, without a plan
    double error() const;
};

}  // namespace ablate::study
