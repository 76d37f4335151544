#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/comparison_internal.h"
#include "core/compare/comparison_span.h"
#include "core/compare/wording.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace ablate::study {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::map<std::int64_t, double> healthy_losses(const Comparison& comparison, const Group& group, const LossOf& loss) {
    std::map<std::int64_t, double> losses;
    for (std::size_t index : group.runs) {
        const ComparedRun& compared = comparison.runs[index];
        if (!compared.healthy()) continue;
        if (const double value = loss(compared); std::isfinite(value)) losses[compared.listed.info.seed] = value;
    }
    return losses;
}

const std::string& data_of(const Comparison& comparison, const Group& group) {
    return comparison.runs[group.runs.front()].listed.info.data_sha256;
}

// The same seed draws the same batches only where batches have the same shape. Of a log from elsewhere only the user
// knows.
bool shares_data_order(const Comparison& comparison, const Group& one, const Group& other) {
    const RunConfig &a = one.config, &b = other.config;
    if (one.imported() && other.imported() && !one.is_mean && !other.is_mean && comparison.rules.paired_logs)
        return true;
    return !one.imported() && !other.imported() && a.train.batch == b.train.batch &&
           a.train.accumulate == b.train.accumulate && a.data.context == b.data.context;
}

// Why a group has no final values that could be compared though its seeds have values, or "".
std::string span_obstacle(const Group& group, const Group& reference) {
    if (!group.span.obstacle.empty()) return group.span.obstacle;
    if (reference.span.obstacle.empty()) return "";
    return fmt::format("{} has no final value here: {}", reference_name(reference), reference.span.obstacle);
}

// Why two groups that have final values have none at the same steps. Both may end at the same step: then their lines
// are means over stretches that do not match.
std::string unshared(const Group& group, const Group& reference) {
    if (group.span.line_steps != reference.span.line_steps)
        return fmt::format(
            "a logged value is the mean over {} steps here and over {} in {}, and near the end no stretches of steps "
            "match: no difference can be given",
            with_thousands(std::llround(group.span.line_steps)),
            with_thousands(std::llround(reference.span.line_steps)), reference_name(reference));
    return fmt::format("no step near the end was logged both here ({}) and in {} ({}): no difference can be given",
                       in_words(group.span), reference_name(reference), in_words(reference.span));
}

// Healthy seeds with a value at any step.
bool has_values(const Comparison& comparison, const Group& group) {
    const std::vector<const ComparedRun*> runs = healthy_runs(comparison, group);
    return group.healthy() > 0 || std::any_of(runs.begin(), runs.end(), [](const ComparedRun* compared) {
               return !points_of(*compared, compared->val).empty();
           });
}

// Why nothing can be compared, or "".
std::string obstacle(const Comparison& comparison, const Group& group, const Group& reference) {
    const bool ours = has_values(comparison, group), theirs = has_values(comparison, reference);
    if (!ours && group.collapsed > 0) return fmt::format("{}: {}", collapse_rate(group), group.collapse_causes.front());
    if (!ours && group.unfinished == 0) return fmt::format("its log holds no {}", measured(comparison));
    if (!ours) return "no seed has finished";
    if (!theirs && reference.collapsed > 0)
        return fmt::format("{} collapsed here ({}): no comparison can be made", reference_name(reference),
                           collapse_rate(reference));
    if (!theirs && reference.unfinished == 0)
        return fmt::format("the log of {} holds no {}", reference_name(reference), measured(comparison));
    if (!theirs) return fmt::format("{} has not finished here: no comparison can be made", reference_name(reference));
    if (group.imported() != reference.imported())
        return fmt::format("{} is an imported log, whose data are not known: the losses cannot be compared",
                           group.imported() ? display_name(group) : reference_name(reference));
    if (data_of(comparison, group) != data_of(comparison, reference))
        return fmt::format("other data than {}: the losses cannot be compared", reference_name(reference));
    return "";
}

const char* why_no_interval(const Group& group, const Group& reference, std::int64_t seeds) {
    if (group.is_mean || reference.is_mean) return "means over an unknown number of runs: no interval";
    return seeds < 2 ? "one seed: no interval" : "the same difference at every seed: no interval";
}

std::string in_short(const Comparison& comparison, const Delta& delta, const Group& group, const Group& reference) {
    const PairedInterval& interval = delta.interval;
    if (delta.too_close())
        return fmt::format("agrees with {} to {}: check that the change reached the computation",
                           reference_name(reference),
                           delta.closeness == 0 ? "the last bit" : significant(delta.closeness, 1));
    if (!interval.half_width) return why_no_interval(group, reference, interval.n);
    if (!interval.distinguishable())
        return fmt::format("at most {} {} apart", loss_text(farthest(interval)), unit_of(comparison));
    return fmt::format("{} by {} {}", interval.mean > 0 ? "worse" : "better", loss_text(std::abs(interval.mean)),
                       unit_of(comparison));
}

