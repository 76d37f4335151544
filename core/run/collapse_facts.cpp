#include "core/run/collapse_facts.h"

#include "core/base/text.h"
#include "core/run/collapse_record.h"
#include "core/run/known_keys.h"
#include "core/train/checkpoint.h"
#include "core/train/progress.h"
#include "core/train/site_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace ablate::run {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr auto kShown = static_cast<std::int64_t>(train::kHistorySteps);

struct Span {
    std::int64_t first = 0, last = 0;  // steps, both included
    bool holds(std::int64_t step) const { return step >= first && step <= last; }
};

const Series& series_of(const CollapseSources& sources, const std::string& tag) {
    static const Series none;
    const auto found = sources.series.find(tag);
    return found == sources.series.end() ? none : found->second;
}

// An explosion is found when its spike has lasted for a while: the steps around its beginning tell more.
Span shown_steps(const CollapseSources& sources, std::int64_t step) {
    std::int64_t last = sources.history && !sources.history->rows.empty() ? sources.history->rows.back().step : -1;
    if (const Series& loss = series_of(sources, kTrainLoss); !loss.step.empty())
        last = std::max(last, loss.step.back());
    if (step < 0) return {last - kShown + 1, last};
    const bool exploded = sources.state.verdict->collapse == train::Collapse::exploding;
    const std::int64_t end = exploded ? std::min(last - kShown / 2, step) + kShown / 2 : step;
    return {end - kShown + 1, end};
}

void take_steps(const CollapseSources& sources, const Span& span, CollapseFacts& facts) {
    std::map<std::int64_t, std::pair<double, double>> values;  // by step: loss and gradient norm
    const auto at = [&](std::int64_t step) -> auto& { return values.try_emplace(step, kNaN, kNaN).first->second; };
    const Series &loss = series_of(sources, kTrainLoss), &norm = series_of(sources, kGradNorm);
    for (std::size_t i = 0; i < loss.step.size(); ++i)
        if (span.holds(loss.step[i])) at(loss.step[i]).first = loss.value[i];
    for (std::size_t i = 0; i < norm.step.size(); ++i)
        if (span.holds(norm.step[i])) at(norm.step[i]).second = norm.value[i];
    for (const auto& [step, value] : values) {
        facts.steps.push_back(step);
        facts.loss.push_back(value.first);
        facts.grad_norm.push_back(value.second);
    }
}

// What was measured and is not a number differs from what was not measured.
double measured(double norm) { return std::isnan(norm) ? std::numeric_limits<double>::infinity() : norm; }

void take_history(const train::GradientHistory& history, const Span& span, CollapseFacts& facts) {
    facts.blocks = history.blocks;
    facts.block_norms.resize(history.blocks.size());
    for (const auto& row : history.rows) {
        if (!span.holds(row.step)) continue;
        facts.block_steps.push_back(row.step);
        for (std::size_t block = 0; block < row.blocks.size(); ++block)
            facts.block_norms[block].push_back(measured(row.blocks[block]));
    }
}

// embed, the blocks by number, final, head.
std::pair<int, int> depth_of(const std::string& block) {
    if (block.starts_with("blocks.")) return {1, std::atoi(block.c_str() + 7)};
    return {block.starts_with("embed") || block.starts_with("position") ? 0 : 2, 0};
}

// What was logged every train.stats_every steps: all that runs of earlier versions have.
void take_statistics(const CollapseSources& sources, const Span& span, CollapseFacts& facts) {
    const std::string prefix = train::kBlockGradNorm.prefix;
    std::set<std::int64_t> steps;
    for (const auto& [tag, series] : sources.series) {
        if (!tag.starts_with(prefix)) continue;
        facts.blocks.push_back(tag.substr(prefix.size()));
        for (const std::int64_t step : series.step)
            if (span.holds(step)) steps.insert(step);
    }
    std::stable_sort(facts.blocks.begin(), facts.blocks.end(),
                     [](const auto& a, const auto& b) { return depth_of(a) < depth_of(b); });
    facts.block_steps.assign(steps.begin(), steps.end());
    for (const std::string& block : facts.blocks) {
        auto& row = facts.block_norms.emplace_back(steps.size(), kNaN);
        const Series& series = series_of(sources, prefix + block);
        for (std::size_t i = 0; i < series.step.size(); ++i) {
            const auto at = std::lower_bound(facts.block_steps.begin(), facts.block_steps.end(), series.step[i]);
            if (at != facts.block_steps.end() && *at == series.step[i])
                row[static_cast<std::size_t>(at - facts.block_steps.begin())] = measured(series.value[i]);
        }
    }
}

std::optional<std::string> largest_block(const CollapseFacts& facts) {
    double largest = -1;
    std::size_t of_block = 0, of_step = 0;
    for (std::size_t block = 0; block < facts.block_norms.size(); ++block)
        for (std::size_t i = 0; i < facts.block_norms[block].size(); ++i)
            if (const double norm = facts.block_norms[block][i]; std::isfinite(norm) && norm > largest) {
                largest = norm;
                of_block = block;
                of_step = i;
            }
    if (largest < 0) return {};
    return fmt::format("{} has the largest finite gradient norm of these steps: {} at step {}.", facts.blocks[of_block],
                       significant(largest), facts.block_steps[of_step]);
}

