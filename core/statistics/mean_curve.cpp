#include "core/statistics/mean_curve.h"

#include "core/statistics/statistics.h"

#include <algorithm>
#include <limits>

namespace ablate::study {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kRounding = 1e-9;  // of an x that was converted to other units and back

}  // namespace

double CurveReader::value(double x) {
    const std::size_t size = x_.size();
    if (size == 0 || !(x >= x_.front() && x <= x_.back() * (1 + kRounding))) return kNaN;
    while (place_ + 1 < size && x_[place_ + 1] <= x) ++place_;
    const double here = y_[place_];
    if (place_ + 1 == size || x_[place_] == x) return here;
    const double share = (x - x_[place_]) / (x_[place_ + 1] - x_[place_]);
    return here + share * (y_[place_ + 1] - here);
}

MeanCurve mean_curve(std::span<const SeedPoints> seeds) {
    MeanCurve curve;
    std::vector<CurveReader> readers;
    const SeedPoints* sparsest = nullptr;  // its points are the curve's: no other has to be read far from its own
    double low = -std::numeric_limits<double>::infinity(), high = -low;
    for (const SeedPoints& one : seeds) {
        if (one.x.empty()) continue;
        if (!sparsest || one.x.size() < sparsest->x.size()) sparsest = &one;
        readers.emplace_back(one.x, one.y);
        low = std::max(low, one.x.front());
        high = std::min(high, one.x.back());
    }
    curve.seeds = std::ssize(readers);
    if (readers.empty()) return curve;
    std::vector<double> values(readers.size());
    for (const double x : sparsest->x) {
        if (x < low || x > high) continue;
        std::transform(readers.begin(), readers.end(), values.begin(), [x](CurveReader& one) { return one.value(x); });
        const Interval interval = mean_interval(values);
        curve.x.push_back(x);
        curve.mean.push_back(interval.mean);
        if (!interval.half_width) continue;
        curve.low.push_back(interval.mean - *interval.half_width);
        curve.high.push_back(interval.mean + *interval.half_width);
    }
    return curve;
}

}  // namespace ablate::study
