#include "core/statistics/students_t.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <limits>
#include <map>

namespace ablate::study {
namespace {

using Quiet =
    boost::math::policies::policy<boost::math::policies::domain_error<boost::math::policies::ignore_error>,
                                  boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
                                  boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;
using StudentsT = boost::math::students_t_distribution<double, Quiet>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kDegreesKept = 64, kTailsKept = 32;

double compute_quantile(double tail, double degrees) {
    return boost::math::quantile(boost::math::complement(StudentsT(degrees), tail));
}

}  // namespace

// A mean curve asks for the same few degrees at each of its points, and a family for the same tail.
double t_quantile(double tail, double degrees) {
    if (!(degrees > 0) || !(tail > 0)) return kInfinity;
    const bool kept = degrees <= kDegreesKept && degrees == std::floor(degrees);
    if (!kept) return compute_quantile(tail, degrees);
    thread_local std::map<double, std::array<double, kDegreesKept + 1>> tables;
    if (tables.size() > kTailsKept) tables.clear();
    double& value = tables[tail][static_cast<std::size_t>(degrees)];
    if (value == 0) value = compute_quantile(tail, degrees);
    return value;
}

double t_test_p(double mean, double standard_error, double degrees) {
    if (!(standard_error > 0)) return mean == 0 ? 1 : 0;
    return 2 * boost::math::cdf(boost::math::complement(StudentsT(degrees), std::abs(mean / standard_error)));
}

WelchError welch(const Interval& one, const Interval& other, double least_variance) {
    const double n = static_cast<double>(one.n), m = static_cast<double>(other.n);
    const double a = std::max(one.sd * one.sd, least_variance) / n;
    const double b = std::max(other.sd * other.sd, least_variance) / m;
    // Equal values on both sides leave the degrees undefined, and any will do for a spread of zero.
    const double denominator = a * a / (n - 1) + b * b / (m - 1);
    return {std::sqrt(a + b), denominator > 0 ? (a + b) * (a + b) / denominator : 1};
}

}  // namespace ablate::study