std::vector<std::string> place_of(const CollapseSources& sources, const CollapseFacts& facts) {
    std::vector<std::string> place;
    const train::Verdict& verdict = *sources.state.verdict;
    bool overflow = false;
    for (const train::Event& event : sources.events)
        if (const auto* bad = std::get_if<train::NonFiniteEvent>(&event.what); bad && event.step == verdict.step)
            overflow |= bad->largest_gradient.has_value();
    if (verdict.tensor == "loss")
        place.push_back("Every weight and every activation is finite: the loss is the first value that is not.");
    else if (overflow)
        place.push_back(fmt::format("Every gradient is finite. The largest is {}.", verdict.tensor));
    else if (!verdict.tensor.empty())
        place.push_back(fmt::format("The first tensor that is not finite is {}.", verdict.tensor));
    if (const auto block = largest_block(facts)) place.push_back(*block);
    return place;
}

// Of the finite training losses of the steps [from, to).
double mean_loss(const Series& loss, std::int64_t from, std::int64_t to) {
    double sum = 0;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < loss.step.size(); ++i) {
        if (loss.step[i] < from || loss.step[i] >= to || !std::isfinite(loss.value[i])) continue;
        sum += loss.value[i];
        ++count;
    }
    return count > 0 ? sum / static_cast<double>(count) : kNaN;
}

void take_checkpoints(const CollapseSources& sources, CollapseFacts& facts) {
    const Series& loss = series_of(sources, kTrainLoss);
    const std::vector<std::string> sets = evaluation_sets(sources.events);
    const Series validation = sets.empty() ? Series() : evaluations(sources.events, sets.front());
    facts.checkpoints = sources.checkpoints;
    for (CheckpointFacts& one : facts.checkpoints) {
        for (const train::Event& event : sources.events)
            if (const auto* saved = std::get_if<train::CheckpointEvent>(&event.what);
                saved && saved->folder == one.folder)
                one.reason = saved->reason;
        for (std::size_t i = 0; i < validation.step.size(); ++i)
            if (validation.step[i] == one.step) one.validation_loss = validation.value[i];
        const auto window = std::min<std::int64_t>(train::kFinalTrainSteps, one.step / 2);
        one.train_loss = mean_loss(loss, one.step - std::max<std::int64_t>(window, 1), one.step);
        const double before = mean_loss(loss, one.step - 2 * window, one.step - window);
        const bool in_time = facts.step < 0 || one.step <= facts.step;
        one.falling = in_time && window > 0 && one.train_loss < before;
    }
    for (std::size_t i = 0; i < facts.checkpoints.size(); ++i)
        if (facts.checkpoints[i].falling) facts.last_falling = i;
}

// A collapse that was withdrawn may have been recorded before the one that the verdict names.
bool records_these_steps(const CollapseSources& sources, const Span& span) {
    return sources.history && std::any_of(sources.history->rows.begin(), sources.history->rows.end(),
                                          [&](const auto& row) { return span.holds(row.step); });
}

std::vector<std::string> missing_from(const CollapseSources& sources, const CollapseFacts& facts, bool recorded) {
    std::vector<std::string> missing;
    const bool imported = is_imported_log(sources.info);
    const bool any_norm =
        std::any_of(facts.grad_norm.begin(), facts.grad_norm.end(), [](double norm) { return !std::isnan(norm); });
    if (facts.steps.empty())
        missing.push_back("The log has no training loss of these steps.");
    else if (!any_norm && series_of(sources, kGradNorm).step.empty())
        missing.push_back("The log has no gradient norm.");
    if (imported)
        missing.push_back("An imported log has no gradient norms of its blocks and no checkpoints.");
    else if (sources.history && !recorded)
        missing.push_back("The recorded gradient norms are of other steps: the heat map shows the logged statistics.");
    else if (!recorded && facts.block_steps.empty())
        missing.push_back(
            "The gradient norms of the blocks are unknown: an earlier version of Ablate, which did not keep them, "
            "trained this run.");
    else if (!recorded)
        missing.push_back(
            "The heat map shows the logged statistics only: an earlier version of Ablate, which did not keep the "
            "gradient norms of every step, trained this run.");
    if (!imported && facts.checkpoints.empty()) missing.push_back("The run has no checkpoints.");
    return missing;
}

}  // namespace

CollapseFacts collapse_facts(const CollapseSources& sources) {
    if (!sources.state.verdict || sources.state.verdict->outcome != train::Outcome::collapsed)
        throw std::logic_error("a run that has not collapsed has no facts of a collapse");
    const train::Verdict& verdict = *sources.state.verdict;
    CollapseFacts facts;
    facts.step = verdict.step;
    facts.cause = verdict.cause.empty() ? fmt::format("The run collapsed at step {}.", verdict.step)
                                        : fmt::format("The run collapsed: {}.", verdict.cause);
    const Span span = shown_steps(sources, verdict.step);
    take_steps(sources, span, facts);
    const bool recorded = records_these_steps(sources, span);
    if (recorded) {
        take_history(*sources.history, span, facts);
    } else {
        take_statistics(sources, span, facts);
    }
    facts.place = place_of(sources, facts);
    take_checkpoints(sources, facts);
    facts.missing = missing_from(sources, facts, recorded);
    return facts;
}

CollapseFacts read_collapse_facts(const ListedRun& run) {
    RunMetrics metrics(run.directory.folder());
    metrics.refresh();
    CollapseSources sources{run.info, run.state, metrics.series(), metrics.events()};
    sources.history = read_collapse_record(run.directory);
    for (const train::StoredCheckpoint& stored : train::list_checkpoints(run.directory.checkpoints()))
        sources.checkpoints.push_back({.folder = stored.folder.filename().string(), .step = stored.step});
    return collapse_facts(sources);
}

}  // namespace ablate::run
