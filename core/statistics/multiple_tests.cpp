#include "core/statistics/multiple_tests.h"

#include "core/base/random.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <limits>
#include <numeric>

namespace ablate::study {
namespace {

constexpr double kSameSum = 1e-10, kSameLikelihood = 1e-12;  // relative: what differs by less differs by rounding
constexpr std::int64_t kDrawn = 100000;
constexpr std::size_t kFewest = 8, kMostEnumerated = 20;

}  // namespace

std::vector<double> holm(std::span<const double> p_values) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < p_values.size(); ++i)
        if (!std::isnan(p_values[i])) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return p_values[a] < p_values[b]; });
    std::vector<double> adjusted(p_values.size(), std::numeric_limits<double>::quiet_NaN());
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        largest = std::max(largest, static_cast<double>(order.size() - rank) * p_values[order[rank]]);
        adjusted[order[rank]] = std::min(largest, 1.0);
    }
    return adjusted;
}

std::vector<RankRange> rank_ranges(std::size_t count, const std::function<int(std::size_t, std::size_t)>& sign) {
    std::vector<RankRange> ranks(count, {1, static_cast<std::int64_t>(count)});
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < count; ++j) {
            if (i == j) continue;
            const int difference = sign(i, j);
            if (difference > 0) ++ranks[i].best;
            if (difference < 0) --ranks[i].worst;
        }
    return ranks;
}

RateInterval clopper_pearson(std::int64_t hits, std::int64_t trials, double error) {
    RateInterval rate;
    if (trials <= 0 || hits < 0 || hits > trials) return rate;
    const double k = static_cast<double>(hits), rest = static_cast<double>(trials - hits);
    if (hits > 0) rate.low = boost::math::ibeta_inv(k, rest + 1, error / 2);
    if (hits < trials) rate.high = boost::math::ibetac_inv(k + 1, rest, error / 2);
    return rate;
}

double fisher_exact(std::int64_t hits_a, std::int64_t trials_a, std::int64_t hits_b, std::int64_t trials_b) {
    const std::int64_t hits = hits_a + hits_b, trials = trials_a + trials_b;
    const std::int64_t low = std::max<std::int64_t>(0, hits - trials_b), high = std::min(hits, trials_a);
    if (hits_a < low || hits_a > high || low == high) return 1;
    // Likelihoods of the tables with the same margins, relative to the likeliest: each follows from its neighbor.
    const auto ratio = [&](std::int64_t at) {  // of at + 1 to at
        return static_cast<double>(hits - at) * static_cast<double>(trials_a - at) /
               (static_cast<double>(at + 1) * static_cast<double>(trials_b - hits + at + 1));
    };
    std::vector<double> likelihoods(static_cast<std::size_t>(high - low + 1));
    const auto of = [&](std::int64_t at) -> double& { return likelihoods[static_cast<std::size_t>(at - low)]; };
    const std::int64_t likeliest = std::clamp((hits + 1) * (trials_a + 1) / (trials + 2), low, high);
    of(likeliest) = 1;
    for (std::int64_t at = likeliest; at < high; ++at) of(at + 1) = of(at) * ratio(at);
    for (std::int64_t at = likeliest; at > low; --at) of(at - 1) = of(at) / ratio(at - 1);
    const double seen = of(hits_a) * (1 + kSameLikelihood);
    double unlikelier = 0;
    for (double likelihood : likelihoods) unlikelier += likelihood <= seen ? likelihood : 0;
    return std::min(1.0, unlikelier / std::accumulate(likelihoods.begin(), likelihoods.end(), 0.0));
}

std::optional<double> sign_flip_p(std::span<const double> differences) {
    const std::size_t n = differences.size();
    if (n < kFewest) return {};
    double observed = 0, total = 0;
    for (double difference : differences) observed += difference, total += std::abs(difference);
    const double least = std::abs(observed) - kSameSum * total;
    std::int64_t reached = 0;
    if (n > kMostEnumerated) {
        RandomStream random(1, "sign-flip test");
        for (std::int64_t draw = 0; draw < kDrawn; ++draw) {
            double sum = 0;
            for (double difference : differences) sum += random.uniform() < 0.5 ? -difference : difference;
            if (std::abs(sum) >= least) ++reached;
        }
        return static_cast<double>(reached + 1) / static_cast<double>(kDrawn + 1);
    }
    // Each pattern differs from the one before in one sign (a Gray code). The mirrored half, in which the last sign is
    // turned, has the same sums but for their own sign.
    const std::uint64_t patterns = std::uint64_t{1} << (n - 1);
    std::vector<double> signs(differences.begin(), differences.end());
    double sum = observed;
    for (std::uint64_t pattern = 1;; ++pattern) {
        if (std::abs(sum) >= least) ++reached;
        if (pattern == patterns) break;
        double& turned = signs[static_cast<std::size_t>(__builtin_ctzll(pattern))];
        turned = -turned;
        sum += 2 * turned;
    }
    return static_cast<double>(reached) / static_cast<double>(patterns);
}

}  // namespace ablate::study
