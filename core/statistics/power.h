#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// What a study will be able to tell, before it is trained. Differences and deviations in the unit of the metric.
namespace ablate::study {

// Earlier paired differences of one variant to its baseline at this size.
struct SpreadOfVariant {
    double variance = 0;       // of the differences over seeds
    std::int64_t degrees = 0;  // their number minus 1
};

// A deviation to plan with: s~^2 = (d0 s_bar^2 + nu s^2) / (d0 + nu) (d0 + nu) / q, where nu are the degrees of the
// variant itself (0: it was not trained before), s_bar^2 the mean variance over the variants, d0 = min(4, (m - 1) nu')
// with nu' the mean degrees of the m variants pooled, and q the lower 20 % point of chi^2(d0 + nu). Nothing without a
// variance.
std::optional<double> planning_deviation(std::span<const SpreadOfVariant> pooled,
                                         std::optional<SpreadOfVariant> own = {});

struct PlannedFamily {
    double error = 0.05;         // of one difference on both sides: Family::error()
    double deviation = 0;        // planning_deviation
    double block_deviation = 0;  // s_b of the validation text; 0: not known
    std::int64_t blocks = 20;    // B
};
// Probability that `seeds` seeds find a true difference: P(|T| > t(n - 1, 1 - error / 2)), T noncentral t with n - 1
// degrees of freedom and noncentrality d sqrt(n) / s~; the validation noise widens the interval as in
// family_interval.h.
double power_of(double difference, std::int64_t seeds, const PlannedFamily& family);
// The smallest difference found with probability `power`; infinity below two seeds.
double detectable_difference(std::int64_t seeds, const PlannedFamily& family, double power = 0.8);
// The fewest seeds that find it so; nothing within `limit`.
std::optional<std::int64_t> seeds_to_detect(double difference, const PlannedFamily& family, double power = 0.8,
                                            std::int64_t limit = 1000);
// The fewest seeds whose planned half width is below `difference`; nothing within `limit`, as where the validation
// noise alone is wider.
std::optional<std::int64_t> seeds_for_half_width(double difference, const PlannedFamily& family,
                                                 std::int64_t limit = 1000);
// The half width that the validation noise alone leaves, however many seeds are trained.
double half_width_of_blocks(const PlannedFamily& family);

}  // namespace ablate::study
