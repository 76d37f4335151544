#include "ui/charts/curve_points.h"

#include "ui/charts/smoothing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace ablate::ui {

using plot::has_place;

namespace {

struct Extent {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    void add(Scale scale, double value) {
        if (value >= low && value <= high) return;  // most of them
        if (!has_place(scale, value)) return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    std::optional<Range> range() const { return low <= high ? std::optional(Range{low, high}) : std::nullopt; }
};

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
    whole_ = all_placed_ = true;
    lowest_ = std::numeric_limits<double>::infinity();
    for (const double value : *y_) {
        const bool placed = has_place(Scale::linear, value);
        all_placed_ = all_placed_ && placed;
        if (placed) lowest_ = std::min(lowest_, value);
    }
    double furthest = -std::numeric_limits<double>::infinity();
    for (const double at : *x_) {
        if (!has_place(Scale::linear, at)) {
            ++unplaced_;
            continue;
        }
        whole_ = whole_ && at == std::floor(at);
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
    if (first > 0 && first < x().size() && x()[first] > range.low)
        extent.add(scale, between(first - 1, range.low, scale, x_scale));
    if (last > 0 && last < x().size() && x()[last - 1] < range.high)
        extent.add(scale, between(last - 1, range.high, scale, x_scale));
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

// Where the line is between a point and the next, as it is drawn; NaN where either has no place.
double CurvePoints::between(std::size_t before, double at, Scale scale, Scale x_scale) const {
    const double left = x()[before], right = x()[before + 1], from = shown()[before], to = shown()[before + 1];
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (!has_place(scale, from) || !has_place(scale, to) || !has_place(x_scale, left)) return nan;
    const double share = Axis(x_scale, {left, right}, 0, 1).pixel(at);
    return from == to ? from : Axis(scale, {from, to}, 0, 1).value(share);
}

std::optional<double> CurvePoints::highest_up_to(double limit, Scale x_scale, const Range& range) const {
    const auto [first, last] = inside(x_scale, range);
    std::optional<double> highest;
    for (std::size_t i = first; i < last; ++i)
        if (raw()[i] <= limit && (!highest || raw()[i] > *highest)) highest = raw()[i];
    return highest;
}

std::int64_t CurvePoints::count_above(double limit, Scale x_scale, const Range& range) const {
    const auto [first, last] = inside(x_scale, range);
    const std::span<const double> values = raw().subspan(first, last - first);
    return std::count_if(values.begin(), values.end(),
                         [&](double value) { return value > limit && has_place(Scale::linear, value); });
}

void CurvePoints::sample(std::vector<double>& values, std::size_t most, Scale scale, Scale x_scale,
                         const Range& range) const {
    const auto [first, last] = inside(x_scale, range);
    const std::size_t stride = std::max<std::size_t>(1, (last - first + most - 1) / most);
    for (std::size_t i = first; i < last; i += stride)
        if (has_place(scale, raw()[i])) values.push_back(raw()[i]);
}

std::vector<double> CurvePoints::columns_above(double limit, const Axis& x_axis, double apart) const {
    const auto [first, last] = inside(x_axis.scale(), x_axis.range());
    std::vector<double> columns;
    for (std::size_t i = first; i < last; ++i) {
        if (!(raw()[i] > limit) || !has_place(Scale::linear, raw()[i])) continue;
        const double column = x_axis.pixel(x()[i]);
        if (columns.empty() || column - columns.back() >= apart) columns.push_back(column);
    }
    return columns;
}

std::optional<std::size_t> CurvePoints::nearest(double at, double slack) const {
    return plot::nearest_index(x(), at, slack);
}

std::pair<std::size_t, std::size_t> CurvePoints::inside(Scale scale, const Range& range) const {
    auto first = std::lower_bound(x().begin(), x().end(), range.low);
    if (scale == Scale::logarithmic) first = std::max(first, std::upper_bound(x().begin(), x().end(), 0.0));
    const auto last = std::upper_bound(first, x().end(), range.high);
    return {static_cast<std::size_t>(first - x().begin()), static_cast<std::size_t>(last - x().begin())};
}

const std::vector<std::size_t>& CurvePoints::thinned(Line line, const Axis& axis, double columns_per_pixel) const {
    Thinned& kept = line == Line::raw ? of_raw_ : of_shown_;
    const std::span<const double> y = line == Line::raw ? raw() : shown();
    auto [first, last] = inside(axis.scale(), axis.range());
    const double width = std::abs(axis.pixel(axis.range().high) - axis.pixel(axis.range().low));
    const auto columns = static_cast<std::size_t>(std::max(1.0, std::round(width * columns_per_pixel)));
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

std::vector<plot::Line> CurvePoints::parts(Line line, const Axis& x_axis, const Axis& y_axis,
                                           double columns_per_pixel) const {
    const std::span<const double> y = line == Line::raw ? raw() : shown();
    std::vector<plot::Line> parts;
    bool open = false;
    for (const std::size_t i : thinned(line, x_axis, columns_per_pixel)) {
        if (!has_place(y_axis.scale(), y[i])) {
            open = false;
            continue;
        }
        if (!open) parts.emplace_back();
        open = true;
        parts.back().push_back({x_axis.pixel(x()[i]), plot::bounded_pixel(y_axis, y[i])});
    }
    return parts;
}

std::vector<plot::Band> CurvePoints::bands(const Axis& x_axis, const Axis& y_axis, double columns_per_pixel) const {
    if (!low_ || !high_) return {};
    auto [first, last] = inside(x_axis.scale(), x_axis.range());
    if (first > 0 && has_place(x_axis.scale(), x()[first - 1])) --first;
    if (last < x().size() && has_place(x_axis.scale(), x()[last])) ++last;
    return plot::bands(x(), *low_, *high_, first, last, x_axis, y_axis, columns_per_pixel);
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

bool CurvePoints::any_missing(Scale y, double cut) const {
    return !all_placed_ || (y == Scale::logarithmic && (lowest_ <= 0 || lowest_ < cut));
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
