#include "core/plot/geometry.h"

#include <algorithm>
#include <cmath>

namespace ablate::plot {
namespace {

constexpr double kSteep = 4;         // device pixels a column from which a line is stroked: a bar would show as a stair
constexpr double kOneSlope = 1.3;    // times what a column climbs that its line may be long where it is one slope
constexpr double kHairline = 1.001;  // a pen of one pixel covers the same at any slope

// The share of a segment inside the box, or an empty one.
struct Share {
    double from = 0, to = 1;
    bool empty = false;
    void cut(double direction, double distance) {
        if (direction == 0) {
            empty = empty || distance < 0;
        } else if (direction < 0) {
            from = std::max(from, distance / direction);
        } else {
            to = std::min(to, distance / direction);
        }
    }
};

Share share_inside(const Point& a, const Point& b, const Box& box) {
    const double dx = b.x - a.x, dy = b.y - a.y;
    Share share;
    share.cut(-dx, a.x - box.left);
    share.cut(dx, box.right - a.x);
    share.cut(-dy, a.y - box.top);
    share.cut(dy, box.bottom - a.y);
    share.empty = share.empty || share.from > share.to;
    return share;
}

bool inside(const Point& p, const Box& box) {
    return p.x >= box.left && p.x <= box.right && p.y >= box.top && p.y <= box.bottom;
}

}  // namespace

std::vector<Line> clip_line(std::span<const Point> line, const Box& box) {
    std::vector<Line> parts;
    if (line.size() == 1 && inside(line[0], box)) parts.push_back({line[0]});
    bool joined = false;
    for (std::size_t i = 1; i < line.size(); ++i) {
        const Point &a = line[i - 1], &b = line[i];
        const Share share = share_inside(a, b, box);
        if (share.empty) {
            joined = false;
            continue;
        }
        const auto at = [&](double t) {
            return t == 0 ? a : t == 1 ? b : Point{a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
        };
        if (!joined || share.from > 0) parts.push_back({at(share.from)});
        parts.back().push_back(at(share.to));
        joined = share.to == 1;
    }
    return parts;
}

Line clip_area(Line area, const Box& box) {
    const auto keep = [&](int side, const Point& p) {
        return side == 0   ? p.x >= box.left
               : side == 1 ? p.x <= box.right
               : side == 2 ? p.y >= box.top
                           : p.y <= box.bottom;
    };
    const auto crossing = [&](int side, const Point& a, const Point& b) {
        if (side < 2) {
            const double x = side == 0 ? box.left : box.right;
            return Point{x, a.y + (x - a.x) / (b.x - a.x) * (b.y - a.y)};
        }
        const double y = side == 2 ? box.top : box.bottom;
        return Point{a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x), y};
    };
    for (int side = 0; side < 4 && !area.empty(); ++side) {
        Line kept;
        for (std::size_t i = 0; i < area.size(); ++i) {
            const Point &before = area[(i + area.size() - 1) % area.size()], &point = area[i];
            if (keep(side, before) != keep(side, point)) kept.push_back(crossing(side, before, point));
            if (keep(side, point)) kept.push_back(point);
        }
        area = std::move(kept);
    }
    return area;
}

RasterLine raster_line(std::span<const Point> line, double width, double columns_per_pixel) {
    const double k = columns_per_pixel;
    const auto column_of = [&](std::size_t i) { return std::floor(line[i].x * k); };
    RasterLine made;
    Line open;
    const auto close = [&] {
        if (open.size() > 1) made.strokes.push_back(std::move(open));
        open.clear();
    };
    for (std::size_t i = 0, end = 0; i < line.size(); i = end) {
        const double column = column_of(i);
        double top = line[i].y, bottom = top, along = 0;
        for (end = i; end < line.size() && column_of(end) == column; ++end) {
            top = std::min(top, line[end].y);
            bottom = std::max(bottom, line[end].y);
            if (end > i) along += std::abs(line[end].y - line[end - 1].y);
        }
        // A column that is one slope: its stroke is taller than the pen is wide, and stroked where it is steep.
        const double climb = std::abs(line[end - 1].y - line[i].y) * k;
        const double slope = along * k < kOneSlope * climb ? climb : 0;
        const bool steep = slope > kSteep && width * k > kHairline;
        const bool follows = i > 0 && column_of(i - 1) == column - 1;
        if (end - i > 1 && follows && !steep) {
            if (!open.empty()) open.push_back(line[i]);
            close();
            const double middle = (line[i].y + line[i - 1].y) / 2;
            const double reach = width / 2 * std::sqrt(1 + slope * slope);
            made.bars.push_back({(column + 0.5) / k, std::min(top, middle) - reach, std::max(bottom, middle) + reach});
        } else {
            if (open.empty() && i > 0) open.push_back(line[i - 1]);
            for (std::size_t j = i; j < end; ++j) open.push_back(line[j]);
        }
    }
    close();
    return made;
}

}  // namespace ablate::plot
