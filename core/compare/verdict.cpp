#include "core/compare/verdict.h"

#include "core/base/text.h"
#include "core/compare/comparison_internal.h"
#include "core/compare/wording.h"
#include "core/config/variant_names.h"

#include <algorithm>
#include <map>
#include <set>

namespace ablate::study {

namespace {

constexpr std::size_t kNamed = 6;  // variants that one sentence names; the others are counted

struct Undecided {
    std::string label, reason;  // "": the interval holds zero
};

std::string listed(std::vector<std::string> names) {
    if (names.size() > kNamed + 1) {
        const std::size_t more = names.size() - kNamed;
        names.resize(kNamed);
        names.push_back(fmt::format("{} more", more));
    }
    const std::string last = names.back();
    names.pop_back();
    return names.empty() ? last : join(names, ", ") + " and " + last;
}

// "NoPE and SiLU are worse."
std::string claim(const std::vector<std::string>& names, const std::string& what) {
    if (names.empty()) return "";
    return fmt::format("{} {} {}. ", listed(names), names.size() == 1 ? "is" : "are", what);
}

// "NoPE and SiLU are undecided: one seed gives no interval."
std::string claim_with_reasons(const std::vector<Undecided>& undecided, const std::string& what) {
    if (undecided.empty()) return "";
    const std::string& first = undecided.front().reason;
    const bool shared =
        std::all_of(undecided.begin(), undecided.end(), [&](const Undecided& one) { return one.reason == first; });
    std::vector<std::string> names;
    for (const Undecided& one : undecided)
        names.push_back(shared || one.reason.empty() ? one.label : fmt::format("{} ({})", one.label, one.reason));
    return claim(names, shared && !first.empty() ? what + ": " + first : what);
}

bool all_collapsed(const Group& group) { return group.collapsed == std::ssize(group.runs); }

// A best of more grid points is lower by chance alone.
std::string missing_points(const Comparison& comparison) {
    std::map<std::string, std::set<std::string>> points;  // by variant: those with a result
    std::set<std::string> all;
    for (const Group& group : comparison.groups) {
        points[group.variant];
        if (group.healthy() == 0 && group.collapsed == 0) continue;
        points[group.variant].insert(group.grid_point);
        all.insert(group.grid_point);
    }
    const bool missing =
        std::any_of(points.begin(), points.end(), [&](const auto& one) { return one.second.size() < all.size(); });
    return missing ? "Not every variant has a result at every grid point. " : "";
}

// What the others are compared with, where it is no variant called "baseline": "" or " than NoPE".
std::string than(const Comparison& comparison, const std::vector<std::size_t>& groups) {
    for (const std::size_t index : groups) {
        const auto reference = verdict_reference(comparison, index);
        if (!reference || *reference == index) continue;
        const Group& named = comparison.groups[*reference];
        return named.variant == kBaseline ? "" : " than " + plain_label(named);
    }
    return "";
}

}  // namespace

std::optional<std::size_t> verdict_reference(const Comparison& comparison, std::size_t index) {
    const Group& group = comparison.groups.at(index);
    if (!comparison.has_grid()) return group.baseline;
    for (const std::size_t best : comparison.best_of_variant)
        if (comparison.groups[best].is_baseline) return best;
    return group.baseline;
}

Verdict verdict(const Comparison& comparison) {
    Verdict verdict;
    std::vector<Undecided> undecided, unstable;
    const std::vector<std::size_t>& groups = comparison.best_of_variant;  // all of them without a grid
    for (const std::size_t index : groups) {
        const Group& group = comparison.groups[index];
        if (verdict_reference(comparison, index) == index) continue;
        const std::string label = comparison.has_grid() ? plain_label(group) : display_name(group);
        switch (group.judged.outcome) {
            case Outcome::better:
                verdict.better.push_back(label);
                break;
            case Outcome::worse:
                verdict.worse.push_back(label);
                break;
            case Outcome::equivalent:
                verdict.equivalent.push_back(label);
                break;
            case Outcome::unstable:
                (all_collapsed(group) ? verdict.collapsed : verdict.unstable).push_back(label);
                if (!all_collapsed(group))
                    unstable.push_back({label, group.judged.reason +
                                                   (group.judged.survivors_worse ? ", and the others are worse" : "")});
                break;
            case Outcome::undecided:
                verdict.undecided.push_back(label);
                verdict.groups_undecided.push_back(index);
                undecided.push_back({label, group.judged.reason});
        }
    }
    std::string said = claim(verdict.better, "better" + than(comparison, groups)) +
                       claim(verdict.worse, "worse" + than(comparison, groups)) +
                       claim(verdict.equivalent, "equivalent") + claim_with_reasons(unstable, "unstable") +
                       claim_with_reasons(undecided, "undecided");
    if (!verdict.collapsed.empty()) said += listed(verdict.collapsed) + " collapsed. ";
    if (said.empty()) {
        const bool any = !comparison.groups.empty();
        verdict.sentence =
            any ? "There is one variant, so there is nothing to compare it with." : "There is no run to compare.";
        return verdict;
    }
    if (comparison.has_grid())
        said += missing_points(comparison) + "Each variant is compared at its own best grid point. ";
    said.pop_back();
    verdict.sentence = std::move(said);
    return verdict;
}

}  // namespace ablate::study
