#include "core/statistics/family_interval.h"

#include <algorithm>
#include <boost/math/tools/roots.hpp>

namespace ablate::study {
namespace {

constexpr double kUnadjusted = 0.05;
constexpr double kEqual = 1e-10;  // of the largest difference: what subtracting two equal pairs may leave

// One of the two sources of the width: a standard error with its degrees.
struct Source {
    double standard_error = 0, degrees = 0;
    double half(double error) const { return standard_error > 0 ? t_quantile(error / 2, degrees) * standard_error : 0; }
};

double half_width(const Source& seeds, const Source& blocks, double error) {
    return std::hypot(seeds.half(error), blocks.half(error));
}

// The error at which the interval just reaches zero: it shrinks as the error grows, so there is one.
double p_value(double mean, const Source& seeds, const Source& blocks) {
    const double p = t_test_p(mean, seeds.standard_error, seeds.degrees);
    if (blocks.standard_error == 0 || mean == 0) return p;
    // Either source alone gives a smaller p value than both, and no p value exceeds 1.
    const double from = std::max({p, t_test_p(mean, blocks.standard_error, blocks.degrees), 1e-300});
    const auto beyond = [&](double log_error) {
        return half_width(seeds, blocks, std::exp(log_error)) - std::abs(mean);
    };
    if (beyond(std::log(from)) <= 0) return from;
    std::uintmax_t iterations = 200;
    const auto [low, high] = boost::math::tools::toms748_solve(
        beyond, std::log(from), 0.0, boost::math::tools::eps_tolerance<double>(50), iterations);
    return std::exp((low + high) / 2);
}

void set_widths(PairedInterval& interval, const Source& seeds, const Source& blocks, double error) {
    interval.half_width = half_width(seeds, blocks, error);
    interval.seeds_half = seeds.half(error);
    interval.unadjusted_half_width = half_width(seeds, blocks, kUnadjusted);
    interval.p_value = p_value(interval.mean, seeds, blocks);
}

bool all_equal(std::span<const double> values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return *high - *low <= kEqual * std::max(std::abs(*low), std::abs(*high));
}

// Without a half width there is nothing that the error belongs to, but it is still the family's.
PairedInterval without_width(const Interval& interval, double error) {
    PairedInterval paired{interval};
    paired.half_width.reset();
    paired.error = error;
    return paired;
}

}  // namespace

PairedInterval family_interval(const DifferenceSample& sample, double error) {
    PairedInterval interval = without_width(mean_interval(sample.differences), error);
    if (interval.n < 2 || !std::isfinite(interval.sd)) return interval;
    if (!(sample.resolution > 0) && all_equal(sample.differences)) return interval;
    const double n = static_cast<double>(interval.n);
    const double least = sample.resolution * sample.resolution / 6;
    const Source seeds{std::sqrt(std::max(interval.sd * interval.sd, least) / n), n - 1};
    Source blocks;
    if (const Interval of_text = mean_interval(sample.blocks); of_text.n >= 2 && std::isfinite(of_text.sd)) {
        const double count = static_cast<double>(of_text.n);
        blocks = {of_text.sd / std::sqrt(count), count - 1};
        interval.blocks_half = blocks.half(error);
    }
    set_widths(interval, seeds, blocks, error);
    return interval;
}

PairedInterval unpaired_family_interval(std::span<const double> variant, std::span<const double> baseline,
                                        double resolution, double error) {
    PairedInterval interval = unpaired_interval(variant, baseline);
    interval.error = error;
    interval.half_width.reset();
    interval.p_value.reset();
    if (interval.n < 2 || !std::isfinite(interval.sd)) return interval;
    if (!(resolution > 0) && all_equal(variant) && all_equal(baseline)) return interval;
    const WelchError noise = welch(mean_interval(variant), mean_interval(baseline), resolution * resolution / 12);
    set_widths(interval, {noise.standard_error, noise.degrees}, {}, error);
    return interval;
}

double Family::error() const {
    const auto at_least_one = [](std::int64_t count) { return static_cast<double>(std::max<std::int64_t>(count, 1)); };
    const double shared = at_least_one(comparisons) * at_least_one(grid_points) * at_least_one(looks);
    return std::ldexp(alpha / shared, -static_cast<int>(std::clamp<std::int64_t>(additions, 0, 1000)));
}

}  // namespace ablate::study
