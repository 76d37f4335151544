#include "ui/charts/axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ablate::ui {
namespace {

constexpr double kSmallest = 1e-300;  // a range within it would overflow as pixels a unit

double transformed(Scale scale, double value) { return scale == Scale::linear ? value : std::log10(value); }

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

// "1.50e-06" as people write it: 1.50e-6.
QString scientific(double value, int digits) {
    const QString text = QString::number(value, 'e', digits);
    const qsizetype at = text.indexOf('e');
    return text.left(at) + "e" + QString::number(text.mid(at + 1).toInt());
}

QString decade_text(double value, double decade) {
    return tick_text(value, decade, value >= 1e3 ? std::max(value, 1e4) : value);  // 100, 1k, 10k
}

std::vector<Tick> logarithmic_ticks(const Range& range, int wanted) {
    const double decades = std::log10(range.high) - std::log10(range.low);  // the quotient may overflow
    if (decades < 0.7) return linear_ticks(range, wanted);
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / std::max(wanted, 1))));
    const bool label_within = decades * 3 <= wanted + 2;  // 2 and 5 as well
    std::vector<Tick> ticks;
    for (int power = static_cast<int>(std::floor(std::log10(range.low)));; ++power) {
        const double decade = std::pow(10, power);
        if (decade > range.high) return ticks;
        for (int i = 1; i < 10; ++i) {
            const double value = i * decade;
            if (value < range.low * (1 - 1e-9) || value > range.high * (1 + 1e-9)) continue;
            const bool labelled = i == 1 ? power % stride == 0 : label_within && (i == 2 || i == 5);
            if (labelled || stride == 1) ticks.push_back({value, labelled ? decade_text(value, decade) : QString()});
        }
    }
}

}  // namespace

Axis::Axis(Scale scale, Range range, double first_pixel, double last_pixel)
    : scale_(scale), range_(range), first_(first_pixel), low_(transformed(scale, range.low)) {
    per_unit_ = (last_pixel - first_pixel) / (transformed(scale, range.high) - low_);
}

double Axis::pixel(double value) const { return first_ + (transformed(scale_, value) - low_) * per_unit_; }

double Axis::value(double pixel) const {
    const double at = low_ + (pixel - first_) / per_unit_;
    return scale_ == Scale::linear ? at : std::pow(10, at);
}

std::vector<Tick> Axis::ticks(int wanted) const {
    return scale_ == Scale::linear ? linear_ticks(range_, wanted) : logarithmic_ticks(range_, wanted);
}

bool has_place(Scale scale, double value) {
    return std::abs(value) <= kLargestShown && (scale == Scale::linear || value > 0);
}

Range padded(Scale scale, Range range, double margin) {
    if (scale == Scale::logarithmic) {
        if (!(range.low > 0)) return {1, 10};
        double low = std::log10(range.low), high = std::log10(range.high);
        if (high - low < 1e-9) low -= 0.15, high += 0.15;
        const double pad = (high - low) * margin;
        return {std::max(std::pow(10, low - pad), std::numeric_limits<double>::denorm_min()),
                std::min(std::pow(10, high + pad), std::numeric_limits<double>::max())};
    }
    const double size = std::max(std::abs(range.low), std::abs(range.high));
    double span = range.high - range.low;
    if (!(span > size * 1e-12) || size < kSmallest) {
        const double half = size > kSmallest ? size * 0.05 : 0.5;
        range = {range.low - half, range.high + half};
        span = 2 * half;
    }
    return {range.low - span * margin, range.high + span * margin};
}

QString tick_text(double value, double step, double largest) {
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
    return QString::number(value / unit.size, 'f', digits(-magnitude(gap / unit.size))) + unit.name;
}

}  // namespace ablate::ui
