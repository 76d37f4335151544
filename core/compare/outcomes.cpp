#include "core/compare/outcomes.h"

#include "core/base/text.h"
#include "core/compare/comparison_internal.h"
#include "core/compare/verdict.h"
#include "core/compare/wording.h"
#include "core/statistics/power.h"
#include "core/train/records.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace ablate::study {

namespace {

std::map<std::int64_t, double> final_losses(const Comparison& comparison, const Group& group) {
    std::map<std::int64_t, double> losses;
    for (const std::size_t index : group.runs) {
        const ComparedRun& compared = comparison.runs[index];
        if (compared.healthy() && std::isfinite(compared.final_val))
            losses[compared.listed.info.seed] = compared.final_val;
    }
    return losses;
}

// Seed by seed, where both sides have it.
void count_wins(const Comparison& comparison, const Group& group, const Group& reference, Judgement& judged) {
    const auto ours = final_losses(comparison, group), theirs = final_losses(comparison, reference);
    std::vector<double> differences;
    for (const auto& [seed, loss] : ours)
        if (const auto other = theirs.find(seed); other != theirs.end()) differences.push_back(loss - other->second);
    judged.seeds = std::ssize(differences);
    judged.better_seeds = std::count_if(differences.begin(), differences.end(), [](double one) { return one < 0; });
    judged.sign_flip_p = sign_flip_p(differences);
}

// The deviation of `count` values, seeds or blocks, whose mean has this half width.
double deviation_of(double half, double count, double error) {
    return half * std::sqrt(count) / t_quantile(error / 2, count - 1);
}

PlannedFamily planned(const PairedInterval& interval) {
    constexpr auto blocks = static_cast<double>(train::kValidationBlocks);
    PlannedFamily family{.error = interval.error};
    family.deviation = deviation_of(*interval.seeds_half, static_cast<double>(interval.n), interval.error);
    if (interval.blocks_half) family.block_deviation = deviation_of(*interval.blocks_half, blocks, interval.error);
    return family;
}

// The fewest seeds whose planned half width is below what is wanted, or below the difference seen.
void find_seeds(const Rules& rules, Judgement& judged) {
    const PairedInterval& interval = judged.interval;
    if (!interval.half_width || !interval.seeds_half || !judged.paired) return;
    const std::optional<double> wanted = rules.margin && !rules.chosen_after ? rules.margin : rules.smallest_difference;
    judged.as_observed = !wanted;
    const double below = wanted.value_or(std::abs(interval.mean));
    const PlannedFamily family = planned(interval);
    judged.needs_text = half_width_of_blocks(family) >= below;
    if (!judged.needs_text) judged.seeds_needed = seeds_for_half_width(below, family);
}

std::string not_at_a_look(const Rules& rules, std::int64_t seeds) {
    const auto& looks = rules.looks;
    if (looks.empty() || std::find(looks.begin(), looks.end(), seeds) != looks.end()) return "";
    for (const std::int64_t look : looks)
        if (seeds < look)
            return fmt::format("the next look is at {} seeds, and there is no verdict between looks", look);
    return fmt::format("the last look was at {} seeds", looks.back());
}

const Rules::Kept* kept_of(const Rules& rules, const Group& group) {
    for (const Rules::Kept& kept : rules.kept)
        if (kept.variant == group.variant) return &kept;
    return nullptr;
}

// A lower loss at the best of more points, or with other seeds, is not a better variant.
std::string unequal_grids(const Comparison& comparison, const Group& group, const Group& reference) {
    if (!comparison.has_grid()) return "";
    const auto points_of = [&](const std::string& variant) {
        std::map<std::string, std::set<std::int64_t>> points;
        for (const Group& one : comparison.groups)
            if (one.variant == variant)
                for (const std::size_t index : one.runs)
                    points[one.grid_point].insert(comparison.runs[index].listed.info.seed);
        return points;
    };
    if (points_of(group.variant) == points_of(reference.variant)) return "";
    return fmt::format("grid points or seeds differ from those of {}: confirm it with new seeds",
                       reference_name(reference));
}

std::string why_no_interval(const Delta& delta, const Group& group, const Group& reference) {
    if (delta.too_close()) return fmt::format("no difference to {} beyond rounding", reference_name(reference));
    if (group.is_mean || reference.is_mean) return "means over an unknown number of runs";
    return delta.interval.n < 2 ? "one seed gives no interval" : "every seed shows the same difference";
}

bool all_collapsed(const Group& group) { return group.collapsed == std::ssize(group.runs); }

// Of healthy seeds on both sides, by the interval alone.
void decide(const Comparison& comparison, const Group& group, const Group& reference, Judgement& judged) {
    const PairedInterval& interval = judged.interval;
    const Rules& rules = comparison.rules;
    const double far = farthest(interval);
    if (interval.distinguishable()) {
        const bool better = interval.mean < 0;
        if (better) judged.reason = unequal_grids(comparison, group, reference);
        if (!judged.reason.empty()) return;
        judged.outcome = better ? Outcome::better : Outcome::worse;
        judged.within_margin = rules.margin && far <= *rules.margin;
        return;
    }
    if (rules.margin && !rules.chosen_after && far <= *rules.margin) {
        judged.outcome = Outcome::equivalent;
        return;
    }
    judged.at_most = far;
    find_seeds(rules, judged);
}

// A seed that collapsed is left out of the means, which therefore flatter the side that lost it. `between`: why the
// interval allows no claim now; that a seed collapsed is told all the same.
void decide_with_collapses(const Group& group, const Group& reference, const std::string& between, Judgement& judged) {
    const bool ours = group.collapsed > 0, theirs = reference.collapsed > 0;
    const PairedInterval& interval = judged.interval;
    const bool differs = interval.distinguishable() && between.empty();
    if (ours) {
        judged.outcome = Outcome::unstable;
        judged.survivors_worse = !theirs && differs && interval.mean > 0;
        judged.reason = collapse_rate(group);
    } else if (differs && interval.mean < 0) {
        judged.outcome = Outcome::better;
    } else {
        judged.reason = fmt::format("of {}, {}", reference_name(reference), collapse_rate(reference));
    }
}

Outcome outcome_named(const std::string& name) {
    for (const Outcome one : {Outcome::better, Outcome::worse, Outcome::equivalent, Outcome::unstable})
        if (name == to_string(one)) return one;
    return Outcome::undecided;
}

std::string what_would_decide(const Comparison& comparison, const Judgement& judged) {
    if (!judged.at_most) return "";
    if (judged.needs_text) return "; no number of seeds would decide it, more validation text might";
    if (!judged.seeds_needed) return "";
    const auto& rules = comparison.rules;
    const char* condition = judged.as_observed                    ? " if the true difference is the one observed"
                            : rules.margin && !rules.chosen_after ? ", by the margin"
                                                                  : ", by the smallest difference wanted";
    return fmt::format("; {} would decide it{}", count_of(*judged.seeds_needed, "seed"), condition);
}

// What dominates the width is what is worth buying more of.
std::string source_of_width(const PairedInterval& interval) {
    if (!interval.blocks_half || !interval.seeds_half) return "";
    return *interval.blocks_half > *interval.seeds_half ? "; most of the width is due to the validation text"
                                                        : "; most of the width is due to the seeds";
}

std::string sentence(const Comparison& comparison, const Delta& delta, const Judgement& judged) {
    if (judged.interval.n == 0 || !judged.interval.half_width) return delta.judgement;
    std::string said = delta.judgement;
    if (judged.outcome == Outcome::equivalent)
        said = fmt::format(
            "equivalent: {} ({} interval {} to {}, inside the margin of {})", delta.in_short,
            confidence_text(judged.interval.error), signed_loss(judged.interval.mean - *judged.interval.half_width),
            signed_loss(judged.interval.mean + *judged.interval.half_width), full_precision(*comparison.rules.margin));
    if (judged.within_margin)
        said += fmt::format("; by less than the margin of {}", full_precision(*comparison.rules.margin));
    if (judged.paired && judged.seeds > 0)
        said += fmt::format("; better on {} of {}", judged.better_seeds, count_of(judged.seeds, "seed"));
    if (judged.sign_flip_p) said += fmt::format("; sign-flip {}", p_text(*judged.sign_flip_p));
    said += source_of_width(judged.interval) + what_would_decide(comparison, judged);
    const bool told = judged.outcome == Outcome::unstable;  // the rate is in the judgment already
    if (!judged.reason.empty() && !told) said += "; no verdict: " + judged.reason;
    return said;
}

}  // namespace

