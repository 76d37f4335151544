#pragma once
#include "core/plot/ticks.h"

namespace ablate::plot {

// Maps values to pixels along one direction. The range of a logarithmic axis is positive. The first pixel is that of
// the range's low end.
class Axis {
  public:
    Axis() = default;
    Axis(Scale scale, Range range, double first_pixel, double last_pixel);
    Scale scale() const { return scale_; }
    const Range& range() const { return range_; }
    double first_pixel() const { return first_; }
    double last_pixel() const { return last_; }
    double pixel(double value) const;  // not finite for a value that has no place: 0 on a logarithmic axis
    double value(double pixel) const;
    std::vector<Tick> ticks(int wanted) const { return plot::ticks(scale_, range_, wanted); }

  private:
    Scale scale_ = Scale::linear;
    Range range_;
    double first_ = 0, last_ = 1, low_ = 0, per_unit_ = 1;  // the range's low end and pixels per unit, transformed
};

}  // namespace ablate::plot
