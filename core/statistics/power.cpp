#include "core/statistics/power.h"

#include "core/statistics/students_t.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/roots.hpp>
#include <functional>
#include <limits>

namespace ablate::study {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMostPriorDegrees = 4;
constexpr double kLowerPoint = 0.2;  // of chi^2: the deviation is above the true one in four of five studies

double normal_above(double z) { return boost::math::cdf(boost::math::complement(boost::math::normal(), z)); }

double block_error(const PlannedFamily& family) {
    if (family.blocks < 2 || !(family.block_deviation > 0)) return 0;
    return family.block_deviation / std::sqrt(static_cast<double>(family.blocks));
}

// Integrates over the deviation that the seeds will show: it is deviation * sqrt(chi^2(nu) / nu), and given it the mean
// of the differences is normal around the true one, with the noise of the seeds and that of the text.
double power_with_blocks(double difference, std::int64_t seeds, const PlannedFamily& family) {
    const double n = static_cast<double>(seeds), degrees = n - 1;
    const double seed_error = family.deviation / std::sqrt(n), text_error = block_error(family);
    const double noise = std::hypot(seed_error, text_error), of_blocks = half_width_of_blocks(family);
    const double quantile = t_quantile(family.error / 2, degrees);
    const auto found = [&](double spread) {  // where the seeds show `spread` times their deviation
        const double half = std::hypot(quantile * seed_error * spread, of_blocks);
        return normal_above((half - difference) / noise) + normal_above((half + difference) / noise);
    };
    if (seed_error == 0) return found(0);
    const boost::math::chi_squared squares(degrees);
    const auto weighted = [&](double spread) {
        return 2 * degrees * spread * boost::math::pdf(squares, degrees * spread * spread) * found(spread);
    };
    constexpr double kRest = 1e-15;
    const double from = std::sqrt(boost::math::quantile(squares, kRest) / degrees);
    const double to = std::sqrt(boost::math::quantile(boost::math::complement(squares, kRest)) / degrees);
    return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(weighted, from, to, 12, 1e-12);
}

double planned_half_width(std::int64_t seeds, const PlannedFamily& family) {
    const double n = static_cast<double>(seeds);
    return std::hypot(t_quantile(family.error / 2, n - 1) * family.deviation / std::sqrt(n),
                      half_width_of_blocks(family));
}

// The first number of seeds in 2 ... limit that suffices; more than enough stay enough.
std::optional<std::int64_t> fewest(std::int64_t limit, const std::function<bool(std::int64_t)>& suffices) {
    std::int64_t too_few = 1, enough = 2;
    while (enough < limit && !suffices(enough)) too_few = enough, enough = std::min(2 * enough, limit);
    if (enough > limit || !suffices(enough)) return {};
    while (enough - too_few > 1) {
        const std::int64_t middle = (too_few + enough) / 2;
        (suffices(middle) ? enough : too_few) = middle;
    }
    return enough;
}

}  // namespace

std::optional<double> planning_deviation(std::span<const SpreadOfVariant> pooled, std::optional<SpreadOfVariant> own) {
    const auto known = [](const SpreadOfVariant& of) { return of.degrees > 0 && std::isfinite(of.variance); };
    double variants = 0, variances = 0, all_degrees = 0;
    for (const SpreadOfVariant& of : pooled) {
        if (!known(of)) continue;
        ++variants, variances += of.variance, all_degrees += static_cast<double>(of.degrees);
    }
    SpreadOfVariant used = own && known(*own) ? *own : SpreadOfVariant{};
    // One variant says nothing of how variants differ: its spread is then used as if it were this one's.
    if (used.degrees == 0 && variants == 1) used = *std::find_if(pooled.begin(), pooled.end(), known);
    const double degrees = static_cast<double>(used.degrees);
    const double prior = variants > 1 ? std::min(kMostPriorDegrees, (variants - 1) * all_degrees / variants) : 0;
    if (!(prior + degrees > 0)) return {};
    const double squares = degrees * used.variance + (prior > 0 ? prior * variances / variants : 0);
    if (!(squares > 0)) return {};
    return std::sqrt(squares / boost::math::quantile(boost::math::chi_squared(prior + degrees), kLowerPoint));
}

double half_width_of_blocks(const PlannedFamily& family) {
    const double error = block_error(family);
    return error > 0 ? t_quantile(family.error / 2, static_cast<double>(family.blocks - 1)) * error : 0;
}

double power_of(double difference, std::int64_t seeds, const PlannedFamily& family) {
    if (seeds < 2 || !std::isfinite(family.deviation)) return 0;
    const double size = std::abs(difference);
    if (block_error(family) > 0) return power_with_blocks(size, seeds, family);
    if (!(family.deviation > 0)) return size > 0 ? 1 : 0;
    const double n = static_cast<double>(seeds), quantile = t_quantile(family.error / 2, n - 1);
    if (size == 0) return family.error;
    const boost::math::non_central_t t(n - 1, size * std::sqrt(n) / family.deviation);
    return boost::math::cdf(boost::math::complement(t, quantile)) + boost::math::cdf(t, -quantile);
}

double detectable_difference(std::int64_t seeds, const PlannedFamily& family, double power) {
    if (seeds < 2 || !std::isfinite(family.deviation)) return kInfinity;
    const auto missing = [&](double difference) { return power_of(difference, seeds, family) - power; };
    const double scale = planned_half_width(seeds, family);
    if (scale == 0 || missing(0) >= 0) return 0;
    double enough = scale;
    while (missing(enough) < 0 && enough < 1e6 * scale) enough *= 2;
    if (missing(enough) < 0) return kInfinity;
    std::uintmax_t iterations = 100;
    const auto [low, high] = boost::math::tools::toms748_solve(
        missing, 0.0, enough, boost::math::tools::eps_tolerance<double>(46), iterations);
    return (low + high) / 2;
}

std::optional<std::int64_t> seeds_to_detect(double difference, const PlannedFamily& family, double power,
                                            std::int64_t limit) {
    return fewest(limit, [&](std::int64_t seeds) { return power_of(difference, seeds, family) >= power; });
}

std::optional<std::int64_t> seeds_for_half_width(double difference, const PlannedFamily& family, std::int64_t limit) {
    return fewest(limit, [&](std::int64_t seeds) { return planned_half_width(seeds, family) < std::abs(difference); });
}

}  // namespace ablate::study
