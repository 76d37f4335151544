#pragma once
#include "core/plot/palette.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

// Plots as inline SVG: text and axes take the color of the page (currentColor), so that they serve light and dark.
namespace ablate::report {

// By the index of plot::run_color. The baseline has the color of the text. The other colors are those for a light
// ground; the two functions for dark viewers replace them.
std::string series_color(int index);
std::string dark_color_rules();                        // CSS, for a viewer that chooses
std::string with_dark_colors(const std::string& svg);  // for one that knows no CSS

struct PlotLine {
    std::string label;                   // at the line's end; "" where another line of the same color has it
    std::vector<double> x, y;            // what has no place in the plot is marked at its edge and counted
    int color = plot::kBaselineColor;    // index of series_color
    std::optional<double> collapsed_at;  // x
    int seed = -1;                       // its index for plot::seed_dash; -1: a solid line
};

struct LinePlot {
    std::string id;  // names the figure
    std::string description, x_title, y_title;
    bool log_y = false;
    std::optional<double> x_min, y_max;  // what is beyond is cut off
    std::vector<PlotLine> lines;
    bool log_x = false;
    bool dots = false;  // at each point, for curves of few points
};
std::string line_plot_svg(const LinePlot& plot);

// The same as a separate file, with colors for light and dark viewers.
std::string standalone_svg(const std::string& svg);

}  // namespace ablate::report
