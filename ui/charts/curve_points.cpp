#include "ui/charts/curve_points.h"

#include "core/plot/thinning.h"
#include "ui/charts/smoothing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace ablate::ui {

using plot::has_place;

namespace {

constexpr double kBeyond = 1e4;  // px outside the plot that a line may reach: painters slow down at wild coordinates

struct Extent {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    void add(Scale scale, double value) {
        if (!has_place(scale, value)) return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    std::optional<Range> range() const { return low <= high ? std::optional(Range{low, high}) : std::nullopt; }
};

QPointF pixel(const Axis& x, const Axis& y, double at, double value) {
    return {x.pixel(at), std::clamp(y.pixel(value), -kBeyond, kBeyond)};
}

// On a logarithmic axis a band's low end may be at or below 0: the area then goes down to the axis' own.
double lowest_shown(const Axis& axis) {
    return axis.scale() == Scale::linear ? -std::numeric_limits<double>::infinity() : axis.range().low;
}

}  // namespace

CurvePoints::CurvePoints(Curve curve) : curve_(std::move(curve)) {
    if (!curve_.x || !curve_.y || curve_.x->size() != curve_.y->size())
        throw std::logic_error("a curve needs an x for every y");
    sort();
}

// Restarts and other people's logs go back. What is drawn ascends, and the plot says how many points went back.
void CurvePoints::sort() {
    x_ = curve_.x, y_ = curve_.y, low_ = curve_.low, high_ = curve_.high;
    backward_ = unplaced_ = 0;
    double furthest = -std::numeric_limits<double>::infinity();
    for (const double at : *x_) {
        unplaced_ += !has_place(Scale::linear, at);
        if (!has_place(Scale::linear, at)) continue;
        backward_ += at < furthest;
        furthest = std::max(furthest, at);
    }
    if (backward_ == 0 && unplaced_ == 0) return;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < x_->size(); ++i)
        if (has_place(Scale::linear, (*x_)[i])) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return (*curve_.x)[a] < (*curve_.x)[b]; });
    const auto reordered = [&](const Values& values) -> Values {
        if (!values) return nullptr;
        auto made = std::make_shared<std::vector<double>>();
        for (const std::size_t i : order) made->push_back((*values)[i]);
        return made;
    };
    x_ = reordered(curve_.x), y_ = reordered(curve_.y), low_ = reordered(curve_.low), high_ = reordered(curve_.high);
}

bool CurvePoints::adopt(const Curve& curve) {
    if (curve.x != curve_.x || curve.y != curve_.y) return false;
    const bool same_band = curve.low == curve_.low && curve.high == curve_.high;
    curve_ = curve;
    if (!same_band) sort();
    return true;
}

void CurvePoints::smooth(double weight, double unit) {
    if (curve_.faint) weight = 0;  // a seed behind its mean is raw data already
    if (weight == weight_ && unit == unit_) return;
    weight_ = weight;
    unit_ = unit;
    smoothed_ = weight > 0 ? debiased_average(x(), raw(), weight, unit) : std::vector<double>();
    const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    if (std::equal(smoothed_.begin(), smoothed_.end(), raw().begin(), raw().end(), same)) smoothed_.clear();
    of_shown_.valid = false;
}

std::optional<Range> CurvePoints::x_range(Scale scale) const {
    const auto first = std::find_if(x().begin(), x().end(), [&](double v) { return has_place(scale, v); });
    if (first == x().end()) return std::nullopt;
    return Range{*first, x().back()};
}

