#pragma once
#include <span>
#include <vector>

namespace ablate::ui {

// TensorBoard's smoothing (data_transformer.ts): an exponential moving average, debiased by 1 - weight^n with n the
// finite points so far. Non-finite values pass through and do not enter the average; a constant series stays as it is.
std::vector<double> debiased_average(std::span<const double> values, double weight);

}  // namespace ablate::ui
