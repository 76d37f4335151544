#include "core/statistics/statistics.h"

#include "core/statistics/students_t.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace ablate::study {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kTail = 0.025;  // on each side of a 95 % interval

}  // namespace

Interval mean_interval(std::span<const double> values) {
    Interval interval{static_cast<std::int64_t>(values.size()), kNaN, kNaN, {}};
    if (values.empty()) return interval;
    const double n = static_cast<double>(values.size());
    interval.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    if (values.size() < 2) return interval;
    double squares = 0;
    for (double value : values) squares += (value - interval.mean) * (value - interval.mean);
    interval.sd = std::sqrt(squares / (n - 1));
    interval.half_width = t_quantile(kTail, n - 1) * interval.sd / std::sqrt(n);
    return interval;
}

PairedInterval paired_interval(std::span<const double> variant, std::span<const double> baseline) {
    if (variant.size() != baseline.size()) throw std::logic_error("paired_interval: the two sides differ in number");
    std::vector<double> differences(variant.size());
    std::transform(variant.begin(), variant.end(), baseline.begin(), differences.begin(), std::minus<>());
    PairedInterval interval{mean_interval(differences), {}};
    const double n = static_cast<double>(interval.n);
    if (interval.half_width) interval.p_value = t_test_p(interval.mean, interval.sd / std::sqrt(n), n - 1);
    return interval;
}

PairedInterval unpaired_interval(std::span<const double> variant, std::span<const double> baseline) {
    const Interval a = mean_interval(variant), b = mean_interval(baseline);
    PairedInterval interval{{std::min(a.n, b.n), a.mean - b.mean, kNaN, {}}, {}};
    if (interval.n < 2) return interval;
    interval.sd = std::sqrt(a.sd * a.sd + b.sd * b.sd);
    const WelchError error = welch(a, b);
    interval.half_width = t_quantile(kTail, error.degrees) * error.standard_error;
    interval.p_value = t_test_p(interval.mean, error.standard_error, error.degrees);
    return interval;
}

std::optional<std::int64_t> seeds_to_resolve(double mean, double sd, std::int64_t limit) {
    for (std::int64_t n = 2; n <= limit; ++n) {
        const double count = static_cast<double>(n);
        if (std::abs(mean) > t_quantile(kTail, count - 1) * sd / std::sqrt(count)) return n;
    }
    return {};
}

double median(std::vector<double> values) {
    if (values.empty()) return kNaN;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2) return *middle;
    return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

}  // namespace ablate::study