std::string sentence(const Comparison& comparison, const Delta& delta, const Group& group, const Group& reference) {
    const PairedInterval& interval = delta.interval;
    if (delta.too_close()) return delta.in_short;
    if (!interval.half_width)
        return fmt::format("{}, so the difference of {} cannot be told from noise",
                           why_no_interval(group, reference, interval.n), signed_loss(interval.mean));
    const double half = *interval.half_width;
    const char* why = reference.imported() ? "the order of the data is not known" : "the batches differ";
    const std::string seeds =
        count_of(interval.n, "seed") + (delta.paired ? "" : fmt::format(" or more on each side, unpaired: {}", why));
    const std::string confidence = confidence_text(interval.error);
    if (!interval.distinguishable())
        return fmt::format("undecided: {} ({} interval {} to {}, {})", delta.in_short, confidence,
                           signed_loss(interval.mean - half), signed_loss(interval.mean + half), seeds);
    const double size = std::abs(interval.mean);
    return fmt::format("{} ({} interval {} to {}, {}, {})", delta.in_short, confidence, loss_text(size - half),
                       loss_text(size + half), seeds, p_text(*interval.p_value));
}

// The largest relative difference at one seed; infinite where no seed is shared.
double closeness_of_equal_seeds(const std::map<std::int64_t, double>& a, const std::map<std::int64_t, double>& b) {
    double closeness = -1;
    for (const auto& [seed, loss] : a)
        if (b.contains(seed)) closeness = std::max(closeness, std::abs(loss - b.at(seed)) / std::abs(b.at(seed)));
    return closeness < 0 ? std::numeric_limits<double>::infinity() : closeness;
}

double mean_of(const std::vector<double>& values) { return mean_interval(values).mean; }

double resolution_of(const Comparison& comparison, const Group& group, const Group& reference) {
    double coarsest = 0;
    for (const Group* side : {&group, &reference})
        for (const std::size_t index : side->runs) coarsest = std::max(coarsest, comparison.runs[index].resolution);
    return coarsest;
}

using FinalBlocks = std::map<std::int64_t, const std::vector<double>*>;
FinalBlocks blocks_by_seed(const Comparison& comparison, const Group& group) {
    FinalBlocks blocks;
    for (const std::size_t index : group.runs)
        if (comparison.runs[index].healthy())
            blocks[comparison.runs[index].listed.info.seed] = &comparison.runs[index].final_blocks;
    return blocks;
}

bool all_finite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

// The difference in each block of the validation text, a mean over the seeds that both have; empty where one of them
// has no blocks.
std::vector<double> block_differences(const Comparison& comparison, const Group& group, const Group& reference) {
    const FinalBlocks ours = blocks_by_seed(comparison, group), theirs = blocks_by_seed(comparison, reference);
    std::vector<double> means;
    double seeds = 0;
    for (const auto& [seed, blocks] : ours) {
        const auto other = theirs.find(seed);
        if (other == theirs.end()) continue;
        if (means.empty()) means.assign(blocks->size(), 0);
        if (blocks->empty() || blocks->size() != means.size() || other->second->size() != means.size()) return {};
        for (std::size_t block = 0; block < means.size(); ++block)
            means[block] += (*blocks)[block] - (*other->second)[block];
        ++seeds;
    }
    for (double& mean : means) mean /= seeds;
    return all_finite(means) ? means : std::vector<double>();
}

struct Terms {
    double error = 0.05;
    bool recorded = false;  // the losses are recorded values, which have a resolution
    bool blocks = false;    // they are the final ones, so ComparedRun::final_blocks belong to them
};

