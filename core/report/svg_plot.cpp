#include "core/report/svg_plot.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/plot/axis.h"
#include "core/plot/dash.h"
#include "core/plot/label_layout.h"
#include "core/plot/number_text.h"
#include "core/plot/thinning.h"
#include "core/report/escape.h"
#include "core/report/svg_elements.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ablate::report {

using plot::Axis;
using plot::has_place;
using plot::padded;
using plot::Range;
using plot::Scale;
using plot::Tick;

namespace {

constexpr double kWidth = 780, kHeight = 340, kLeft = 56, kTop = 30, kBottom = 46;
constexpr double kLabelSpacing = 15;
constexpr double kMargin = 0.04;  // of the range of y, at both ends
constexpr int kTicks = 5;         // about as many on each axis
constexpr const char* kGridLine = "stroke=\"currentColor\" stroke-opacity=\"0.13\"";
constexpr const char* kMinorGridLine = "stroke=\"currentColor\" stroke-opacity=\"0.06\"";
constexpr const char* kAxisLine = "stroke=\"currentColor\" stroke-opacity=\"0.45\"";
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Frame {
    Axis x, y;
    double cut = 0;  // where a logarithmic axis ends although values above 0 are below; 0: nowhere
};

Scale y_scale(const LinePlot& plot) { return plot.log_y ? Scale::logarithmic : Scale::linear; }
bool in_reach(double value) { return has_place(Scale::linear, value); }  // false for what is not finite
bool drawable(const LinePlot& plot, double y) { return has_place(y_scale(plot), y); }

Scale x_scale(const LinePlot& plot) { return plot.log_x ? Scale::logarithmic : Scale::linear; }
bool is_shown(const LinePlot& plot, double x) {
    return has_place(x_scale(plot), x) && !(plot.x_min && x < *plot.x_min);
}

// Where a logarithmic axis ends although values above 0 are below, see cut_beside_zero; 0: nowhere.
double cut_of(const LinePlot& plot) {
    std::vector<double> positive;
    bool crosses = false;
    for (const PlotLine& line : plot.lines)
        for (std::size_t i = 0; plot.log_y && i < line.x.size(); ++i) {
            if (!is_shown(plot, line.x[i])) continue;
            crosses |= line.y[i] <= 0;
            if (drawable(plot, line.y[i])) positive.push_back(line.y[i]);
        }
    return crosses ? plot::cut_beside_zero(std::move(positive)) : 0;
}

void extend(std::optional<Range>& range, double value) {
    range = range ? Range{std::min(range->low, value), std::max(range->high, value)} : Range{value, value};
}

// The ranges of what is drawn: finite values from x_min on, at most y_max.
Frame frame_of(const LinePlot& plot, double right) {
    std::optional<Range> x, y;
    for (const PlotLine& line : plot.lines)
        for (std::size_t i = 0; i < line.x.size(); ++i) {
            if (!is_shown(plot, line.x[i])) continue;
            extend(x, line.x[i]);
            if (drawable(plot, line.y[i])) extend(y, line.y[i]);
        }
    const double cut = cut_of(plot);
    if (y && cut > 0) y->low = std::max(y->low, cut);
    if (y && plot.y_max && *plot.y_max > y->low) y->high = std::min(y->high, *plot.y_max);
    // A single step has its axis to the right: there are no steps below 0.
    if (x && !(x->high > x->low)) x->high = x->low + std::max(1.0, std::abs(x->low) * 0.01);
    const Scale scale = y_scale(plot);
    const Range high = padded(scale, y.value_or(plot.log_y ? Range{0.1, 1} : Range{0, 1}), kMargin);
    const Range wide =
        padded(x_scale(plot), x.value_or(plot.log_x ? Range{0.1, 1} : Range{0, 1}), plot.dots ? kMargin : 0);
    return {Axis(x_scale(plot), wide, kLeft, right), Axis(scale, high, kHeight - kBottom, kTop), cut};
}

std::string axes(const LinePlot& plot, const Frame& frame) {
    std::string svg;
    const double left = frame.x.first_pixel(), right = frame.x.last_pixel(), bottom = frame.y.first_pixel();
    for (const Tick& tick : frame.y.ticks(kTicks)) {
        const double y = frame.y.pixel(tick.value);
        svg += svg_line(left, y, right, y, tick.text.empty() ? kMinorGridLine : kGridLine);
        if (!tick.text.empty()) svg += svg_text(left - 8, y + 4, tick.text, "end", 0.75);
    }
    svg += svg_line(left, bottom, right, bottom, kAxisLine);
    for (const Tick& tick : frame.x.ticks(kTicks)) {
        const double x = frame.x.pixel(tick.value);
        svg += svg_line(x, bottom, x, bottom + 4, kAxisLine);
        if (!tick.text.empty()) svg += svg_text(x, bottom + 18, tick.text, "middle", 0.75);
    }
    svg += svg_text((left + right) / 2, bottom + 36, plot.x_title, "middle");
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
    return svg_text(frame.x.first_pixel() + 6, frame.y.first_pixel() - 6, join(said, "; "), "start", 0.75);
}

// Those that draw the line as all would. Columns are even along a linear axis alone.
std::vector<std::size_t> points_to_draw(const LinePlot& plot, const PlotLine& line, std::size_t columns) {
    if (!plot.log_x) return plot::decimate_min_max(line.x, line.y, columns);
    std::vector<std::size_t> all(line.x.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

// A dot at each point that is drawn.
std::string dots(const LinePlot& plot, const PlotLine& line, const Frame& frame) {
    std::string svg;
    for (std::size_t i = 0; plot.dots && i < line.x.size(); ++i)
        if (is_shown(plot, line.x[i]) && drawable(plot, line.y[i]) && !(line.y[i] > frame.y.range().high))
            svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", frame.x.pixel(line.x[i]),
                               frame.y.pixel(line.y[i]), series_color(line.color));
    return svg;
}

// Cut at the top edge itself: not every viewer knows clip paths (SVG Tiny, and so Qt, has none and would fill them).
std::string path_of(const LinePlot& plot, const PlotLine& line, const Frame& frame) {
    struct Pixel {
        double x, y;
    };
    const auto columns = static_cast<std::size_t>(frame.x.last_pixel() - frame.x.first_pixel());
    const double top = frame.y.last_pixel();
    std::string path;
    Pixel last{};  // of an unbroken line, at any place
    bool unbroken = false, pen_down = false;
    const auto go = [&](char how, const Pixel& to) { path += fmt::format("{}{:.1f} {:.1f}", how, to.x, to.y); };
    const auto at_top = [&](const Pixel& a, const Pixel& b) {
        return Pixel{a.x + (b.x - a.x) * (top - a.y) / (b.y - a.y), top};
    };
    for (std::size_t i : points_to_draw(plot, line, columns)) {
        if (!drawable(plot, line.y[i]) || !is_shown(plot, line.x[i])) {
            unbroken = pen_down = false;
            continue;
        }
        const double y = frame.y.pixel(line.y[i]);
        const Pixel here{frame.x.pixel(line.x[i]), frame.cut > 0 ? std::min(y, frame.y.first_pixel()) : y};
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

// Where a value of a logarithmic plot has no place, or is below its cut.
std::string foot_mark(double x, double y, int color, const std::string& title) {
    return fmt::format("<path d=\"M{:.1f} {:.1f}l-4 -7h8z\" fill=\"{}\"><title>{}</title></path>\n", x, y,
                       series_color(color), escape_html(title));
}

// Crosses: at the top edge for values that are not finite, at most one a pixel; on the line where the run collapsed.
// Triangles at the foot: what a logarithmic axis has no place for.
std::string marks(const PlotLine& line, const Frame& frame, const std::string& name) {
    std::string svg;
    double last = -kInfinity, last_below = -kInfinity, at_collapse = kInfinity;
    for (std::size_t i = 0; i < line.x.size(); ++i) {
        if (line.x[i] < frame.x.range().low) continue;
        if (line.collapsed_at && line.x[i] <= *line.collapsed_at && in_reach(line.y[i])) at_collapse = line.y[i];
        const double x = frame.x.pixel(line.x[i]);
        const std::string where = plot::position_text(line.x[i]);
        if (!in_reach(line.y[i])) {
            if (x < last + 1) continue;
            last = x;
            const char* what = std::isfinite(line.y[i]) ? "beyond 1e300" : "not finite";
            svg += svg_cross(x, frame.y.last_pixel(), fmt::format("{}: {} at {}", name, what, where));
        } else if (frame.y.scale() == Scale::logarithmic && (line.y[i] <= 0 || line.y[i] < frame.cut)) {
            if (x < last_below + 4) continue;
            last_below = x;
            svg += foot_mark(x, frame.y.first_pixel(), line.color,
                             fmt::format("{}: {} at {}", name, significant(line.y[i]), where));
        }
    }
    const bool visible =
        line.collapsed_at && *line.collapsed_at >= frame.x.range().low && *line.collapsed_at <= frame.x.range().high;
    if (!visible) return svg;
    const bool on_line = at_collapse <= frame.y.range().high && (frame.y.scale() == Scale::linear || at_collapse > 0);
    return svg + svg_cross(frame.x.pixel(*line.collapsed_at),
                           on_line ? frame.y.pixel(at_collapse) : frame.y.last_pixel(),
                           fmt::format("{}: collapsed at {}", name, plot::position_text(*line.collapsed_at)));
}

// An SVG dash array: the lengths of plot::seed_dash are widths of the line.
std::string stroke(const PlotLine& line) {
    const double width = line.color < 0 ? 1.8 : 1.5;
    std::vector<std::string> dashes;
    for (const double length : plot::seed_dash(line.seed)) dashes.push_back(fmt::format("{}", length * width));
    return fmt::format("stroke=\"{}\" stroke-width=\"{}\"{}", series_color(line.color), width,
                       dashes.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", join(dashes, " ")));
}

// The last point that is drawn, where the label points to.
std::optional<std::pair<double, double>> line_end(const LinePlot& plot, const PlotLine& line, const Frame& frame) {
    for (std::size_t i = line.x.size(); i-- > 0;)
        if (drawable(plot, line.y[i]) && line.x[i] >= frame.x.range().low)
            return std::pair(frame.x.pixel(line.x[i]),
                             std::clamp(frame.y.pixel(line.y[i]), frame.y.last_pixel(), frame.y.first_pixel()));
    return {};
}

constexpr double kFirstLabel = kTop - kLabelSpacing / 2, kLastLabel = kHeight - kBottom + kLabelSpacing / 2;

// The labels with room; the others are counted in the last line.
plot::FittedLabels fitted_labels(const LinePlot& plot) {
    const auto count =
        std::count_if(plot.lines.begin(), plot.lines.end(), [](const PlotLine& line) { return !line.label.empty(); });
    return plot::fit_labels(static_cast<std::size_t>(count), kLabelSpacing, kFirstLabel, kLastLabel);
}

std::string more_text(const plot::FittedLabels& fitted) { return fmt::format("{} more", fitted.more); }

std::string end_labels(const LinePlot& plot, const Frame& frame) {
    std::vector<const PlotLine*> labeled;
    std::vector<std::pair<double, double>> ends;
    std::vector<double> wanted;
    for (const PlotLine& line : plot.lines) {
        if (line.label.empty()) continue;
        labeled.push_back(&line);
        ends.push_back(line_end(plot, line, frame).value_or(std::pair(frame.x.first_pixel(), frame.y.last_pixel())));
        wanted.push_back(ends.back().second);
    }
    const plot::FittedLabels fitted = fitted_labels(plot);
    wanted.resize(fitted.shown);
    if (fitted.more > 0) wanted.push_back(kLastLabel);
    const auto placed = plot::spread_labels(wanted, kLabelSpacing, kFirstLabel, kLastLabel);
    std::string svg;
    for (std::size_t i = 0; i < fitted.shown; ++i) {
        svg += svg_line(ends[i].first + 2, ends[i].second, frame.x.last_pixel() + 8, placed[i],
                        "stroke=\"currentColor\" stroke-opacity=\"0.3\" stroke-width=\"0.8\"");
        svg += svg_line(frame.x.last_pixel() + 9, placed[i], frame.x.last_pixel() + 31, placed[i], stroke(*labeled[i]));
        svg += svg_text(frame.x.last_pixel() + 36, placed[i] + 4, shortened(labeled[i]->label));
    }
    if (fitted.more > 0)
        svg += svg_text(frame.x.last_pixel() + 36, placed.back() + 4, more_text(fitted), "start", 0.75);
    return svg;
}

}  // namespace

std::string series_color(int index) { return index < 0 ? "currentColor" : plot::hex(plot::run_color(index, false)); }

// A rule of a style sheet is stronger than the attribute it matches.
std::string dark_color_rules() {
    std::string rules;
    for (int index = 0; index < plot::kRunColors; ++index) {
        const std::string light = series_color(index), dark = plot::hex(plot::run_color(index, true));
        if (light != dark)
            rules += fmt::format("[stroke=\"{0}\"]{{stroke:{1}}}[fill=\"{0}\"]{{fill:{1}}}", light, dark);
    }
    return rules;
}

std::string with_dark_colors(const std::string& svg) {
    std::string dark = svg;
    for (std::size_t at = 0; (at = dark.find("\"#", at)) != std::string::npos; ++at)
        for (int index = 0; index < plot::kRunColors; ++index) {
            const std::string light = series_color(index) + "\"";
            if (dark.compare(at + 1, light.size(), light) != 0) continue;
            dark.replace(at + 1, light.size() - 1, plot::hex(plot::run_color(index, true)));
            break;
        }
    return dark;
}

std::string line_plot_svg(const LinePlot& given) {
    LinePlot plot = given;
    for (PlotLine& line : plot.lines) line = in_order(line);
    const plot::FittedLabels fitted = fitted_labels(plot);
    double label_width = fitted.more > 0 ? text_width(more_text(fitted)) : 0;
    for (const PlotLine& line : plot.lines) label_width = std::max(label_width, text_width(shortened(line.label)));
    const Frame frame = frame_of(plot, kWidth - label_width - 44);
    std::string svg = svg_open(kWidth, kHeight, plot.description) + axes(plot, frame);
    svg += "<g fill=\"none\" stroke-linejoin=\"round\">\n";
    // The baseline is drawn last, over the others.
    for (bool baseline : {false, true})
        for (const PlotLine& line : plot.lines)
            if ((line.color < 0) == baseline)
                svg += fmt::format("<path d=\"{}\" {}/>\n", path_of(plot, line, frame), stroke(line));
    svg += "</g>\n";
    for (const PlotLine& line : plot.lines)
        svg += dots(plot, line, frame) + marks(line, frame, line.label.empty() ? "further seed" : line.label);
    return svg + notes(given, frame) + end_labels(plot, frame) + "</svg>\n";
}

std::string standalone_svg(const std::string& svg) {
    const std::size_t end = svg.find('>') + 1;
    return svg.substr(0, end) +
           "\n<style>svg{color:#1f2328;background:#fff}"
           "@media(prefers-color-scheme:dark){svg{color:#e6e8eb;background:#16181c}" +
           dark_color_rules() + "}</style>" + svg.substr(end);
}

}  // namespace ablate::report
