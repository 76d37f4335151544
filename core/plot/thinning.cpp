#include "core/plot/thinning.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ablate::plot {
namespace {

constexpr double kBeyond = 1e4;  // px outside the plot that a line may reach: painters slow down at wild coordinates

}  // namespace

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

std::optional<std::size_t> nearest_index(std::span<const double> x, double at, double slack) {
    if (x.empty() || at < x.front() - slack || at > x.back() + slack) return std::nullopt;
    const auto after = std::lower_bound(x.begin(), x.end(), at);
    const auto index = static_cast<std::size_t>(after - x.begin());
    if (after == x.end()) return index - 1;
    return index > 0 && at - x[index - 1] < *after - at ? index - 1 : index;
}

double bounded_pixel(const Axis& axis, double value) { return std::clamp(axis.pixel(value), -kBeyond, kBeyond); }

std::vector<Band> bands(std::span<const double> x, std::span<const double> low, std::span<const double> high,
                        std::size_t first, std::size_t last, const Axis& x_axis, const Axis& y_axis,
                        double columns_per_pixel) {
    const double width = std::abs(x_axis.last_pixel() - x_axis.first_pixel()) * columns_per_pixel;
    const bool by_columns = static_cast<double>(last - first) > 2 * width;
    // On a logarithmic axis a low end may be at or below 0: the area then goes down to the axis' own.
    const bool logarithmic = y_axis.scale() == Scale::logarithmic;
    std::vector<Band> made;
    bool open = false;
    double column = 0;
    for (std::size_t i = first; i < last; ++i) {
        if (!has_place(Scale::linear, low[i]) || !has_place(y_axis.scale(), high[i])) {
            open = false;
            continue;
        }
        const double top = bounded_pixel(y_axis, high[i]);
        const double bottom = bounded_pixel(y_axis, logarithmic ? std::max(low[i], y_axis.range().low) : low[i]);
        double at = x_axis.pixel(x[i]);
        if (by_columns) at = std::floor(at * columns_per_pixel) / columns_per_pixel;
        if (open && by_columns && at == column) {
            made.back().upper.back().y = std::min(made.back().upper.back().y, top);
            made.back().lower.back().y = std::max(made.back().lower.back().y, bottom);
            continue;
        }
        if (!open) made.push_back({{}, {}, by_columns});
        open = true;
        column = at;
        made.back().upper.push_back({at, top});
        made.back().lower.push_back({at, bottom});
    }
    std::erase_if(made, [](const Band& band) { return band.upper.size() < 2; });
    return made;
}

}  // namespace ablate::plot
