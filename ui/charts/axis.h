#pragma once
#include "ui/charts/plot_view.h"

namespace ablate::ui {

struct Range {
    double low = 0, high = 1;
    bool operator==(const Range&) const = default;
};

struct Tick {
    double value;
    QString text;  // empty: a minor tick of a logarithmic axis
};

// Maps values to pixels along one direction and says where ticks go. A logarithmic axis has a positive range.
class Axis {
  public:
    Axis() = default;
    Axis(Scale scale, Range range, double first_pixel, double last_pixel);
    Scale scale() const { return scale_; }
    const Range& range() const { return range_; }
    double pixel(double value) const;  // not finite for a value that has no place: 0 on a logarithmic axis
    double value(double pixel) const;
    // About `wanted` labelled ticks inside the range, at numbers people write: 1, 2 or 5 times a power of ten.
    std::vector<Tick> ticks(int wanted) const;

  private:
    Scale scale_ = Scale::linear;
    Range range_;
    double first_ = 0, low_ = 0, per_unit_ = 1;  // pixel of the low end; the range's low end and pixels, transformed
};

// What lies beyond is marked and counted and not drawn: the range of an axis has to be a number itself.
constexpr double kLargestShown = 1e300;
// Whether a value has a place on an axis: finite, not beyond kLargestShown, and above 0 on a logarithmic one.
bool has_place(Scale scale, double value);

// The range of an axis that shows [low, high] with `margin` (a share of it) at both ends. Never empty.
Range padded(Scale scale, Range range, double margin);

// A tick's value as people write it: 10k, 1.2M, 0.05, 1e-6, with the digits that tell it from its neighbors. `step` is
// the distance to the next one and `largest` the size of the axis' largest tick: all of one axis share a unit.
QString tick_text(double value, double step, double largest);

}  // namespace ablate::ui
