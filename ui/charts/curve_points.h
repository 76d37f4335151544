#pragma once
#include "ui/charts/axis.h"

#include <QPolygonF>
#include <optional>
#include <span>

namespace ablate::ui {

// A curve made ready to draw. Smoothing and thinning are kept until what they depend on changes, so that a repaint
// costs only the painting.
class CurvePoints {
  public:
    explicit CurvePoints(Curve curve);
    const Curve& curve() const { return curve_; }
    // Takes labels, colours and flags of `curve`; true when it draws the same arrays, whose caches then stay.
    bool adopt(const Curve& curve);
    void smooth(double weight);
    bool smoothed() const { return !smoothed_.empty(); }

    std::span<const double> x() const { return *curve_.x; }
    std::span<const double> raw() const { return *curve_.y; }
    std::span<const double> shown() const { return smoothed() ? std::span<const double>(smoothed_) : raw(); }

    // Of points a scale can show (positive ones on a logarithmic axis); the band included.
    std::optional<Range> x_range(Scale scale) const;
    std::optional<Range> y_range(Scale scale, Scale x_scale, const Range& x_range) const;
    // The point nearest to x, or none when x lies beyond the ends by more than `slack`.
    std::optional<std::size_t> nearest(double x, double slack = 0) const;

    // In pixels, thinned by min/max to the axis' columns; a new part begins after a value without a place.
    enum class Line { shown, raw };
    std::vector<QPolygonF> parts(Line line, const Axis& x, const Axis& y) const;
    QPolygonF band(const Axis& x, const Axis& y) const;
    // Pixel columns of non-finite values, at least `apart` pixels from each other.
    std::vector<double> non_finite(const Axis& x, double apart) const;

  private:
    struct Thinned {
        std::size_t first = 0, last = 0, columns = 0;
        Scale scale = Scale::linear;
        bool valid = false;
        std::vector<std::size_t> indices;
    };
    std::pair<std::size_t, std::size_t> inside(Scale scale, const Range& range) const;  // [first, last)
    const std::vector<std::size_t>& thinned(Line line, const Axis& x) const;

    Curve curve_;
    double weight_ = 0;
    std::vector<double> smoothed_;
    mutable Thinned of_shown_, of_raw_;
};

}  // namespace ablate::ui
