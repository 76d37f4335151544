#pragma once
#include <span>
#include <vector>

namespace ablate::ui {

// The usual distance between neighbors along an axis: the median over the pairs that differ; 0 where there is none.
double usual_distance(std::span<const double> x);

// An exponential moving average by distance along x, debiased: what is one `unit` back counts `weight` times as much,
// and a value stands for the stretch since the one before it. Where points are one unit apart this is TensorBoard's
// smoothing (data_transformer.ts). Logging a curve less often leaves how far along x it is smoothed as it was. x
// ascends; values at the same x enter as their mean. Non-finite values pass through and do not enter. Fewer than three
// finite points, and a constant series, stay as they are.
std::vector<double> debiased_average(std::span<const double> x, std::span<const double> values, double weight,
                                     double unit);

}  // namespace ablate::ui