Delta compare_losses(const Comparison& comparison, std::size_t group_index, std::size_t reference_index,
                     const LossOf& loss, const Terms& terms) {
    const Group& group = comparison.groups.at(group_index);
    const Group& reference = comparison.groups.at(reference_index);
    Delta delta;
    delta.interval = {mean_interval({}), {}};
    delta.in_short = delta.judgement = obstacle(comparison, group, reference);
    if (!delta.judgement.empty()) return delta;

    std::vector<double> ours, theirs;
    const auto a = healthy_losses(comparison, group, loss), b = healthy_losses(comparison, reference, loss);
    if (a.empty() || b.empty()) {
        delta.in_short = delta.judgement =
            fmt::format("{} has no value here", a.empty() ? display_name(group) : reference_name(reference));
        return delta;
    }
    if (shares_data_order(comparison, group, reference))
        for (const auto& [seed, loss] : a)
            if (b.contains(seed)) ours.push_back(loss), theirs.push_back(b.at(seed));
    delta.paired = !ours.empty();
    const double resolution = terms.recorded ? resolution_of(comparison, group, reference) : 0;
    if (delta.paired) {
        std::vector<double> differences(ours.size()), blocks;
        std::transform(ours.begin(), ours.end(), theirs.begin(), differences.begin(), std::minus<>());
        if (terms.blocks) blocks = block_differences(comparison, group, reference);
        delta.interval = family_interval({differences, blocks, resolution}, terms.error);
        for (std::size_t i = 0; i < ours.size(); ++i)
            delta.closeness = std::max(delta.closeness, std::abs(ours[i] - theirs[i]) / std::abs(theirs[i]));
    } else {
        for (const auto& entry : a) ours.push_back(entry.second);
        for (const auto& entry : b) theirs.push_back(entry.second);
        delta.interval = unpaired_family_interval(ours, theirs, resolution, terms.error);
        delta.closeness = std::numeric_limits<double>::infinity();
        if (group.imported()) delta.closeness = closeness_of_equal_seeds(a, b);
    }
    delta.relative = delta.interval.mean / mean_of(theirs);
    delta.in_short = in_short(comparison, delta, group, reference);
    delta.judgement = sentence(comparison, delta, group, reference);
    if (delta.interval.distinguishable() && !delta.too_close())
        if (const std::string but = reservation(delta.interval, group, reference); !but.empty())
            delta.in_short += ", but " + but;
    if (group.collapsed > 0) delta.judgement += fmt::format("; {}, left out of the mean", collapse_rate(group));
    return delta;
}

}  // namespace

std::string collapse_rate(const Group& group) {
    return fmt::format("{} of {} collapsed", group.collapsed, count_of(std::ssize(group.runs), "seed"));
}

std::string reference_name(const Group& reference) {
    return reference.is_baseline ? "the baseline" : display_name(reference);
}

std::string reservation(const PairedInterval& difference, const Group& group, const Group& reference) {
    if (difference.mean < 0 && group.collapsed > 0) return collapse_rate(group);
    if (difference.mean > 0 && reference.collapsed > 0)
        return fmt::format("of {}, {}", reference_name(reference), collapse_rate(reference));
    return "";
}

Delta compare_groups(const Comparison& comparison, std::size_t group, std::size_t reference,
                     std::optional<double> error_wanted) {
    const double error = error_wanted.value_or(error_of(comparison, group, reference));
    const Group &ours = comparison.groups.at(group), &theirs = comparison.groups.at(reference);
    const auto final_loss = [](const ComparedRun& compared) { return compared.final_val; };
    const bool own_ends = have_own_ends(ours, theirs);
    Delta delta;
    if (const std::string problem = span_obstacle(ours, theirs); !problem.empty()) {
        delta.interval = {mean_interval({}), {}};
        delta.in_short = delta.judgement = problem;
        return delta;
    }
    if (own_ends || ours.span == theirs.span || !ours.span.exists() || !theirs.span.exists()) {
        delta = compare_losses(comparison, group, reference, final_loss, {error, true, true});
        if (delta.interval.n == 0) return delta;
        delta.span = ours.span;
        if (own_ends && ours.span.exists() && theirs.span.exists())
            delta.judgement += fmt::format("; each at the end of its own training, {} and {}", in_words(ours.span),
                                           in_words(theirs.span));
        return delta;
    }
    const Span span = span_of_both(comparison, ours, theirs);
    if (!span.exists()) {
        delta = compare_losses(comparison, group, reference, [](const ComparedRun&) { return kNaN; }, {error, true});
        // Another obstacle comes first.
        if (obstacle(comparison, ours, theirs).empty()) delta.in_short = delta.judgement = unshared(ours, theirs);
        return delta;
    }
    const auto loss_there = [&](const ComparedRun& compared) { return value_over(comparison, compared, span); };
    delta = compare_losses(comparison, group, reference, loss_there, {error, true});
    if (delta.interval.n == 0) return delta;
    delta.span = span;
    delta.judgement += fmt::format("; read {}, the last that both share", in_words(span));
    return delta;
}

Delta compare_groups(const Comparison& comparison, std::size_t group, std::size_t reference, const LossOf& loss,
                     double error) {
    return compare_losses(comparison, group, reference, loss, {.error = error});
}

}  // namespace ablate::study
