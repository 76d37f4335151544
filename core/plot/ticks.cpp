#include "core/plot/ticks.h"

#include "core/plot/number_text.h"

#include <algorithm>
#include <cmath>

namespace ablate::plot {
namespace {

double round_step(double rough) {
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough * (1 - 1e-9)) return factor * power;
    return 10 * power;
}

std::vector<Tick> linear_ticks(const Range& range, int wanted) {
    const double step = round_step((range.high - range.low) / std::max(wanted, 1));
    std::vector<Tick> ticks;
    if (!(step > 0) || !std::isfinite(step)) return ticks;
    // Counted in whole steps: adding them up would write 0.30000000000000004.
    const double first = std::ceil(range.low / step - 1e-9), last = std::floor(range.high / step + 1e-9);
    const double largest = std::max(std::abs(first), std::abs(last)) * step;
    for (double i = first; i <= last && ticks.size() < 1000; ++i)
        ticks.push_back({i * step, tick_text(i * step, step, largest)});
    return ticks;
}

std::string decade_text(double value, double decade) {
    return tick_text(value, decade, value >= 1e3 ? std::max(value, 1e4) : value);  // 100, 1k, 10k
}

std::vector<Tick> logarithmic_ticks(const Range& range, int wanted) {
    const double decades = std::log10(range.high) - std::log10(range.low);  // the quotient may overflow
    if (decades < 0.7) return linear_ticks(range, wanted);
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / std::max(wanted, 1))));
    const bool label_within = decades * 3 <= wanted + 2;  // 2 and 5 as well
    struct Place {
        double value, decade;
        int factor, power;
        bool labeled;
    };
    std::vector<Place> places;
    bool powers = false;  // all labels of an axis are written one way, as powers where one of them has to be
    for (int power = static_cast<int>(std::floor(std::log10(range.low)));; ++power) {
        const double decade = std::pow(10, power);
        if (decade > range.high) break;
        for (int i = 1; i < 10; ++i) {
            const double value = i * decade;
            if (value < range.low * (1 - 1e-9) || value > range.high * (1 + 1e-9)) continue;
            const bool labeled = i == 1 ? power % stride == 0 : label_within && (i == 2 || i == 5);
            if (!labeled && stride != 1) continue;
            powers = powers || (labeled && is_far(value));
            places.push_back({value, decade, i, power, labeled});
        }
    }
    std::vector<Tick> ticks;
    for (const Place& place : places) {
        const auto text = [&] {
            return powers ? power_text(place.factor, place.power) : decade_text(place.value, place.decade);
        };
        ticks.push_back({place.value, place.labeled ? text() : std::string()});
    }
    return ticks;
}

}  // namespace

std::vector<Tick> ticks(Scale scale, const Range& range, int wanted) {
    return scale == Scale::linear ? linear_ticks(range, wanted) : logarithmic_ticks(range, wanted);
}

}  // namespace ablate::plot
