#include "core/compare/judging.h"

#include "core/compare/comparison_internal.h"
#include "core/compare/verdict.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ablate::study {

namespace {

void judge_group(Comparison& comparison, std::size_t index) {
    Group& group = comparison.groups[index];
    group.delta = {mean_interval({}), {}};
    group.delta_relative = std::numeric_limits<double>::quiet_NaN();
    group.too_close = false;
    if (!group.baseline) {
        group.judgement = "the baseline has no run here: no comparison can be made";
        return;
    }
    if (*group.baseline == index) {
        group.judgement = "the baseline";
        if (!group.span.obstacle.empty()) group.judgement += "; " + group.span.obstacle;
        if (group.collapsed > 0) group.judgement += "; " + collapse_rate(group) + ": " + group.collapse_causes.front();
        return;
    }
    Delta delta = compare_groups(comparison, index, *group.baseline);
    group.delta = delta.interval;
    group.delta_span = delta.span;
    if (delta.interval.n > 0) group.delta_relative = delta.relative;
    group.too_close = delta.too_close();
    group.judgement = std::move(delta.judgement);
}

// Holm's p values beside the verdicts, of the variants that are judged together.
void add_holm(Comparison& comparison) {
    for (const bool later : {false, true}) {
        std::vector<std::size_t> members;
        std::vector<double> p_values;
        for (const std::size_t index : comparison.best_of_variant) {
            const Group& group = comparison.groups[index];
            if (!group.judged.interval.p_value || is_added_later(comparison, group) != later) continue;
            members.push_back(index);
            p_values.push_back(*group.judged.interval.p_value);
        }
        const std::vector<double> adjusted = holm(p_values);
        for (std::size_t i = 0; i < members.size(); ++i) comparison.groups[members[i]].judged.holm_p = adjusted[i];
    }
}

bool has_rank(const Comparison& comparison, std::size_t index) {
    const Group& group = comparison.groups[index];
    return group.collapsed == 0 && group.healthy() > 0 && why_not_complete(comparison, group).empty();
}

void rank_variants(Comparison& comparison) {
    for (Group& group : comparison.groups) group.ranks = {0, 0};
    std::vector<std::size_t> ranked;
    for (const std::size_t index : comparison.best_of_variant)
        if (has_rank(comparison, index)) ranked.push_back(index);
    if (ranked.size() < 2) return;
    const double error = error_of_pairs(comparison);
    const std::vector<RankRange> ranges = rank_ranges(ranked.size(), [&](std::size_t i, std::size_t j) {
        const Delta delta = compare_groups(comparison, ranked[i], ranked[j], error);
        if (!delta.interval.distinguishable() || delta.too_close()) return 0;
        return delta.interval.mean < 0 ? -1 : 1;
    });
    // Those without a rank may belong anywhere.
    const std::int64_t others = std::ssize(comparison.best_of_variant) - std::ssize(ranked);
    for (std::size_t i = 0; i < ranked.size(); ++i)
        comparison.groups[ranked[i]].ranks = {ranges[i].best, ranges[i].worst + others};
}

}  // namespace

void judge(Comparison& comparison) {
    state_family(comparison);
    for (std::size_t index = 0; index < comparison.groups.size(); ++index) {
        judge_group(comparison, index);
        comparison.groups[index].judged = {};
        comparison.groups[index].judged.reason = "judged at the variant's best grid point";
    }
    for (const std::size_t index : comparison.best_of_variant) {
        Group& group = comparison.groups[index];
        group.judged = judgement_of(comparison, index);
        // Where there is a grid the judgment is beside the baseline at its best, not at the same point.
        if (group.baseline && *group.baseline != index && !comparison.has_grid())
            group.judgement = group.judged.sentence;
    }
    add_holm(comparison);
    rank_variants(comparison);
}

void judge_by(Comparison& comparison, const Rules& rules) {
    comparison.rules = rules;
    judge(comparison);
}

}  // namespace ablate::study
