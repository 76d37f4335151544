#include "ui/charts/smoothing.h"

#include <algorithm>
#include <cmath>

namespace ablate::ui {

std::vector<double> debiased_average(std::span<const double> values, double weight) {
    std::vector<double> smoothed(values.begin(), values.end());
    const auto differs = [&](double value) { return value != values.front(); };
    if (weight <= 0 || std::none_of(values.begin(), values.end(), differs)) return smoothed;
    double average = 0, remaining = 1;  // remaining: weight^n
    for (double& value : smoothed) {
        if (!std::isfinite(value)) continue;
        average = average * weight + (1 - weight) * value;
        remaining *= weight;
        value = average / (1 - remaining);
    }
    return smoothed;
}

}  // namespace ablate::ui
