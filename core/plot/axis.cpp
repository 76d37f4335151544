#include "core/plot/axis.h"

#include <cmath>

namespace ablate::plot {
namespace {

double transformed(Scale scale, double value) { return scale == Scale::linear ? value : std::log10(value); }

}  // namespace

Axis::Axis(Scale scale, Range range, double first_pixel, double last_pixel)
    : scale_(scale), range_(range), first_(first_pixel), last_(last_pixel), low_(transformed(scale, range.low)) {
    per_unit_ = (last_pixel - first_pixel) / (transformed(scale, range.high) - low_);
}

double Axis::pixel(double value) const { return first_ + (transformed(scale_, value) - low_) * per_unit_; }

double Axis::value(double pixel) const {
    const double at = low_ + (pixel - first_) / per_unit_;
    return scale_ == Scale::linear ? at : std::pow(10, at);
}

}  // namespace ablate::plot
