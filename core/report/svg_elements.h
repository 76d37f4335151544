#pragma once
#include <string>

// What the figures of the report are written with.
namespace ablate::report {

std::string svg_open(double width, double height, const std::string& description);
std::string svg_text(double x, double y, const std::string& text, const char* anchor = "start", double opacity = 1);
std::string svg_line(double x1, double y1, double x2, double y2, const std::string& style);
std::string svg_cross(double x, double y, const std::string& title);  // where a run collapsed
double text_width(const std::string& text);                           // pixels, estimated
std::string shortened(const std::string& label);                      // in the middle, to what fits next to a plot

}  // namespace ablate::report
