#include "core/report/svg_plot.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/plot/thinning.h"
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
    double cut = 0;  // where a logarithmic axis ends although values above 0 lie below; 0: nowhere
};

constexpr double kLargest = 1e300;    // of what an axis can reach
constexpr double kBesideZero = 1e-4;  // of the median: where a logarithmic axis ends beside values at or below 0

bool in_reach(double value) { return std::abs(value) <= kLargest; }  // false for what is not finite
bool drawable(const LinePlot& plot, double y) { return in_reach(y) && (!plot.log_y || y > 0); }

bool is_shown(const LinePlot& plot, double x) { return in_reach(x) && !(plot.x_min && x < *plot.x_min); }

// A curve that crosses 0 passes through values as small as rounding leaves them, which would stretch the axis over all
// decades there are: it ends four decades below the median instead.
double cut_of(const LinePlot& plot) {
    std::vector<double> positive;
    bool crosses = false;
    for (const PlotLine& line : plot.lines)
        for (std::size_t i = 0; plot.log_y && i < line.x.size(); ++i) {
            if (!is_shown(plot, line.x[i])) continue;
            crosses |= line.y[i] <= 0;
            if (drawable(plot, line.y[i])) positive.push_back(line.y[i]);
        }
    if (!crosses || positive.empty()) return 0;
    const auto middle = positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2);
    std::nth_element(positive.begin(), middle, positive.end());
    const double cut = *middle * kBesideZero;
    return *std::min_element(positive.begin(), positive.end()) < cut ? cut : 0;
}

// The ranges of what is drawn: finite values from x_min on, at most y_max.
Frame frame_of(const LinePlot& plot, double right) {
    double x_low = kInfinity, x_high = -kInfinity, y_low = kInfinity, y_high = -kInfinity;
    for (const PlotLine& line : plot.lines)
        for (std::size_t i = 0; i < line.x.size(); ++i) {
            if (!is_shown(plot, line.x[i])) continue;
            x_low = std::min(x_low, line.x[i]);
            x_high = std::max(x_high, line.x[i]);
            if (!drawable(plot, line.y[i])) continue;
            y_low = std::min(y_low, line.y[i]);
            y_high = std::max(y_high, line.y[i]);
        }
    const double cut = cut_of(plot);
    if (cut > 0) y_low = std::max(y_low, cut);
    if (plot.y_max && *plot.y_max > y_low) y_high = std::min(y_high, *plot.y_max);
    if (!std::isfinite(x_low)) x_low = x_high = 0;
    if (!(x_high > x_low)) x_high = x_low + std::max(1.0, std::abs(x_low) * 0.01);
    if (!std::isfinite(y_low)) y_low = plot.log_y ? 0.1 : 0, y_high = 1;
    // Within a range of rounding alone, or of numbers too small to divide by, there is nothing to see.
    const double size = std::max(std::abs(y_low), std::abs(y_high));
    if (plot.log_y) {
        if (!(y_high > y_low * (1 + 1e-9))) y_high = y_low * (size < 1e-300 ? 10 : 1.1);
    } else if (!(y_high - y_low > size * 1e-12) || size < 1e-300) {
        y_high = y_low + (size < 1e-300 ? 1 : size * 0.1);
    }
    if (plot.log_y) {
        const double pad = std::pow(10, 0.04 * (std::log10(y_high) - std::log10(y_low)));
        y_low = std::max(y_low / pad, std::numeric_limits<double>::denorm_min());
        y_high = std::min(y_high * pad, std::numeric_limits<double>::max());
    } else {
        const double pad = 0.04 * (y_high - y_low);
        y_low -= pad, y_high += pad;
    }
    return {{x_low, x_high, kLeft, right}, {y_low, y_high, kHeight - kBottom, kTop, plot.log_y}, cut};
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

// In the order of x: other people's logs go back. Counted by `notes`.
PlotLine in_order(const PlotLine& line) {
    PlotLine ordered = line;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < line.x.size(); ++i)
        if (in_reach(line.x[i])) order.push_back(i);
    if (order.size() == line.x.size() && std::is_sorted(line.x.begin(), line.x.end())) return ordered;
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return line.x[a] < line.x[b]; });
    ordered.x.clear(), ordered.y.clear();
    for (const std::size_t i : order) ordered.x.push_back(line.x[i]), ordered.y.push_back(line.y[i]);
    return ordered;
}

std::string counted(std::int64_t count, const char* one, const char* several) {
    return with_thousands(count) + " " + (count == 1 ? one : several);
}

