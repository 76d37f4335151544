#pragma once
#include <string>
#include <vector>

namespace ablate::report {

// A value axis mapped to pixels; `from` is the pixel of `low`.
struct Scale {
    double low = 0, high = 1, from = 0, to = 1;
    bool log = false;
    double at(double value) const;
    std::vector<double> ticks(int count) const;
    std::string label(double tick) const;
};

std::string svg_open(double width, double height, const std::string& description);
std::string svg_text(double x, double y, const std::string& text, const char* anchor = "start", double opacity = 1);
std::string svg_line(double x1, double y1, double x2, double y2, const std::string& style);
std::string svg_cross(double x, double y, const std::string& title);  // where a run collapsed
double text_width(const std::string& text);                           // pixels, estimated
std::string shortened(const std::string& label);                      // to what fits beside a plot

// Positions as near to `wanted` as a distance of `spacing` within [low, high] allows, in the order of `wanted`.
std::vector<double> spread_apart(const std::vector<double>& wanted, double spacing, double low, double high);

}  // namespace ablate::report
