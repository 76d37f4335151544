#include "core/compare/more_seeds.h"

#include <algorithm>
#include <map>
#include <set>

namespace ablate::study {

namespace {

std::set<std::int64_t> seeds_of(const Comparison& comparison, std::size_t group) {
    std::set<std::int64_t> seeds;
    for (const std::size_t index : comparison.groups[group].runs) seeds.insert(comparison.runs[index].listed.info.seed);
    return seeds;
}

// Two runs of one graph, other data, a baseline that collapsed: more seeds would change nothing about these.
bool can_be_decided(const Comparison& comparison, std::size_t group, std::size_t reference) {
    if (comparison.groups[group].imported() || comparison.groups[reference].imported()) return false;
    const Delta delta = compare_groups(comparison, group, reference);
    return delta.interval.n > 0 && !delta.too_close();
}

SeedRequest request_for(const Comparison& comparison, std::size_t group, const std::set<std::int64_t>& seeds) {
    const ComparedRun& first = comparison.runs[comparison.groups[group].runs.front()];
    return {group, first.listed.info.id, {seeds.begin(), seeds.end()}};
}

void add(MoreSeeds& more, const Comparison& comparison, const SeedRequest& request) {
    const auto runs = std::ssize(request.seeds);
    const double each = comparison.groups[request.group].seconds;
    more.runs += runs;
    more.seconds += static_cast<double>(runs) * each;  // NaN where no run has ended
    more.longest = std::max(more.longest, each);
    more.requests.push_back(request);
}

}  // namespace

MoreSeeds more_seeds(const Comparison& comparison, const Verdict& verdict, std::int64_t count) {
    std::map<std::size_t, std::set<std::int64_t>> of_reference, of_variant;
    for (const std::size_t group : verdict.groups_undecided) {
        const auto reference = verdict_reference(comparison, group);
        if (!reference || !can_be_decided(comparison, group, *reference)) continue;
        const std::set<std::int64_t> ours = seeds_of(comparison, group), theirs = seeds_of(comparison, *reference);
        std::set<std::int64_t>& added = of_variant[group];
        for (const std::int64_t seed : theirs)
            if (std::ssize(added) < count && !ours.contains(seed)) added.insert(seed);
        std::int64_t next = std::max(ours.empty() ? 0 : *ours.rbegin(), theirs.empty() ? 0 : *theirs.rbegin());
        while (std::ssize(added) < count) added.insert(++next);
        for (const std::int64_t seed : added)
            if (!theirs.contains(seed)) of_reference[*reference].insert(seed);
    }
    MoreSeeds more;
    for (const auto* wanted : {&of_reference, &of_variant})
        for (const auto& [group, seeds] : *wanted)
            if (!seeds.empty()) add(more, comparison, request_for(comparison, group, seeds));
    return more;
}

std::optional<std::int64_t> seeds_that_decide(const Comparison& comparison, const Verdict& verdict) {
    std::optional<std::int64_t> most;
    for (const std::size_t index : verdict.groups_undecided) {
        const Judgement& judged = comparison.groups[index].judged;
        if (judged.seeds_needed) most = std::max(most.value_or(0), *judged.seeds_needed - judged.interval.n);
    }
    return most && *most > 0 ? most : std::nullopt;
}

MoreSeeds confirmation(const Comparison& comparison, std::int64_t count) {
    std::int64_t last = 0;
    for (const ComparedRun& compared : comparison.runs) last = std::max(last, compared.listed.info.seed);
    std::set<std::int64_t> fresh;
    for (std::int64_t seed = last + 1; std::ssize(fresh) < count; ++seed) fresh.insert(seed);
    std::set<std::size_t> points;
    for (const std::size_t index : comparison.best_of_variant) {
        const Group& group = comparison.groups[index];
        const auto reference = verdict_reference(comparison, index);
        const PairedInterval& interval = group.judged.interval;
        const bool unconfirmed = comparison.has_grid() && group.judged.outcome == Outcome::undecided &&
                                 interval.distinguishable() && interval.mean < 0 && group.collapsed == 0;
        if (!unconfirmed || !reference || group.imported()) continue;
        points.insert(*reference);
        points.insert(index);
    }
    MoreSeeds more;
    for (const std::size_t index : points) add(more, comparison, request_for(comparison, index, fresh));
    return more;
}

std::string why_no_seeds(const Comparison& comparison, const Verdict& verdict) {
    if (verdict.groups_undecided.empty() || more_seeds(comparison, verdict, 1).runs > 0) return "";
    const auto imported = [&](std::size_t group) { return comparison.groups[group].imported(); };
    if (std::all_of(verdict.groups_undecided.begin(), verdict.groups_undecided.end(), imported))
        return "Seeds cannot be added here, because imported logs cannot be trained.";
    for (const Group& group : comparison.groups)
        if (group.unfinished > 0) return "";  // what still trains may decide it
    const auto needs_text = [&](std::size_t group) { return comparison.groups[group].judged.needs_text; };
    if (std::any_of(verdict.groups_undecided.begin(), verdict.groups_undecided.end(), needs_text))
        return "No number of seeds would decide this; more validation text might.";
    return "More seeds would not decide this.";
}

}  // namespace ablate::study
