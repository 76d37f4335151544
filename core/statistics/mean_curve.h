#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace ablate::study {

// A curve read at ascending x without starting over: on the line between two of its points, NaN before its first and
// after its last. Beside a value that is not finite it is NaN. x ascends and is finite; the arrays outlive the reader.
class CurveReader {
  public:
    CurveReader(std::span<const double> x, std::span<const double> y) : x_(x), y_(y) {}
    double value(double x);

  private:
    std::span<const double> x_, y_;
    std::size_t place_ = 0;
};

// The mean over the seeds of a variant at equal x, where all of them have a value, and its 95 % Student t interval: at
// the points of the seed that has the fewest, so that it depends little on how often each was logged. It ends where the
// first seed ends.
struct MeanCurve {
    std::int64_t seeds = 0;
    std::vector<double> x, mean;
    std::vector<double> low, high;  // empty below two seeds
};

struct SeedPoints {
    std::span<const double> x, y;  // x ascends and is finite
};
MeanCurve mean_curve(std::span<const SeedPoints> seeds);  // those without points do not count

}  // namespace ablate::study
