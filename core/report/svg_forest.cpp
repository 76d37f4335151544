#include "core/report/svg_forest.h"

#include "core/base/text.h"
#include "core/plot/axis.h"
#include "core/report/escape.h"
#include "core/report/svg_elements.h"
#include "core/report/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace ablate::report {

using plot::Axis;
using plot::has_place;
using plot::Range;
using plot::Scale;
using plot::Tick;

namespace {

constexpr double kWidth = 780, kTop = 10, kFoot = 44, kLine = 14, kRowGap = 6;
constexpr double kFewestRoom = 240;      // px, for marks and intervals
constexpr double kCharacterWidth = 6.7;  // as text_width
constexpr double kReach = 2;             // how far an interval is drawn, as a multiple of the spread of the values
constexpr int kTicks = 5;
constexpr const char* kGridLine = "stroke=\"currentColor\" stroke-opacity=\"0.13\"";
constexpr const char* kReferenceLine = "stroke=\"currentColor\" stroke-opacity=\"0.6\"";

bool in_reach(double value) { return has_place(Scale::linear, value); }  // false for what is not finite

// A name in full, over several lines where it is long: broken at spaces, a long word anywhere.
std::vector<std::string> lines_of(const std::string& label, std::size_t most) {
    std::vector<std::string> lines{""};
    const auto add = [&](const std::string& word) {
        if (!lines.back().empty() && display_width(lines.back()) + 1 + display_width(word) > most) lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
    };
    for (std::string word : split(printable(label), ' ')) {
        while (display_width(word) > most) {
            std::size_t end = 0;
            for (std::size_t points = 0; end < word.size(); ++end)
                if ((static_cast<unsigned char>(word[end]) & 0xC0) != 0x80 && ++points > most) break;
            add(word.substr(0, end));
            word.erase(0, end);
        }
        add(word);
    }
    return lines;
}

struct Row {
    const ForestPlotRow* row;
    std::vector<std::string> lines;
    double top = 0, middle = 0;
};

struct Frame {
    Axis x;
    double bottom = 0, labels = 0;
    std::vector<Row> rows;
};

// The values and the reference, and the intervals as far as they do not flatten the values.
Range range_of(const ForestPlot& plot) {
    std::vector<double> values;
    if (in_reach(plot.reference)) values.push_back(plot.reference);
    for (const ForestPlotRow& row : plot.rows)
        if (in_reach(row.value)) values.push_back(row.value);
    if (values.empty()) return {0, 1};
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double spread = *high - *low;
    Range range{*low, *high};
    for (const ForestPlotRow& row : plot.rows) {
        if (!in_reach(row.low) || !in_reach(row.high)) continue;
        const double reach = spread > 0 ? kReach * spread : row.high - row.low;
        range.low = std::min(range.low, std::max(row.low, *low - reach));
        range.high = std::max(range.high, std::min(row.high, *high + reach));
    }
    return range;
}

Frame frame_of(const ForestPlot& plot) {
    Frame frame;
    double texts = 0;
    for (const ForestPlotRow& row : plot.rows)
        if (in_reach(row.value)) texts = std::max(texts, text_width(printable(row.text)));
    const double most = std::max(kWidth - texts - kFewestRoom - 44, 140.0);
    double y = kTop;
    for (const ForestPlotRow& row : plot.rows) {
        Row& made =
            frame.rows.emplace_back(Row{&row, lines_of(row.label, static_cast<std::size_t>(most / kCharacterWidth))});
        for (const std::string& line : made.lines) frame.labels = std::max(frame.labels, text_width(line));
        const double height = kLine * static_cast<double>(made.lines.size()) + kRowGap;
        made.top = y;
        made.middle = y + height / 2;
        y += height;
    }
    frame.bottom = y;
    frame.x =
        Axis(Scale::linear, plot::padded(Scale::linear, range_of(plot), 0.04), frame.labels + 24, kWidth - texts - 20);
    return frame;
}

std::string arrow(double x, double y, int direction, const std::string& color) {
    return fmt::format("<path d=\"M{:.1f} {:.1f}l{} -4v8z\" fill=\"{}\"/>\n", x, y, direction > 0 ? -6 : 6, color);
}

std::string interval(const ForestPlotRow& row, const Axis& x, double middle) {
    if (!in_reach(row.low) || !in_reach(row.high)) return {};
    const std::string color = series_color(row.color);
    const double low = std::max(row.low, x.range().low), high = std::min(row.high, x.range().high);
    const std::string style = fmt::format("stroke=\"{}\" stroke-width=\"1.6\"", color);
    std::string svg = svg_line(x.pixel(low), middle, x.pixel(high), middle, style);
    for (const auto& [end, cut, direction] :
         {std::tuple{low, row.low < low, -1}, std::tuple{high, row.high > high, 1}}) {
        const double at = x.pixel(end);
        svg += cut ? arrow(at + 3 * direction, middle, direction, color)
                   : svg_line(at, middle - 3.5, at, middle + 3.5, style);
    }
    return svg;
}

std::string mark(const ForestPlotRow& row, double x, double middle) {
    const std::string color = series_color(row.color);
    if (row.baseline)
        return fmt::format(
            "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", x, middle,
            color);
    return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"8\" height=\"8\" fill=\"{}\"/>\n", x - 4, middle - 4,
                       color);
}

