#include "core/compare/equal_cost.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/wording.h"

#include <cmath>
#include <functional>
#include <limits>

namespace ablate::study {
namespace {

constexpr double kPlausible = 2;  // what norms, rotations and gates can cost beyond their FLOPs

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

// Both of a step, relative to the baseline's. Where FLOPs are not known (others' logs), nothing can be said.
bool is_disturbed(double time_ratio, double flops_ratio) {
    const double excess = time_ratio / flops_ratio;
    return std::isfinite(excess) && !(excess > 1 / kPlausible && excess < kPlausible);
}

// The last step all healthy seeds of the groups were validated at; NaN without one.
double last_common_step(const Comparison& comparison, const std::vector<std::size_t>& groups) {
    double last = std::numeric_limits<double>::quiet_NaN();
    for (const std::size_t group : groups)
        for (const std::size_t run : comparison.groups[group].runs) {
            const ComparedRun& compared = comparison.runs[run];
            if (!compared.healthy() || compared.val.step.empty()) continue;
            const auto end = static_cast<double>(compared.val.step.back());
            if (!(last <= end)) last = end;
        }
    return last;
}

}  // namespace

std::vector<EqualCost> equal_costs(const Comparison& comparison) {
    std::vector<EqualCost> costs;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const Group& group = comparison.groups[i];
        if (!group.baseline || *group.baseline == i) continue;
        const Group& baseline = comparison.groups[*group.baseline];
        const auto of_a_step = [&](XAxis axis) {
            return position(comparison, group, 1, axis) / position(comparison, baseline, 1, axis);
        };
        const double ratio = of_a_step(XAxis::seconds);
        if (!std::isfinite(ratio)) continue;
        EqualCost cost{.group = i, .baseline = *group.baseline};
        cost.slower = ratio - 1;
        cost.shared = shared_machine(comparison, group) || shared_machine(comparison, baseline);
        cost.too_short = too_short_to_time(comparison, group) || too_short_to_time(comparison, baseline);
        cost.disturbed = !cost.too_short && is_disturbed(ratio, of_a_step(XAxis::flops));
        cost.step = !cost.has_times() ? last_common_step(comparison, {i, cost.baseline})
                                      : furthest_common_step(comparison, {i, cost.baseline}, cost.baseline);
        if (!std::isfinite(cost.step) || cost.step < 1) continue;
        cost.at_step = difference_at(comparison, i, cost.baseline, XAxis::steps, cost.step);
        if (cost.at_step.interval.n == 0) continue;
        cost.seconds = position(comparison, baseline, cost.step, XAxis::seconds);
        if (cost.has_times())
            cost.at_seconds = difference_at(comparison, i, cost.baseline, XAxis::seconds, cost.seconds);
        costs.push_back(std::move(cost));
    }
    return costs;
}

std::string step_time_text(const EqualCost& cost) {
    if (!cost.has_times()) return "–";
    if (!cost.shared) return signed_percent(cost.slower);
    const double percent = std::round(100 * cost.slower);
    return fmt::format("≈ {}{} %", percent < 0 ? "" : "+", fixed(percent + 0.0, 0));
}

std::string remark(const Comparison& comparison, const EqualCost& cost) {
    const std::string name = display_name(comparison.groups[cost.group]);
    if (cost.disturbed)
        return fmt::format(
            "{}: a step took {} times as long as the baseline's, which its FLOPs do not explain: the runs "
            "did not have the machine to themselves, and equal time says nothing",
            name, significant(1 + cost.slower, 2));
    if (cost.at_seconds.interval.n == 0) return {};
    const Side step = side_of(cost.at_step), time = side_of(cost.at_seconds);
    if (step == time) return {};
    return fmt::format("{}: its loss against the baseline's is {} at equal steps and {} at equal time", name,
                       in_words(step), in_words(time));
}

}  // namespace ablate::study
