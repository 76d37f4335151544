#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Plots as inline SVG: text and axes take the colour of the page (currentColor), so that they serve light and dark.
namespace ablate::report {

// Okabe-Ito without its yellow, which has no contrast on white; 0 is the baseline: neutral, solid.
std::string series_color(std::size_t index);
std::string series_dash(std::size_t index);  // an SVG dash array, the second cue beside the colour; "" is solid

struct PlotLine {
    std::string label;                   // at the line's end; "" where another line of the same colour bears it
    std::vector<double> x, y;            // what has no place in the plot is marked at its edge and counted
    std::size_t color = 0;               // index of series_color
    std::optional<double> collapsed_at;  // x
};

struct LinePlot {
    std::string id;  // names the figure
    std::string description, x_title, y_title;
    bool log_y = false;
    std::optional<double> x_min, y_max;  // what lies beyond is cut off
    std::vector<PlotLine> lines;
};
std::string line_plot_svg(const LinePlot& plot);

struct Bar {
    std::string label;
    std::optional<double> value, low, high;  // without a value `text` alone stands in the row
    std::string text;                        // behind the bar
    std::size_t color = 0;
    bool collapsed = false;
};
struct BarPlot {
    std::string description, x_title;
    double origin = 0;  // where bars start
    std::vector<Bar> bars;
};
std::string bar_plot_svg(const BarPlot& plot);

// The same as a file of its own, with colours for light and dark viewers.
std::string standalone_svg(const std::string& svg);

}  // namespace ablate::report
