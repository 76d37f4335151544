#include "core/plot/scale.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace ablate::plot {
namespace {

constexpr double kSmallest = 1e-300;     // the number of pixels per unit would overflow for a range below it
constexpr double kBesideZero = 1e-4;     // of the median, see cut_beside_zero
constexpr double kFence = 10;            // see robust_limit
constexpr double kHeadroom = 0.25;       // of a start's height
constexpr std::size_t kFewest = 8;       // values that a limit is derived from
constexpr double kOnlyRounding = 1e-12;  // a range below this share of its values shows nothing but rounding

}  // namespace

bool has_place(Scale scale, double value) {
    return std::abs(value) <= kLargestShown && (scale == Scale::linear || value > 0);
}

Range padded(Scale scale, Range range, double margin) {
    if (scale == Scale::logarithmic) {
        if (!(range.low > 0)) return {1, 10};
        double low = std::log10(range.low), high = std::log10(range.high);
        if (high - low < 1e-9) low -= 0.15, high += 0.15;
        const double pad = (high - low) * margin;
        return {std::max(std::pow(10, low - pad), std::numeric_limits<double>::denorm_min()),
                std::min(std::pow(10, high + pad), std::numeric_limits<double>::max())};
    }
    const double size = std::max(std::abs(range.low), std::abs(range.high));
    double span = range.high - range.low;
    if (!(span > size * kOnlyRounding) || size < kSmallest) {
        const double half = size > kSmallest ? size * 0.05 : 0.5;
        range = {range.low - half, range.high + half};
        span = 2 * half;
    }
    return {range.low - span * margin, range.high + span * margin};
}

double cut_beside_zero(std::vector<double> positive) {
    if (positive.empty()) return 0;
    const auto middle = positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2);
    std::nth_element(positive.begin(), middle, positive.end());
    const double cut = *middle * kBesideZero;
    return *std::min_element(positive.begin(), positive.end()) < cut ? cut : 0;
}

double robust_limit(std::vector<double> values, std::vector<double> starts) {
    constexpr double none = std::numeric_limits<double>::infinity();
    if (values.size() < kFewest) return none;
    const auto at_share = [](std::vector<double>& list, std::size_t quarters) {
        const auto place = list.begin() + static_cast<std::ptrdiff_t>(list.size() * quarters / 4);
        std::nth_element(list.begin(), place, list.end());
        return *place;
    };
    const double lowest = *std::min_element(values.begin(), values.end());
    const double spread = at_share(values, 3) - lowest;
    if (!(spread > 0)) return none;
    double limit = at_share(values, 2) + kFence * spread;
    if (!starts.empty()) {
        const double start = at_share(starts, 2);
        limit = std::max(limit, start + kHeadroom * (start - lowest));
    }
    return limit;
}

}  // namespace ablate::plot
