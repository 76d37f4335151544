#include "core/compare/family.h"

#include "core/base/text.h"
#include "core/compare/comparison_internal.h"
#include "core/compare/verdict.h"
#include "core/compare/wording.h"

#include <algorithm>
#include <set>

namespace ablate::study {

namespace {

std::int64_t judged_grid_points(const Comparison& comparison) {
    if (!comparison.has_grid()) return 1;
    std::set<std::string> points;
    for (const Group& group : comparison.groups) points.insert(group.grid_point);
    return std::max<std::int64_t>(1, std::ssize(points));
}

// Variants beside the baseline that are judged; of those that a plan did not have, or of all others.
std::int64_t count_variants(const Comparison& comparison, bool added_later) {
    std::int64_t count = 0;
    for (const std::size_t index : comparison.best_of_variant) {
        const Group& group = comparison.groups[index];
        if (verdict_reference(comparison, index) != index && is_added_later(comparison, group) == added_later) ++count;
    }
    return count;
}

bool lacks_blocks(const Comparison& comparison) {
    return std::any_of(comparison.runs.begin(), comparison.runs.end(), [](const ComparedRun& compared) {
        return compared.healthy() && std::isfinite(compared.final_val) && compared.final_blocks.empty();
    });
}

std::string sentence(const Comparison& comparison, const Family& family) {
    std::string said = family.comparisons == 1 && family.grid_points == 1
                           ? fmt::format("One variant is judged on {}", comparison.family.metric)
                           : fmt::format("{} variant{} judged together on {}", family.comparisons,
                                         family.comparisons == 1 ? " is" : "s are", comparison.family.metric);
    if (family.grid_points > 1) said += fmt::format(", each at its own best of {} grid points", family.grid_points);
    said += fmt::format(": each interval is at {}", confidence_text(family.error()));
    if (family.looks > 1) said += fmt::format(", for {} looks", family.looks);
    if (family.additions > 0)
        said += fmt::format(", after {} of seeds that no plan foresaw", count_of(family.additions, "addition"));
    said += family.additions > 0 ? ". The chance of any false claim, over all additions, stays below 10 %."
                                 : fmt::format(", so that the chance of any false claim stays below {} %.",
                                               full_precision(100 * family.alpha));
    return said;
}

void add_remarks(const Comparison& comparison, std::vector<std::string>& remarks) {
    const Rules& rules = comparison.rules;
    if (rules.chosen_after)
        remarks.emplace_back(
            "Chosen after seeing data: margin, metric or variants were set after a run had finished, so "
            "that nothing is called equivalent.");
    if (const std::int64_t later = count_variants(comparison, true); later > 0 && !rules.added_later.empty())
        remarks.push_back(fmt::format("{} added after the plan was recorded, and {} judged as a family of {} own.",
                                      later == 1 ? "One variant was" : fmt::format("{} variants were", later),
                                      later == 1 ? "is" : "are", later == 1 ? "its" : "their"));
    if (lacks_blocks(comparison))
        remarks.emplace_back(
            "The noise of the validation text is not in the intervals, because some runs have no losses "
            "by stretch of text.");
    const bool rounded = std::any_of(comparison.runs.begin(), comparison.runs.end(),
                                     [](const ComparedRun& compared) { return compared.resolution > 0; });
    if (rounded) remarks.emplace_back("Some logs hold rounded losses; the intervals allow for it.");
    if (rules.paired_logs)
        remarks.emplace_back(
            "Imported logs are paired by seed, because the user says that they share their data order.");
    for (const run::ListedRun& listed : comparison.excluded)
        remarks.push_back(fmt::format("Excluded by name: {}, seed {} (run {}).", point_name(listed.info),
                                      listed.info.seed, listed.info.id));
}

}  // namespace

bool is_added_later(const Comparison& comparison, const Group& group) {
    const std::vector<std::string>& later = comparison.rules.added_later;
    return std::find(later.begin(), later.end(), group.variant) != later.end();
}

void state_family(Comparison& comparison) {
    const Rules& rules = comparison.rules;
    Family& family = comparison.family.family;
    family.alpha = rules.alpha;
    // A plan that foresaw more variants than have runs keeps its family: the others may still come.
    family.comparisons = std::max({std::int64_t{1}, count_variants(comparison, false), rules.comparisons.value_or(1)});
    family.grid_points = judged_grid_points(comparison);
    family.looks = std::max<std::int64_t>(1, std::ssize(rules.looks));
    family.additions = rules.additions;
    comparison.family.metric = "final " + measured(comparison);
    comparison.family.sentence = sentence(comparison, family);
    comparison.family.remarks.clear();
    add_remarks(comparison, comparison.family.remarks);
}

double error_of_pairs(const Comparison& comparison) {
    Family pairs = comparison.family.family;
    const std::int64_t variants = std::ssize(comparison.best_of_variant);
    pairs.comparisons = std::max<std::int64_t>(1, variants * (variants - 1) / 2);
    return pairs.error();
}

double error_of(const Comparison& comparison, std::size_t index, std::size_t reference) {
    const Group& group = comparison.groups.at(index);
    const bool judged = verdict_reference(comparison, index) == reference || group.baseline == reference;
    if (!judged) return error_of_pairs(comparison);
    Family family = comparison.family.family;
    if (is_added_later(comparison, group)) family.comparisons = count_variants(comparison, true);
    return family.error();
}

}  // namespace ablate::study
