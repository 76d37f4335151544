#include "ui/charts/curve_points.h"

#include "core/base/decimate.h"
#include "ui/charts/smoothing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace ablate::ui {
namespace {

constexpr double kBeyond = 1e4;  // px outside the plot that a line may reach: painters slow down at wild coordinates

bool showable(Scale scale, double value) { return std::isfinite(value) && (scale == Scale::linear || value > 0); }

struct Extent {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    void add(Scale scale, double value) {
        if (!showable(scale, value)) return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    std::optional<Range> range() const { return low <= high ? std::optional(Range{low, high}) : std::nullopt; }
};

QPointF pixel(const Axis& x, const Axis& y, double at, double value) {
    return {x.pixel(at), std::clamp(y.pixel(value), -kBeyond, kBeyond)};
}

}  // namespace

CurvePoints::CurvePoints(Curve curve) : curve_(std::move(curve)) {
    if (!curve_.x || !curve_.y || curve_.x->size() != curve_.y->size())
        throw std::logic_error("a curve needs an x for every y");
}

bool CurvePoints::adopt(const Curve& curve) {
    if (curve.x != curve_.x || curve.y != curve_.y) return false;
    curve_ = curve;
    return true;
}

void CurvePoints::smooth(double weight) {
    if (curve_.faint) weight = 0;  // a seed behind its mean is raw data already
    if (weight == weight_) return;
    weight_ = weight;
    smoothed_ = weight > 0 ? debiased_average(raw(), weight) : std::vector<double>();
    of_shown_.valid = false;
}

std::optional<Range> CurvePoints::x_range(Scale scale) const {
    const auto first = std::find_if(x().begin(), x().end(), [&](double v) { return showable(scale, v); });
    if (first == x().end()) return std::nullopt;
    return Range{*first, x().back()};
}

std::optional<Range> CurvePoints::y_range(Scale scale, Scale x_scale, const Range& range) const {
    const auto [first, last] = inside(x_scale, range);
    Extent extent;
    for (std::size_t i = first; i < last; ++i) {
        extent.add(scale, raw()[i]);
        if (smoothed()) extent.add(scale, smoothed_[i]);
        if (curve_.low && curve_.high) extent.add(scale, (*curve_.low)[i]), extent.add(scale, (*curve_.high)[i]);
    }
    return extent.range();
}

std::optional<std::size_t> CurvePoints::nearest(double at, double slack) const {
    if (x().empty() || at < x().front() - slack || at > x().back() + slack) return std::nullopt;
    const auto after = std::lower_bound(x().begin(), x().end(), at);
    const auto index = static_cast<std::size_t>(after - x().begin());
    if (after == x().end()) return index - 1;
    return index > 0 && at - x()[index - 1] < *after - at ? index - 1 : index;
}

std::pair<std::size_t, std::size_t> CurvePoints::inside(Scale scale, const Range& range) const {
    auto first = std::lower_bound(x().begin(), x().end(), range.low);
    if (scale == Scale::logarithmic) first = std::max(first, std::upper_bound(x().begin(), x().end(), 0.0));
    const auto last = std::upper_bound(first, x().end(), range.high);
    return {static_cast<std::size_t>(first - x().begin()), static_cast<std::size_t>(last - x().begin())};
}

const std::vector<std::size_t>& CurvePoints::thinned(Line line, const Axis& axis) const {
    Thinned& kept = line == Line::raw ? of_raw_ : of_shown_;
    const std::span<const double> y = line == Line::raw ? raw() : shown();
    auto [first, last] = inside(axis.scale(), axis.range());
    const double width = std::abs(axis.pixel(axis.range().high) - axis.pixel(axis.range().low));
    const auto columns = static_cast<std::size_t>(std::max(1.0, std::round(width)));
    if (kept.valid && kept.first == first && kept.last == last && kept.columns == columns && kept.scale == axis.scale())
        return kept.indices;
    kept = {first, last, columns, axis.scale(), true, {}};
    // One neighbour at each side, so that the line leaves the plot and does not end short of its edge.
    if (first > 0 && showable(axis.scale(), x()[first - 1])) kept.indices.push_back(first - 1);
    const std::size_t count = last - first;
    if (count <= 2 * columns) {
        for (std::size_t i = first; i < last; ++i) kept.indices.push_back(i);
    } else {
        std::vector<double> logarithms;
        std::span<const double> along = x().subspan(first, count);
        if (axis.scale() == Scale::logarithmic) {
            for (const double value : along) logarithms.push_back(std::log10(value));
            along = logarithms;
        }
        for (const std::size_t i : decimate_min_max(along, y.subspan(first, count), columns))
            kept.indices.push_back(first + i);
    }
    if (last < x().size()) kept.indices.push_back(last);
    return kept.indices;
}

std::vector<QPolygonF> CurvePoints::parts(Line line, const Axis& x_axis, const Axis& y_axis) const {
    const std::span<const double> y = line == Line::raw ? raw() : shown();
    std::vector<QPolygonF> parts;
    bool open = false;
    for (const std::size_t i : thinned(line, x_axis)) {
        if (!showable(y_axis.scale(), y[i])) {
            open = false;
            continue;
        }
        if (!open) parts.emplace_back();
        open = true;
        parts.back().push_back(pixel(x_axis, y_axis, x()[i], y[i]));
    }
    return parts;
}

QPolygonF CurvePoints::band(const Axis& x_axis, const Axis& y_axis) const {
    QPolygonF area;
    if (!curve_.low || !curve_.high) return area;
    std::vector<std::size_t> both;
    for (const std::size_t i : thinned(Line::shown, x_axis))
        if (showable(y_axis.scale(), (*curve_.low)[i]) && showable(y_axis.scale(), (*curve_.high)[i]))
            both.push_back(i);
    for (const std::size_t i : both) area.push_back(pixel(x_axis, y_axis, x()[i], (*curve_.low)[i]));
    for (auto i = both.rbegin(); i != both.rend(); ++i)
        area.push_back(pixel(x_axis, y_axis, x()[*i], (*curve_.high)[*i]));
    return area;
}

std::vector<double> CurvePoints::non_finite(const Axis& x_axis, double apart) const {
    const auto [first, last] = inside(x_axis.scale(), x_axis.range());
    std::vector<double> columns;
    for (std::size_t i = first; i < last; ++i) {
        if (std::isfinite(raw()[i])) continue;
        const double column = x_axis.pixel(x()[i]);
        if (columns.empty() || column - columns.back() >= apart) columns.push_back(column);
    }
    return columns;
}

}  // namespace ablate::ui
