#include "core/plot/number_text.h"

#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace ablate::plot {
namespace {

constexpr double kLargest = 1e15, kSmallest = 1e-4;  // written out up to here

std::string superscript(int number) {
    static constexpr std::array digits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text = number < 0 ? "⁻" : "";
    for (const char digit : std::to_string(std::abs(number))) text += digits[static_cast<std::size_t>(digit - '0')];
    return text;
}

// 1.50·10⁻⁶; without digits 10⁻⁶ and 2·10⁻⁶.
std::string scientific(double value, int digits) {
    const std::string text = fmt::format("{:.{}e}", value, digits);
    const std::size_t at = text.find('e');
    const std::string factor = text.substr(0, at), power = "10" + superscript(std::atoi(text.c_str() + at + 1));
    if (factor == "1") return power;
    return factor == "-1" ? "-" + power : factor + "·" + power;
}

}  // namespace

std::string tick_text(double value, double step, double largest) {
    if (value == 0) return "0";
    const auto magnitude = [](double size) { return static_cast<int>(std::floor(std::log10(size) + 1e-9)); };
    const double gap = std::abs(step);
    // As many digits as tell neighbors apart; a double has no more than these.
    const auto digits = [](int wanted) { return std::clamp(wanted, 0, 15); };
    if (is_far(largest)) return scientific(value, digits(magnitude(std::abs(value)) - magnitude(gap)));
    struct Unit {
        double from, size;
        const char* name;
    };
    static constexpr std::array units{Unit{1e12, 1e12, "T"}, Unit{1e9, 1e9, "B"}, Unit{1e6, 1e6, "M"},
                                      Unit{1e4, 1e3, "k"}, Unit{0, 1, ""}};
    const auto& unit = *std::find_if(units.begin(), units.end(), [&](const Unit& u) { return largest >= u.from; });
    return fixed(value / unit.size, digits(-magnitude(gap / unit.size))) + unit.name;
}

bool is_far(double size) { return size < kSmallest || size >= kLargest; }

std::string power_text(int factor, int exponent) {
    if (exponent == 0) return std::to_string(factor);
    return (factor == 1 ? "10" : std::to_string(factor) + "·10") + superscript(exponent);
}

std::string position_text(double x) {
    return x == std::floor(x) && std::abs(x) < 1e15 ? with_thousands(std::llround(x)) : significant(x);
}

std::string resolved_text(double value, double per_pixel) {
    if (!std::isfinite(value) || !(per_pixel > 0) || !std::isfinite(per_pixel) || std::abs(value) >= kLargest)
        return significant(value);
    const int digits = static_cast<int>(std::ceil(1 - std::log10(per_pixel) - 1e-9));
    if (digits <= 0) return with_thousands(std::llround(value));
    return digits > 12 ? significant(value) : fixed(value, digits);
}

}  // namespace ablate::plot
