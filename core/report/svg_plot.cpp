#include "core/report/svg_plot.h"

#include "core/base/decimate.h"
#include "core/base/error.h"
#include "core/report/escape.h"
#include "core/report/svg_axes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ablate::report {

namespace {

constexpr double kWidth = 780, kHeight = 340, kLeft = 56, kTop = 30, kBottom = 46;
constexpr double kLabelSpacing = 15;
constexpr const char* kGridLine = "stroke=\"currentColor\" stroke-opacity=\"0.13\"";
constexpr const char* kAxisLine = "stroke=\"currentColor\" stroke-opacity=\"0.45\"";
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Frame {
    Scale x, y;
};

bool drawable(const LinePlot& plot, double y) { return std::isfinite(y) && (!plot.log_y || y > 0); }

// The ranges of what is drawn: finite values from x_min on, at most y_max.
Frame frame_of(const LinePlot& plot, double right) {
    double x_low = kInfinity, x_high = -kInfinity, y_low = kInfinity, y_high = -kInfinity;
    for (const PlotLine& line : plot.lines)
        for (std::size_t i = 0; i < line.x.size(); ++i) {
            if (plot.x_min && line.x[i] < *plot.x_min) continue;
            x_low = std::min(x_low, line.x[i]);
            x_high = std::max(x_high, line.x[i]);
            if (!drawable(plot, line.y[i])) continue;
            y_low = std::min(y_low, line.y[i]);
            y_high = std::max(y_high, line.y[i]);
        }
    if (plot.y_max && *plot.y_max > y_low) y_high = std::min(y_high, *plot.y_max);
    if (!(x_high > x_low)) x_low = std::isfinite(x_low) ? x_low : 0, x_high = x_low + 1;
    if (!std::isfinite(y_low)) y_low = plot.log_y ? 0.1 : 0, y_high = 1;
    if (!(y_high > y_low)) y_high = y_low + (y_low != 0 ? std::abs(y_low) * 0.1 : 1);
    if (plot.log_y) {
        const double pad = std::pow(y_high / y_low, 0.04);
        y_low /= pad, y_high *= pad;
    } else {
        const double pad = 0.04 * (y_high - y_low);
        y_low -= pad, y_high += pad;
    }
    return {{x_low, x_high, kLeft, right}, {y_low, y_high, kHeight - kBottom, kTop, plot.log_y}};
}

std::string axes(const LinePlot& plot, const Frame& frame) {
    std::string svg;
    for (double tick : frame.y.ticks(5)) {
        const double y = frame.y.at(tick);
        svg += svg_line(frame.x.from, y, frame.x.to, y, kGridLine);
        svg += svg_text(frame.x.from - 8, y + 4, frame.y.label(tick), "end", 0.75);
    }
    const double bottom = frame.y.from;
    svg += svg_line(frame.x.from, bottom, frame.x.to, bottom, kAxisLine);
    for (double tick : frame.x.ticks(5)) {
        const double x = frame.x.at(tick);
        svg += svg_line(x, bottom, x, bottom + 4, kAxisLine);
        svg += svg_text(x, bottom + 18, frame.x.label(tick), "middle", 0.75);
    }
    svg += svg_text((frame.x.from + frame.x.to) / 2, bottom + 36, plot.x_title, "middle");
    return svg + svg_text(8, 16, plot.y_title);
}

// Cut at the top edge itself: not every viewer knows clip paths (SVG Tiny, and so Qt, has none and would fill them).
std::string path_of(const LinePlot& plot, const PlotLine& line, const Frame& frame) {
    struct Pixel {
        double x, y;
    };
    const auto columns = static_cast<std::size_t>(frame.x.to - frame.x.from);
    const double top = frame.y.to;
    std::string path;
    Pixel last{};  // of an unbroken line, wherever it lies
    bool unbroken = false, pen_down = false;
    const auto go = [&](char how, const Pixel& to) { path += fmt::format("{}{:.1f} {:.1f}", how, to.x, to.y); };
    const auto at_top = [&](const Pixel& a, const Pixel& b) {
        return Pixel{a.x + (b.x - a.x) * (top - a.y) / (b.y - a.y), top};
    };
    for (std::size_t i : decimate_min_max(line.x, line.y, columns)) {
        if (!drawable(plot, line.y[i]) || (plot.x_min && line.x[i] < *plot.x_min)) {
            unbroken = pen_down = false;
            continue;
        }
        const Pixel here{frame.x.at(line.x[i]), frame.y.at(line.y[i])};
        const bool inside = here.y >= top;
        if (inside) {
            if (!pen_down && unbroken) go('M', at_top(last, here));
            go(unbroken ? 'L' : 'M', here);
        } else if (pen_down) {
            go('L', at_top(last, here));
        }
        pen_down = inside;
        unbroken = true;
        last = here;
    }
    return path;
}

// Crosses: at the top edge for non-finite values, at most one a pixel; on the line where the run collapsed.
std::string marks(const PlotLine& line, const Frame& frame, const std::string& name) {
    std::string svg;
    double last = -kInfinity, at_collapse = kInfinity;
    for (std::size_t i = 0; i < line.x.size(); ++i) {
        if (line.x[i] < frame.x.low) continue;
        if (line.collapsed_at && line.x[i] <= *line.collapsed_at && std::isfinite(line.y[i])) at_collapse = line.y[i];
        if (std::isfinite(line.y[i]) || frame.x.at(line.x[i]) < last + 1) continue;
        last = frame.x.at(line.x[i]);
        svg += svg_cross(last, frame.y.to, fmt::format("{}: not finite at {}", name, line.x[i]));
    }
    const bool visible = line.collapsed_at && *line.collapsed_at >= frame.x.low && *line.collapsed_at <= frame.x.high;
    if (!visible) return svg;
    const bool on_line = at_collapse <= frame.y.high && (!frame.y.log || at_collapse > 0);
    return svg + svg_cross(frame.x.at(*line.collapsed_at), on_line ? frame.y.at(at_collapse) : frame.y.to,
                           fmt::format("{}: collapsed at {}", name, *line.collapsed_at));
}

std::string stroke(std::size_t color) {
    const std::string dash = series_dash(color);
    return fmt::format("stroke=\"{}\" stroke-width=\"{}\"{}", series_color(color), color == 0 ? "1.8" : "1.5",
                       dash.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", dash));
}

// The last point that is drawn, where the label points to.
std::optional<std::pair<double, double>> line_end(const LinePlot& plot, const PlotLine& line, const Frame& frame) {
    for (std::size_t i = line.x.size(); i-- > 0;)
        if (drawable(plot, line.y[i]) && line.x[i] >= frame.x.low)
            return std::pair(frame.x.at(line.x[i]), std::clamp(frame.y.at(line.y[i]), frame.y.to, frame.y.from));
    return {};
}

std::string end_labels(const LinePlot& plot, const Frame& frame) {
    std::vector<const PlotLine*> labelled;
    std::vector<std::pair<double, double>> ends;
    std::vector<double> wanted;
    for (const PlotLine& line : plot.lines) {
        if (line.label.empty()) continue;
        labelled.push_back(&line);
        ends.push_back(line_end(plot, line, frame).value_or(std::pair(frame.x.from, frame.y.to)));
        wanted.push_back(ends.back().second);
    }
    const auto placed = spread_apart(wanted, kLabelSpacing, frame.y.to, frame.y.from);
    std::string svg;
    for (std::size_t i = 0; i < labelled.size(); ++i) {
        svg += svg_line(ends[i].first + 2, ends[i].second, frame.x.to + 8, placed[i],
                        "stroke=\"currentColor\" stroke-opacity=\"0.3\" stroke-width=\"0.8\"");
        svg += svg_line(frame.x.to + 9, placed[i], frame.x.to + 31, placed[i], stroke(labelled[i]->color));
        svg += svg_text(frame.x.to + 36, placed[i] + 4, shortened(labelled[i]->label));
    }
    return svg;
}

}  // namespace

std::string series_color(std::size_t index) {
    static constexpr std::array colors{"#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"};
    return index == 0 ? "currentColor" : colors[(index - 1) % colors.size()];
}

std::string series_dash(std::size_t index) {
    static constexpr std::array dashes{"8 3", "2 2", "10 3 2 3", "5 2", "14 3"};
    return index == 0 ? "" : dashes[(index - 1) % dashes.size()];
}

std::string line_plot_svg(const LinePlot& plot) {
    double label_width = 0;
    for (const PlotLine& line : plot.lines) label_width = std::max(label_width, text_width(shortened(line.label)));
    const Frame frame = frame_of(plot, kWidth - label_width - 44);
    std::string svg = svg_open(kWidth, kHeight, plot.description) + axes(plot, frame);
    svg += "<g fill=\"none\" stroke-linejoin=\"round\">\n";
    // The baseline is drawn last, over the others.
    for (bool baseline : {false, true})
        for (const PlotLine& line : plot.lines)
            if ((line.color == 0) == baseline)
                svg += fmt::format("<path d=\"{}\" {}/>\n", path_of(plot, line, frame), stroke(line.color));
    svg += "</g>\n";
    for (const PlotLine& line : plot.lines) svg += marks(line, frame, line.label.empty() ? "further seed" : line.label);
    return svg + end_labels(plot, frame) + "</svg>\n";
}

std::string bar_plot_svg(const BarPlot& plot) {
    constexpr double kRow = 28, kBarHeight = 14, kBarTop = 26;
    double labels = 0, texts = 0, low = plot.origin, high = plot.origin;
    for (const Bar& bar : plot.bars) {
        labels = std::max(labels, text_width(shortened(bar.label)));
        if (bar.value) texts = std::max(texts, text_width(bar.text));
        for (const auto& value : {bar.value, bar.low, bar.high})
            if (value) low = std::min(low, *value), high = std::max(high, *value);
    }
    if (!(high > low)) high = low + (low != 0 ? std::abs(low) * 0.01 : 1);
    const double bottom = kBarTop + kRow * static_cast<double>(plot.bars.size());
    const double pad = 0.03 * (high - low);
    const Scale x{low - pad, high + pad, labels + 24, kWidth - texts - 20};
    std::string svg = svg_open(kWidth, bottom + 44, plot.description);
    for (double tick : x.ticks(5)) {
        svg += svg_line(x.at(tick), kBarTop, x.at(tick), bottom, kGridLine);
        svg += svg_text(x.at(tick), bottom + 16, x.label(tick), "middle", 0.75);
    }
    for (std::size_t i = 0; i < plot.bars.size(); ++i) {
        const Bar& bar = plot.bars[i];
        const double middle = kBarTop + kRow * (static_cast<double>(i) + 0.5);
        svg += svg_text(labels + 14, middle + 4, shortened(bar.label), "end");
        if (!bar.value) {
            if (bar.collapsed) svg += svg_cross(x.at(plot.origin) + 12, middle, bar.text);
            svg += svg_text(x.at(plot.origin) + (bar.collapsed ? 24 : 8), middle + 4, bar.text);
            continue;
        }
        const std::pair<double, double> edges = std::minmax(x.at(plot.origin), x.at(*bar.value));
        svg += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>\n",
                           edges.first, middle - kBarHeight / 2, std::max(edges.second - edges.first, 1.5), kBarHeight,
                           series_color(bar.color));
        if (bar.low && bar.high) {
            const double a = x.at(*bar.low), b = x.at(*bar.high);
            for (const auto& [x1, y1, x2, y2] :
                 {std::array{a, middle, b, middle}, {a, middle - 4, a, middle + 4}, {b, middle - 4, b, middle + 4}})
                svg += svg_line(x1, y1, x2, y2, "stroke=\"currentColor\" stroke-width=\"1.4\"");
        }
        svg += svg_text(x.to + 14, middle + 4, bar.text);
    }
    svg += svg_line(x.at(plot.origin), kBarTop - 4, x.at(plot.origin), bottom, kAxisLine);
    return svg + svg_text((x.from + x.to) / 2, bottom + 36, plot.x_title, "middle") + "</svg>\n";
}

std::string standalone_svg(const std::string& svg) {
    const std::size_t end = svg.find('>') + 1;
    return svg.substr(0, end) +
           "\n<style>svg{color:#1f2328;background:#fff}"
           "@media(prefers-color-scheme:dark){svg{color:#e6e8eb;background:#16181c}}</style>" +
           svg.substr(end);
}

}  // namespace ablate::report
