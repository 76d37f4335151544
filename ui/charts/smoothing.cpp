#include "ui/charts/smoothing.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ablate::ui {

double usual_distance(std::span<const double> x) {
    std::vector<double> distances;
    for (std::size_t i = 1; i < x.size(); ++i)
        if (x[i] > x[i - 1]) distances.push_back(x[i] - x[i - 1]);
    if (distances.empty()) return 0;
    const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
    std::nth_element(distances.begin(), middle, distances.end());
    return *middle;
}

std::vector<double> debiased_average(std::span<const double> x, std::span<const double> values, double weight,
                                     double unit) {
    if (x.size() != values.size()) throw std::logic_error("smoothing needs an x for every value");
    std::vector<double> smoothed(values.begin(), values.end());
    const auto finite = [](double value) { return std::isfinite(value); };
    const auto first = std::find_if(values.begin(), values.end(), finite);
    const auto differs = [&](double value) { return std::isfinite(value) && value != *first; };
    if (weight <= 0 || !(unit > 0) || std::count_if(values.begin(), values.end(), finite) < 3 ||
        std::none_of(values.begin(), values.end(), differs))
        return smoothed;
    double average = 0, remaining = 1, before = 0;  // remaining: what an average that began at 0 still has of it
    bool begun = false;
    for (std::size_t i = 0, end = 0; i < values.size(); i = end) {
        double sum = 0, count = 0;
        for (end = i; end < values.size() && x[end] == x[i]; ++end)
            if (std::isfinite(values[end])) sum += values[end], ++count;
        if (end == i) ++end;  // an x that is not a number
        if (count == 0) continue;
        const double kept = std::pow(weight, begun ? (x[i] - before) / unit : 1);
        average = average * kept + (1 - kept) * (sum / count);
        remaining *= kept;
        before = x[i];
        begun = true;
        for (std::size_t j = i; j < end; ++j)
            if (std::isfinite(values[j])) smoothed[j] = average / (1 - remaining);
    }
    return smoothed;
}

}  // namespace ablate::ui
