#include "core/plot/thinning.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ablate::plot {

std::vector<std::size_t> decimate_min_max(std::span<const double> x, std::span<const double> y, std::size_t columns) {
    if (x.size() != y.size()) throw std::logic_error("decimate_min_max: x and y differ in length");
    std::vector<std::size_t> kept;
    if (x.empty() || columns == 0) return kept;
    const double left = x.front(), width = x.back() - left;
    const auto column_of = [&](std::size_t i) {
        const double at = (x[i] - left) / width * static_cast<double>(columns);
        if (!(at > 0)) return std::size_t{0};  // also when the width is 0
        return at < static_cast<double>(columns) ? static_cast<std::size_t>(at) : columns - 1;
    };
    for (std::size_t i = 0; i < x.size();) {
        const std::size_t column = column_of(i), start = kept.size();
        std::size_t first = x.size(), last = 0, low = 0, high = 0;
        for (; i < x.size() && column_of(i) == column; ++i) {
            if (!std::isfinite(y[i])) {
                kept.push_back(i);
                continue;
            }
            if (first == x.size()) first = low = high = i;
            if (y[i] < y[low]) low = i;
            if (y[i] > y[high]) high = i;
            last = i;
        }
        if (first < x.size()) kept.insert(kept.end(), {first, low, high, last});
        const auto begin = kept.begin() + static_cast<std::ptrdiff_t>(start);
        std::sort(begin, kept.end());
        kept.erase(std::unique(begin, kept.end()), kept.end());
    }
    return kept;
}

}  // namespace ablate::plot
