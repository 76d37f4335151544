#pragma once
#include "core/plot/axis.h"
#include "core/plot/thinning.h"
#include "ui/charts/chart_view.h"

#include <optional>
#include <span>

namespace ablate::ui {

using plot::Axis;
using plot::Range;

// A curve made ready to draw. Smoothing and thinning are kept until what they depend on changes, so that a repaint
// costs only the painting.
class CurvePoints {
  public:
    explicit CurvePoints(Curve curve);
    const Curve& curve() const { return curve_; }
    // Takes labels, colors and flags of `curve`; true when it draws the same arrays, whose caches then stay.
    bool adopt(const Curve& curve);
    // `unit`: the distance along x that the weight is of, one for all curves of a plot.
    void smooth(double weight, double unit);
    bool smoothed() const { return !smoothed_.empty(); }

    // In the order of x, whatever the order they came in; points whose x is not a number are left out.
    std::span<const double> x() const { return *x_; }
    std::span<const double> raw() const { return *y_; }
    std::span<const double> shown() const { return smoothed() ? std::span<const double>(smoothed_) : raw(); }
    std::size_t backward() const { return backward_; }  // points that came after one further along x
    std::size_t unplaced() const { return unplaced_; }  // points whose x is not a number

    // Of points a scale can show (positive ones on a logarithmic axis). The band widens y by at most the height of
    // the line itself at either side: a band of two seeds would flatten all else.
    std::optional<Range> x_range(Scale scale) const;
    bool whole_steps() const { return whole_; }  // each x is a whole number
    // Where the line crosses an end of the range between two points counts as well: between two evaluations there is
    // none.
    std::optional<Range> y_range(Scale scale, Scale x_scale, const Range& x_range) const;
    // The points within a range of x, [first, last).
    std::pair<std::size_t, std::size_t> inside(Scale scale, const Range& range) const;
    // The point nearest to x, or none when x is beyond the ends by more than `slack`.
    std::optional<std::size_t> nearest(double x, double slack = 0) const;

    // In pixels, thinned by min/max to the columns of the device; a new part begins after a value without a place.
    enum class Line { shown, raw };
    std::vector<plot::Line> parts(Line line, const Axis& x, const Axis& y, double columns_per_pixel = 1) const;
    std::vector<plot::Band> bands(const Axis& x, const Axis& y, double columns_per_pixel = 1) const;
    bool band_leaves(const Axis& x, const Axis& y) const;  // somewhere it reaches beyond the axis
    std::optional<double> highest_up_to(double limit, Scale x_scale, const Range& x_range) const;
    std::int64_t count_above(double limit, Scale x_scale, const Range& x_range) const;  // with a place on an axis
    // At most `most` values inside a range of x, evenly apart: enough to say where most of them are.
    void sample(std::vector<double>& values, std::size_t most, Scale scale, Scale x_scale, const Range& x_range) const;
    // Pixel columns of values above the axis' end, at least `apart` pixels from each other.
    std::vector<double> columns_above(double limit, const Axis& x, double apart) const;
    // Values that are not drawn: not finite, or beyond what an axis reaches; on a logarithmic axis at or below 0, or
    // below `cut`, where that axis ends although there are values further down.
    enum class Missing { not_finite, beyond, not_positive, below_cut };
    std::optional<Missing> missing(std::size_t index, Scale y, double cut) const;
    bool any_missing(Scale y, double cut) const;  // anywhere; without a look at each value
    // Pixel columns of such values, at least `apart` pixels from each other: those marked at the top edge (not finite,
    // beyond) or those at the bottom.
    std::vector<double> missing_columns(bool at_top, const Axis& x, Scale y, double cut, double apart) const;

  private:
    struct Thinned {
        std::size_t first = 0, last = 0, columns = 0;
        Scale scale = Scale::linear;
        bool valid = false;
        std::vector<std::size_t> indices;
    };
    void sort();
    const std::vector<std::size_t>& thinned(Line line, const Axis& x, double columns_per_pixel) const;
    double between(std::size_t before, double at, Scale scale, Scale x_scale) const;

    using Values = std::shared_ptr<const std::vector<double>>;
    Curve curve_;
    Values x_, y_, low_, high_;  // the curve's own where its x ascends
    std::size_t backward_ = 0, unplaced_ = 0;
    bool whole_ = true, all_placed_ = true;
    double lowest_ = 0;  // of the values that have a place
    double weight_ = 0, unit_ = 0;
    std::vector<double> smoothed_;
    mutable Thinned of_shown_, of_raw_;
};

}  // namespace ablate::ui
