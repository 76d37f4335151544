#include "core/report/svg_axes.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/report/escape.h"
#include "core/report/svg_plot.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ablate::report {

namespace {

constexpr std::size_t kLongestLabel = 30;
constexpr double kCharacterWidth = 6.7;  // of a 12 px sans-serif, generous

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
    if (!(high > low)) return {low};
    const double rough = (high - low) / count;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double ratio = rough / power;
    const double step = power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
    std::vector<double> ticks;
    for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) ticks.push_back(k * step);
    return ticks;
}

std::vector<double> log_ticks(double low, double high) {
    const bool wide = std::log10(high / low) >= 3;
    std::vector<double> ticks;
    for (double power = std::floor(std::log10(low)); power <= std::log10(high); ++power)
        for (double digit : {1, 2, 5}) {
            const double tick = digit * std::pow(10, power);
            if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9) && (digit == 1 || !wide)) ticks.push_back(tick);
        }
    return ticks;
}

std::string tick_label(double value, double spacing) {
    if (value == 0) return "0";
    if (std::abs(value) >= 1000) return short_count(value);
    if (std::abs(value) < 1e-3) return fmt::format("{:.3g}", value);
    const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(spacing) - 1e-9)), 0, 6);
    return fixed(value, decimals);
}

double Scale::at(double value) const {
    const double share = log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
    return from + share * (to - from);
}

std::vector<double> Scale::ticks(int count) const {
    if (!log) return round_ticks(low, high, count);
    // Within a fraction of a decade powers of ten leave the axis bare.
    const std::vector<double> ticks = log_ticks(low, high);
    return ticks.size() < 3 ? round_ticks(low, high, count) : ticks;
}

std::string Scale::label(double tick) const {
    const std::vector<double> all = ticks(5);
    const bool even =
        all.size() > 1 && std::abs((all[1] - all[0]) - (all.back() - all[all.size() - 2])) < 1e-9 * all[1];
    if (log && !even) return tick_label(tick, std::pow(10, std::floor(std::log10(tick))));
    return tick_label(tick, all.size() > 1 ? all[1] - all[0] : high - low);
}

std::string svg_open(double width, double height, const std::string& description) {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" "
        "role=\"img\" aria-label=\"{2}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" "
        "fill=\"currentColor\">\n",
        width, height, escape_html(description));
}

std::string svg_text(double x, double y, const std::string& text, const char* anchor, double opacity) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor,
                       opacity < 1 ? fmt::format(" opacity=\"{}\"", opacity) : "", escape_html(text));
}

std::string svg_line(double x1, double y1, double x2, double y2, const std::string& style) {
    return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2, style);
}

std::string svg_cross(double x, double y, const std::string& title) {
    return fmt::format(
        "<path d=\"M{:.1f} {:.1f}l8 8m0 -8l-8 8\" stroke=\"#d32f2f\" stroke-width=\"2\" "
        "fill=\"none\"><title>{}</title></path>\n",
        x - 4, y - 4, escape_html(title));
}

double text_width(const std::string& text) { return kCharacterWidth * static_cast<double>(display_width(text)); }

std::string shortened(const std::string& label) {
    const std::string clean = printable(label);
    if (display_width(clean) <= kLongestLabel) return clean;
    std::size_t end = 0;
    for (std::size_t points = 0; end < clean.size(); ++end)
        if ((static_cast<unsigned char>(clean[end]) & 0xC0) != 0x80 && ++points == kLongestLabel) break;
    return clean.substr(0, end) + "…";
}

std::vector<double> spread_apart(const std::vector<double>& wanted, double spacing, double low, double high) {
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return wanted[a] < wanted[b]; });
    std::vector<double> placed(wanted.size());
    double next = low;
    for (std::size_t index : order) {
        placed[index] = std::max(wanted[index], next);
        next = placed[index] + spacing;
    }
    double limit = high;
    for (auto index = order.rbegin(); index != order.rend(); ++index) {
        placed[*index] = std::min(placed[*index], limit);
        limit = placed[*index] - spacing;
    }
    return placed;
}

}  // namespace ablate::report
