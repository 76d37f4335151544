#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace ablate::plot {

// Indices of the points that draw the curve y(x) in `columns` pixel columns as all points would: of each column the
// first, lowest, highest and last finite point, in order, and every non-finite one. x ascends. Drawing only: numbers in
// tables use every point (core/README.md, decision 8).
std::vector<std::size_t> decimate_min_max(std::span<const double> x, std::span<const double> y, std::size_t columns);

}  // namespace ablate::plot
