#pragma once
#include "core/plot/axis.h"
#include "core/plot/geometry.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace ablate::plot {

// Indices of the points that draw the curve y(x) in `columns` pixel columns as all points would: of each column the
// first, lowest, highest and last finite point, in order, and every non-finite one. x ascends. Drawing only: numbers in
// tables use every point (core/README.md, decision 8).
std::vector<std::size_t> decimate_min_max(std::span<const double> x, std::span<const double> y, std::size_t columns);

// The point nearest to `at`, or none when it is beyond the ends by more than `slack`. x ascends.
std::optional<std::size_t> nearest_index(std::span<const double> x, double at, double slack = 0);

// A band between two curves, in pixels: its upper and its lower edge have the same x.
struct Band {
    Line upper, lower;
    bool by_columns = false;  // edges at whole columns, the widest of each: pieces of it meet without a seam
};

// The stretches of a band whose ends both have a place. A low end without a place on a logarithmic axis is at the
// axis' own. x ascends; points [first, last) are drawn; with more than two points a column, one pair of ends a column.
std::vector<Band> bands(std::span<const double> x, std::span<const double> low, std::span<const double> high,
                        std::size_t first, std::size_t last, const Axis& x_axis, const Axis& y_axis,
                        double columns_per_pixel);

// Pixels along y, kept within what painters draw quickly.
double bounded_pixel(const Axis& axis, double value);

}  // namespace ablate::plot
