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
