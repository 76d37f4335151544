#include "core/study/wording.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace ablate::study {

std::string signed_loss(double difference) {
    const std::string sign = difference < 0 ? "" : "+";
    const bool vanishes = difference != 0 && std::abs(difference) < 0.00005;
    return sign + (vanishes ? significant(difference, 2) : fixed(difference, 4));
}

std::string signed_percent(double ratio) { return (ratio < 0 ? "" : "+") + fixed(100 * ratio, 2) + " %"; }

std::string with_half_width(const Interval& interval) {
    if (interval.n == 0) return "";
    if (!interval.half_width) return fixed(interval.mean, 4);
    return fixed(interval.mean, 4) + " ± " + fixed(*interval.half_width, 4);
}

std::string with_half_width(const PairedInterval& difference) {
    if (difference.n == 0) return "";
    if (!difference.half_width) return signed_loss(difference.mean);
    return signed_loss(difference.mean) + " ± " + fixed(*difference.half_width, 4);
}

std::string measured(const Comparison& comparison) {
    switch (comparison.measure) {
        case Measure::val_loss:
            return "validation loss";
        case Measure::val_bpb:
            return "validation bits per byte";
        case Measure::train_loss:
            return "training loss";
    }
    throw std::logic_error("a measure without a name");
}

std::string measured_in_short(const Comparison& comparison) {
    return comparison.measure == Measure::val_loss  ? "val loss"
           : comparison.measure == Measure::val_bpb ? "val bpb"
                                                    : "train loss";
}

std::string unit_of(const Comparison& comparison) {
    return comparison.measure == Measure::val_bpb ? "bits per byte" : "nats";
}

std::string parameters_text(std::int64_t parameters) { return parameters > 0 ? with_thousands(parameters) : "–"; }

std::string p_text(double p) { return p < 0.0001 ? "p < 0.0001" : "p = " + fixed(p, 4); }

std::string count_of(std::int64_t n, const std::string& thing) {
    return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

std::string utilisation_text(double utilisation) {
    return utilisation > 0 && utilisation <= 1 ? fixed(100 * utilisation, 1) + " %" : "–";
}

std::string plain_label(const Group& group) { return group.label.empty() ? group.variant : group.label; }

std::string display_name(const Group& group) {
    return group.grid_point.empty() ? plain_label(group) : plain_label(group) + " at " + group.grid_point;
}

}  // namespace ablate::study
