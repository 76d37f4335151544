#include "core/study/equal_cost.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/study/wording.h"

#include <cmath>

namespace ablate::study {
namespace {

enum class Side { below, above, open };  // of the baseline's loss, as far as the seeds tell it apart

Side side_of(const Delta& delta) {
    if (!delta.interval.distinguishable() || delta.too_close()) return Side::open;
    return delta.interval.mean < 0 ? Side::below : Side::above;
}

const char* in_words(Side side) {
    switch (side) {
        case Side::below:
            return "lower";
        case Side::above:
            return "higher";
        case Side::open:
            return "not told apart";
    }
    throw std::logic_error("a side without words");
}

}  // namespace

std::vector<EqualCost> equal_costs(const Comparison& comparison) {
    std::vector<EqualCost> costs;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const Group& group = comparison.groups[i];
        if (!group.baseline || *group.baseline == i) continue;
        EqualCost cost;
        cost.group = i;
        cost.baseline = *group.baseline;
        const Group& baseline = comparison.groups[cost.baseline];
        cost.step = furthest_common_step(comparison, {i, cost.baseline}, cost.baseline);
        cost.seconds = position(comparison, baseline, cost.step, Along::seconds);
        if (!std::isfinite(cost.step) || !std::isfinite(cost.seconds) || cost.step < 1) continue;
        cost.at_step = difference_at(comparison, i, cost.baseline, Along::steps, cost.step);
        cost.at_seconds = difference_at(comparison, i, cost.baseline, Along::seconds, cost.seconds);
        if (cost.at_step.interval.n == 0 || cost.at_seconds.interval.n == 0) continue;
        cost.slower =
            position(comparison, group, 1, Along::seconds) / position(comparison, baseline, 1, Along::seconds) - 1;
        costs.push_back(std::move(cost));
    }
    return costs;
}

std::string disagreement(const Comparison& comparison, const EqualCost& cost) {
    const Side step = side_of(cost.at_step), time = side_of(cost.at_seconds);
    if (step == time) return {};
    return fmt::format("{}: its loss against the baseline's is {} at equal steps and {} at equal time",
                       display_name(comparison.groups[cost.group]), in_words(step), in_words(time));
}

}  // namespace ablate::study
