#include "core/report/svg_axes.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/report/escape.h"
#include "core/report/svg_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace ablate::report {

namespace {

constexpr std::size_t kLongestLabel = 30;
constexpr double kCharacterWidth = 6.7;  // of a 12 px sans-serif, generous

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
    if (!(high > low)) return {low};
    const double rough = high / count - low / count;  // their difference may overflow
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double ratio = rough / power;
    const double step = power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
    std::vector<double> ticks;
    if (!(step > 0) || !std::isfinite(step)) return {low, high};
    for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step && ticks.size() < 1000; ++k)
        ticks.push_back(k * step);
    return ticks;
}

std::vector<double> log_ticks(double low, double high) {
    const double first = std::floor(std::log10(low)), last = std::log10(high), decades = last - std::log10(low);
    const bool wide = decades >= 3;
    const double stride = std::max(1.0, std::ceil(decades / 12));
    std::vector<double> ticks;
    for (double power = std::ceil(first / stride) * stride; power <= last; power += stride)
        for (double digit : {1, 2, 5}) {
            const double tick = digit * std::pow(10, power);
            if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9) && (digit == 1 || !wide)) ticks.push_back(tick);
        }
    return ticks;
}

std::string tick_label(double value, double spacing, double largest) {
    if (value == 0) return "0";
    const auto magnitude = [](double size) { return static_cast<int>(std::floor(std::log10(size) + 1e-9)); };
    const double size = std::max(std::abs(value), largest), gap = std::abs(spacing);
    // As many digits as tell neighbors apart; a double has no more than these.
    const auto digits = [](int wanted) { return std::clamp(wanted, 0, 15); };
    if (size < 1e-3 || size >= 1e15) {
        const std::string text =
            fmt::format("{:.{}e}", value, digits(magnitude(std::abs(value)) - (gap > 0 ? magnitude(gap) : 0)));
        const std::size_t at = text.find('e');
        return text.substr(0, at) + "e" + std::to_string(std::atoi(text.c_str() + at + 1));
    }
    static constexpr std::array<std::pair<double, const char*>, 5> units{
        {{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "k"}, {1, ""}}};
    const auto unit = std::find_if(units.begin(), units.end() - 1, [&](const auto& u) { return size >= u.first; });
    const double of = unit->first;
    const int decimals = gap > 0 ? digits(-magnitude(gap / of)) : 3;
    return fixed(value / of, decimals) + unit->second;
}

double Scale::at(double value) const {
    const double share = log ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                             : (value / 2 - low / 2) / (high / 2 - low / 2);  // differences of large values overflow
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
    const double first = all.size() > 1 ? all[1] - all[0] : high - low;
    const double last = all.size() > 1 ? all.back() - all[all.size() - 2] : first;
    const bool even = std::abs(first - last) < 1e-6 * std::abs(first);
    // Ticks of even distance share a unit and decimals; those of a logarithmic axis have their own.
    if (log && !even) return tick_label(tick, std::pow(10, std::floor(std::log10(tick) + 1e-9)), 0);
    return tick_label(tick, first, std::max(std::abs(all.front()), std::abs(all.back())));
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