std::string row_svg(const Row& placed, const Frame& frame, double reference) {
    const ForestPlotRow& row = *placed.row;
    std::string svg;
    for (std::size_t i = 0; i < placed.lines.size(); ++i)
        svg += svg_text(frame.labels + 14, placed.top + kRowGap / 2 + kLine * (static_cast<double>(i) + 1) - 3,
                        placed.lines[i], "end");
    const Axis& x = frame.x;
    if (in_reach(row.value))
        return svg + interval(row, x, placed.middle) + mark(row, x.pixel(row.value), placed.middle) +
               svg_text(x.last_pixel() + 14, placed.middle + 4, printable(row.text));
    // Without a value the whole width is there for the reason.
    const double start =
        in_reach(reference) ? std::min(x.pixel(reference), x.first_pixel() + kFewestRoom / 2) : x.first_pixel();
    if (row.collapsed) svg += svg_cross(start + 12, placed.middle, printable(row.text));
    const auto room = static_cast<std::size_t>((kWidth - start - 30) / kCharacterWidth);
    const std::vector<std::string> reason = lines_of(row.text, room);
    return svg + svg_text(start + (row.collapsed ? 24 : 8), placed.middle + 4,
                          reason.front() + (reason.size() > 1 ? "…" : ""));
}

}  // namespace

bool cuts_intervals(const ForestPlot& plot) {
    const Range range = range_of(plot);
    return std::any_of(plot.rows.begin(), plot.rows.end(), [&](const ForestPlotRow& row) {
        return in_reach(row.low) && in_reach(row.high) && (row.low < range.low || row.high > range.high);
    });
}

std::string forest_plot_svg(const ForestPlot& plot) {
    const Frame frame = frame_of(plot);
    std::string svg = svg_open(kWidth, frame.bottom + kFoot, plot.description);
    for (const Tick& tick : frame.x.ticks(kTicks)) {
        const double x = frame.x.pixel(tick.value);
        svg += svg_line(x, kTop, x, frame.bottom, kGridLine);
        svg += svg_text(x, frame.bottom + 16, tick.text, "middle", 0.75);
    }
    if (in_reach(plot.reference))
        svg += svg_line(frame.x.pixel(plot.reference), kTop - 4, frame.x.pixel(plot.reference), frame.bottom,
                        kReferenceLine);
    for (const Row& row : frame.rows) svg += row_svg(row, frame, plot.reference);
    return svg +
           svg_text((frame.x.first_pixel() + frame.x.last_pixel()) / 2, frame.bottom + 36, plot.x_title, "middle") +
           "</svg>\n";
}

}  // namespace ablate::report
