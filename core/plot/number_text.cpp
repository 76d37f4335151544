#include "core/plot/number_text.h"

#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace ablate::plot {
namespace {

// "1.50e-06" as people write it: 1.50e-6.
std::string scientific(double value, int digits) {
    const std::string text = fmt::format("{:.{}e}", value, digits);
    const std::size_t at = text.find('e');
    return text.substr(0, at) + "e" + std::to_string(std::atoi(text.c_str() + at + 1));
}

}  // namespace

std::string tick_text(double value, double step, double largest) {
    if (value == 0) return "0";
    const auto magnitude = [](double size) { return static_cast<int>(std::floor(std::log10(size) + 1e-9)); };
    const double gap = std::abs(step);
    // As many digits as tell neighbors apart; a double has no more than these.
    const auto digits = [](int wanted) { return std::clamp(wanted, 0, 15); };
    if (largest < 1e-4 || largest >= 1e16)
        return scientific(value, digits(magnitude(std::abs(value)) - magnitude(gap)));
    struct Unit {
        double from, size;
        const char* name;
    };
    static constexpr std::array units{Unit{1e12, 1e12, "T"}, Unit{1e9, 1e9, "B"}, Unit{1e6, 1e6, "M"},
                                      Unit{1e4, 1e3, "k"}, Unit{0, 1, ""}};
    const auto& unit = *std::find_if(units.begin(), units.end(), [&](const Unit& u) { return largest >= u.from; });
    return fixed(value / unit.size, digits(-magnitude(gap / unit.size))) + unit.name;
}

std::string position_text(double x) {
    return x == std::floor(x) && std::abs(x) < 1e15 ? with_thousands(std::llround(x)) : significant(x);
}

}  // namespace ablate::plot
