#include "core/statistics/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace ablate::study {

namespace {

using StudentsT = boost::math::students_t;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A mean curve asks for the same few degrees at each of its points, so they are computed once.
double quantile_975(double degrees) {
    const auto compute = [](double of) { return boost::math::quantile(StudentsT(of), 0.975); };
    static const std::vector<double> whole = [&] {
        std::vector<double> table{kNaN};
        for (int of = 1; of <= 64; ++of) table.push_back(compute(of));
        return table;
    }();
    const bool known = degrees >= 1 && degrees <= 64 && degrees == std::floor(degrees);
    return known ? whole[static_cast<std::size_t>(degrees)] : compute(degrees);
}

double two_sided_p(double t, double degrees) {
    return 2 * boost::math::cdf(boost::math::complement(StudentsT(degrees), std::abs(t)));
}

// A spread of zero makes t infinite: only a mean of exactly zero is then compatible with no difference.
double p_value(double mean, double standard_error, double degrees) {
    if (standard_error > 0) return two_sided_p(mean / standard_error, degrees);
    return mean == 0 ? 1 : 0;
}

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
    interval.half_width = quantile_975(n - 1) * interval.sd / std::sqrt(n);
    return interval;
}

PairedInterval paired_interval(std::span<const double> variant, std::span<const double> baseline) {
    if (variant.size() != baseline.size()) throw std::logic_error("paired_interval: the two sides differ in number");
    std::vector<double> differences(variant.size());
    std::transform(variant.begin(), variant.end(), baseline.begin(), differences.begin(), std::minus<>());
    PairedInterval interval{mean_interval(differences), {}};
    const double n = static_cast<double>(interval.n);
    if (interval.half_width) interval.p_value = p_value(interval.mean, interval.sd / std::sqrt(n), n - 1);
    return interval;
}

PairedInterval unpaired_interval(std::span<const double> variant, std::span<const double> baseline) {
    const Interval a = mean_interval(variant), b = mean_interval(baseline);
    PairedInterval interval{{std::min(a.n, b.n), a.mean - b.mean, kNaN, {}}, {}};
    if (interval.n < 2) return interval;
    const double va = a.sd * a.sd / static_cast<double>(a.n), vb = b.sd * b.sd / static_cast<double>(b.n);
    interval.sd = std::sqrt(a.sd * a.sd + b.sd * b.sd);
    // Welch-Satterthwaite; equal values on both sides leave it undefined, and any degrees will do for a spread of zero.
    const double denominator = va * va / static_cast<double>(a.n - 1) + vb * vb / static_cast<double>(b.n - 1);
    const double degrees = denominator > 0 ? (va + vb) * (va + vb) / denominator : 1;
    interval.half_width = quantile_975(degrees) * std::sqrt(va + vb);
    interval.p_value = p_value(interval.mean, std::sqrt(va + vb), degrees);
    return interval;
}

std::optional<std::int64_t> seeds_to_resolve(double mean, double sd, std::int64_t limit) {
    for (std::int64_t n = 2; n <= limit; ++n) {
        const double count = static_cast<double>(n);
        if (std::abs(mean) > quantile_975(count - 1) * sd / std::sqrt(count)) return n;
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
