#pragma once
#include <vector>

namespace ablate::plot {

enum class Scale { linear, logarithmic };

struct Range {
    double low = 0, high = 1;
    bool operator==(const Range&) const = default;
};

// The largest value that an axis shows: the range of an axis has to be a finite number itself.
inline constexpr double kLargestShown = 1e300;
// Whether a value has a place on an axis: finite, not beyond kLargestShown, and above 0 on a logarithmic axis.
bool has_place(Scale scale, double value);

// The range of an axis that shows [low, high] with `margin` (a share of it) at both ends. It is never empty.
Range padded(Scale scale, Range range, double margin);

// Where a logarithmic axis ends if some values are 0 or less: a curve that crosses 0 passes through values as small as
// rounding leaves them, which would stretch the axis over many decades. `positive` holds the other values. Returns
// 1e-4 times their median, or 0 where no value is below that.
double cut_beside_zero(std::vector<double> positive);

// Where an axis ends so that a few values far above all others do not flatten them: the larger of
// median + 10 (upper quartile - lowest) of `values`, and a quarter of its height above the median of `starts`, the
// first value of each curve: a loss that falls steeply at first is no outlier. Infinite where that says nothing: fewer
// than 8 values, or three quarters of them alike.
double robust_limit(std::vector<double> values, std::vector<double> starts);

}  // namespace ablate::plot
