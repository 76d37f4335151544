#pragma once
#include <span>
#include <vector>

// Lines and areas in pixels, y downward.
namespace ablate::plot {

struct Point {
    double x = 0, y = 0;
    bool operator==(const Point&) const = default;
};
using Line = std::vector<Point>;

struct Box {
    double left = 0, top = 0, right = 0, bottom = 0;
};

// The parts of a line inside a box (Liang and Barsky, 1984). Vector files are given clipped lines, since not every
// format has clip paths. A line of one point inside the box stays.
std::vector<Line> clip_line(std::span<const Point> line, const Box& box);

// The part of a closed area inside a box (Sutherland and Hodgman, 1974); empty where nothing is left.
Line clip_area(Line area, const Box& box);

// A line made ready for a raster. Where a column of the device holds several points, a bar from the lowest to the
// highest covers what strokes of `width` would and is painted many times faster; elsewhere the line is stroked.
struct ColumnBar {
    double x = 0, top = 0, bottom = 0;  // x: the middle of the device's column
};
struct RasterLine {
    std::vector<Line> strokes;
    std::vector<ColumnBar> bars;
};
RasterLine raster_line(std::span<const Point> line, double width, double columns_per_pixel);

}  // namespace ablate::plot
