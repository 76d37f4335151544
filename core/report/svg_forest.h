#pragma once
#include "core/plot/palette.h"

#include <string>
#include <vector>

// A forest plot as inline SVG: one row for each variant, with its name in full, a mark at its value, a line over its
// interval and the numbers at the right.
namespace ablate::report {

struct ForestPlotRow {
    std::string label;
    double value;                      // NaN: the row has only its text
    double low, high;                  // the interval; NaN for none
    std::string text;                  // at the right
    int color = plot::kBaselineColor;  // index of series_color
    bool baseline = false;             // marked by a ring, the others by a square
    bool collapsed = false;            // a cross marks a row without a value
};
struct ForestPlot {
    std::string description, x_title;
    double reference;  // x of the vertical line; NaN for none
    std::vector<ForestPlotRow> rows;
};
// Rows in the order given. Intervals far wider than the values spread are cut off and end in an arrow.
std::string forest_plot_svg(const ForestPlot& plot);
bool cuts_intervals(const ForestPlot& plot);

}  // namespace ablate::report