std::optional<Range> CurvePoints::y_range(Scale scale, Scale x_scale, const Range& range) const {
    const auto [first, last] = inside(x_scale, range);
    Extent extent;
    for (std::size_t i = first; i < last; ++i) {
        extent.add(scale, raw()[i]);
        if (smoothed()) extent.add(scale, smoothed_[i]);
    }
    if (!low_ || !high_ || !(extent.high >= extent.low)) return extent.range();
    const bool linear = scale == Scale::linear;
    Extent band;
    for (std::size_t i = first; i < last; ++i) band.add(scale, (*low_)[i]), band.add(scale, (*high_)[i]);
    const double height = linear ? extent.high - extent.low : extent.high / extent.low;
    const double floor = linear ? extent.low - height : extent.low / height;
    const double ceiling = linear ? extent.high + height : extent.high * height;
    if (!(height > (linear ? 0 : 1))) {  // a flat line has no height to go by
        extent.add(scale, band.low), extent.add(scale, band.high);
        return extent.range();
    }
    extent.add(scale, std::max(band.low, floor));
    extent.add(scale, std::min(band.high, ceiling));
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
    // One neighbor at each side, so that the line leaves the plot and does not end short of its edge.
    if (first > 0 && has_place(axis.scale(), x()[first - 1])) kept.indices.push_back(first - 1);
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
        for (const std::size_t i : plot::decimate_min_max(along, y.subspan(first, count), columns))
            kept.indices.push_back(first + i);
    }
    if (last < x().size() && has_place(axis.scale(), x()[last])) kept.indices.push_back(last);
    return kept.indices;
}

std::vector<QPolygonF> CurvePoints::parts(Line line, const Axis& x_axis, const Axis& y_axis) const {
    const std::span<const double> y = line == Line::raw ? raw() : shown();
    std::vector<QPolygonF> parts;
    bool open = false;
    for (const std::size_t i : thinned(line, x_axis)) {
        if (!has_place(y_axis.scale(), y[i])) {
            open = false;
            continue;
        }
        if (!open) parts.emplace_back();
        open = true;
        parts.back().push_back(pixel(x_axis, y_axis, x()[i], y[i]));
    }
    return parts;
}

std::vector<QPolygonF> CurvePoints::band(const Axis& x_axis, const Axis& y_axis) const {
    std::vector<QPolygonF> areas;
    if (!low_ || !high_) return areas;
    std::vector<std::size_t> stretch;
    const auto close = [&] {
        QPolygonF area;
        for (const std::size_t i : stretch)
            area.push_back(pixel(x_axis, y_axis, x()[i], std::max((*low_)[i], lowest_shown(y_axis))));
        for (auto i = stretch.rbegin(); i != stretch.rend(); ++i)
            area.push_back(pixel(x_axis, y_axis, x()[*i], (*high_)[*i]));
        if (stretch.size() > 1) areas.push_back(std::move(area));
        stretch.clear();
    };
    for (const std::size_t i : thinned(Line::shown, x_axis)) {
        if (has_place(Scale::linear, (*low_)[i]) && has_place(y_axis.scale(), (*high_)[i]))
            stretch.push_back(i);
        else
            close();
    }
    close();
    return areas;
}

bool CurvePoints::band_leaves(const Axis& x_axis, const Axis& y_axis) const {
    if (!low_ || !high_) return false;
    const auto [first, last] = inside(x_axis.scale(), x_axis.range());
    for (std::size_t i = first; i < last; ++i)
        if ((*low_)[i] < y_axis.range().low || (*high_)[i] > y_axis.range().high) return true;
    return false;
}

std::optional<CurvePoints::Missing> CurvePoints::missing(std::size_t index, Scale y, double cut) const {
    const double value = raw()[index];
    if (!std::isfinite(value)) return Missing::not_finite;
    if (!has_place(Scale::linear, value)) return Missing::beyond;
    if (y == Scale::linear) return std::nullopt;
    if (value <= 0) return Missing::not_positive;
    return value < cut ? std::optional(Missing::below_cut) : std::nullopt;
}

std::vector<double> CurvePoints::missing_columns(bool at_top, const Axis& x_axis, Scale y, double cut,
                                                 double apart) const {
    const auto [first, last] = inside(x_axis.scale(), x_axis.range());
    std::vector<double> columns;
    for (std::size_t i = first; i < last; ++i) {
        const std::optional<Missing> what = missing(i, y, cut);
        if (!what || at_top != (*what == Missing::not_finite || *what == Missing::beyond)) continue;
        const double column = x_axis.pixel(x()[i]);
        if (columns.empty() || column - columns.back() >= apart) columns.push_back(column);
    }
    return columns;
}

}  // namespace ablate::ui