const char* to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::better:
            return "better";
        case Outcome::worse:
            return "worse";
        case Outcome::equivalent:
            return "equivalent";
        case Outcome::undecided:
            return "undecided";
        case Outcome::unstable:
            return "unstable";
    }
    return "undecided";
}

std::string why_not_complete(const Comparison& comparison, const Group& group) {
    if (group.unfinished > 0)
        return fmt::format("{} {} not ended", count_of(group.unfinished, "run"),
                           group.unfinished == 1 ? "has" : "have");
    if (group.imported() || !comparison.rules.looks.empty()) return "";
    std::set<std::int64_t> missing(comparison.rules.seeds.begin(), comparison.rules.seeds.end());
    for (const std::size_t index : group.runs) missing.erase(comparison.runs[index].listed.info.seed);
    for (const run::ListedRun& listed : comparison.excluded)
        if (listed.info.config_hash == group.config_hash) missing.erase(listed.info.seed);
    if (missing.empty()) return "";
    if (missing.size() == 1) return fmt::format("seed {}, which the plan has, has no run", *missing.begin());
    return fmt::format("{} seeds that the plan has have no run", missing.size());
}

Judgement judgement_of(const Comparison& comparison, std::size_t index) {
    const Group& group = comparison.groups[index];
    Judgement judged;
    const auto reference_index = verdict_reference(comparison, index);
    if (!reference_index || *reference_index == index) {
        judged.reason = reference_index ? "the baseline" : "the baseline has no run";
        judged.sentence = reference_index ? "the baseline" : "the baseline has no run here: no comparison can be made";
        return judged;
    }
    const Group& reference = comparison.groups[*reference_index];
    const Delta delta = compare_groups(comparison, index, *reference_index);
    judged.interval = delta.interval;
    judged.paired = delta.paired;
    if (delta.paired) count_wins(comparison, group, reference, judged);

    const std::int64_t ended = std::ssize(group.runs) - group.unfinished;
    const std::string between = not_at_a_look(comparison.rules, ended);
    // A verdict of runs that are gone is none.
    const Rules::Kept* kept = judged.interval.n > 0 ? kept_of(comparison.rules, group) : nullptr;
    const std::string ours = why_not_complete(comparison, group), theirs = why_not_complete(comparison, reference);
    if (all_collapsed(group)) {
        judged.outcome = Outcome::unstable;
        judged.reason = collapse_rate(group);
    } else if (all_collapsed(reference)) {
        judged.reason = reference_name(reference) + " collapsed";
    } else if (kept) {
        judged.outcome = outcome_named(kept->outcome);
    } else if (!ours.empty() || !theirs.empty()) {
        judged.reason = !ours.empty() ? ours : fmt::format("of {}, {}", reference_name(reference), theirs);
    } else if (judged.interval.n == 0) {
        judged.reason = delta.in_short;
    } else if (group.collapsed > 0 || reference.collapsed > 0) {
        decide_with_collapses(group, reference, between, judged);
    } else if (delta.too_close() || !judged.interval.half_width) {
        judged.reason = why_no_interval(delta, group, reference);
    } else if (!between.empty()) {
        judged.reason = between;
    } else {
        decide(comparison, group, reference, judged);
    }
    judged.sentence = sentence(comparison, delta, judged);
    if (kept) judged.sentence += fmt::format("; {} since the look at {} seeds", kept->outcome, kept->seeds);
    return judged;
}

}  // namespace ablate::study