// Counts the values that the plot cannot show; printed below the curves.
std::string notes(const LinePlot& plot, const Frame& frame) {
    std::int64_t not_finite = 0, beyond = 0, not_positive = 0, below = 0, back = 0, unplaced = 0;
    for (const PlotLine& line : plot.lines) {
        double furthest = -kInfinity;
        for (std::size_t i = 0; i < line.x.size(); ++i) {
            if (!in_reach(line.x[i])) {
                ++unplaced;
                continue;
            }
            back += line.x[i] < furthest;
            furthest = std::max(furthest, line.x[i]);
            if (!is_shown(plot, line.x[i])) continue;
            const double y = line.y[i];
            not_finite += !std::isfinite(y);
            beyond += std::isfinite(y) && !in_reach(y);
            not_positive += plot.log_y && in_reach(y) && y <= 0;
            below += plot.log_y && y > 0 && y < frame.cut;
        }
    }
    std::vector<std::string> said;
    if (not_finite > 0) said.push_back(counted(not_finite, "value is not finite", "values are not finite"));
    if (beyond > 0) said.push_back(counted(beyond, "value is beyond 1e300", "values are beyond 1e300"));
    if (not_positive > 0) said.push_back(counted(not_positive, "value is 0 or less", "values are 0 or less"));
    if (below > 0) said.push_back(counted(below, "value is below ", "values are below ") + significant(frame.cut, 2));
    if (back > 0)
        said.push_back(counted(back, "point went back and is drawn in its place",
                               "points went back and are drawn in their places"));
    if (unplaced > 0) said.push_back(counted(unplaced, "point has no place along x", "points have no place along x"));
    if (said.empty()) return {};
    return svg_text(frame.x.from + 6, frame.y.from - 6, join(said, "; "), "start", 0.75);
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
    for (std::size_t i : plot::decimate_min_max(line.x, line.y, columns)) {
        if (!drawable(plot, line.y[i]) || !is_shown(plot, line.x[i])) {
            unbroken = pen_down = false;
            continue;
        }
        const double y = frame.y.at(line.y[i]);
        const Pixel here{frame.x.at(line.x[i]), frame.cut > 0 ? std::min(y, frame.y.from) : y};
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

// Where a value of a logarithmic plot has no place, or lies below its cut.
std::string foot_mark(double x, double y, std::size_t color, const std::string& title) {
    return fmt::format("<path d=\"M{:.1f} {:.1f}l-4 -7h8z\" fill=\"{}\"><title>{}</title></path>\n", x, y,
                       series_color(color), escape_html(title));
}

// Whole numbers as people write them: 2,147,483,648.
std::string position_text(double x) {
    return x == std::floor(x) && std::abs(x) < 1e15 ? with_thousands(std::llround(x)) : significant(x);
}

// Crosses: at the top edge for values that are not finite, at most one a pixel; on the line where the run collapsed.
// Triangles at the foot: what a logarithmic axis has no place for.
std::string marks(const PlotLine& line, const Frame& frame, const std::string& name) {
    std::string svg;
    double last = -kInfinity, last_below = -kInfinity, at_collapse = kInfinity;
    for (std::size_t i = 0; i < line.x.size(); ++i) {
        if (line.x[i] < frame.x.low) continue;
        if (line.collapsed_at && line.x[i] <= *line.collapsed_at && in_reach(line.y[i])) at_collapse = line.y[i];
        const double x = frame.x.at(line.x[i]);
        const std::string where = position_text(line.x[i]);
        if (!in_reach(line.y[i])) {
            if (x < last + 1) continue;
            last = x;
            const char* what = std::isfinite(line.y[i]) ? "beyond 1e300" : "not finite";
            svg += svg_cross(x, frame.y.to, fmt::format("{}: {} at {}", name, what, where));
        } else if (frame.y.log && (line.y[i] <= 0 || line.y[i] < frame.cut)) {
            if (x < last_below + 4) continue;
            last_below = x;
            svg += foot_mark(x, frame.y.from, line.color,
                             fmt::format("{}: {} at {}", name, significant(line.y[i]), where));
        }
    }
    const bool visible = line.collapsed_at && *line.collapsed_at >= frame.x.low && *line.collapsed_at <= frame.x.high;
    if (!visible) return svg;
    const bool on_line = at_collapse <= frame.y.high && (!frame.y.log || at_collapse > 0);
    return svg + svg_cross(frame.x.at(*line.collapsed_at), on_line ? frame.y.at(at_collapse) : frame.y.to,
                           fmt::format("{}: collapsed at {}", name, position_text(*line.collapsed_at)));
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

std::string line_plot_svg(const LinePlot& given) {
    LinePlot plot = given;
    for (PlotLine& line : plot.lines) line = in_order(line);
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
    return svg + notes(given, frame) + end_labels(plot, frame) + "</svg>\n";
}

static bool has_value(const Bar& bar) { return bar.value && in_reach(*bar.value); }

std::string bar_plot_svg(const BarPlot& plot) {
    constexpr double kRow = 28, kBarHeight = 14, kBarTop = 26;
    double labels = 0, texts = 0, low = plot.origin, high = plot.origin;
    for (const Bar& bar : plot.bars) {
        labels = std::max(labels, text_width(shortened(bar.label)));
        if (has_value(bar)) texts = std::max(texts, text_width(bar.text));
        for (const auto& value : {bar.value, bar.low, bar.high})
            if (value && in_reach(*value)) low = std::min(low, *value), high = std::max(high, *value);
    }
    const double size = std::max(std::abs(low), std::abs(high));
    if (!(high - low > size * 1e-12) || size < 1e-300) high = low + (size < 1e-300 ? 1 : size * 0.01);
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
        if (!has_value(bar)) {
            if (bar.collapsed) svg += svg_cross(x.at(plot.origin) + 12, middle, bar.text);
            svg += svg_text(x.at(plot.origin) + (bar.collapsed ? 24 : 8), middle + 4, bar.text);
            continue;
        }
        const std::pair<double, double> edges = std::minmax(x.at(plot.origin), x.at(*bar.value));
        svg += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>\n",
                           edges.first, middle - kBarHeight / 2, std::max(edges.second - edges.first, 1.5), kBarHeight,
                           series_color(bar.color));
        if (bar.low && bar.high && in_reach(*bar.low) && in_reach(*bar.high)) {
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
