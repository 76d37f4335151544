#include "core/compare/comparison.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/comparison_internal.h"
#include "core/compare/comparison_span.h"
#include "core/compare/wording.h"
#include "core/config/variant_labels.h"
#include "core/config/variant_names.h"
#include "core/plan/throughput.h"
#include "core/run/seed_text.h"
#include "core/run/summary.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <span>

namespace ablate::study {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double lowest_finite(const run::Series& series, std::int64_t* step = nullptr) {
    double lowest = kNaN;
    for (std::size_t i = 0; i < series.value.size(); ++i)
        if (std::isfinite(series.value[i]) && !(lowest <= series.value[i])) {
            lowest = series.value[i];
            if (step) *step = series.step[i];
        }
    return lowest;
}

ComparedRun compared_run(const run::ListedRun& listed, MetricsPtr metrics) {
    ComparedRun compared{listed, std::move(metrics), {}};
    compared.final_train = run::summary_number(listed.state, "final_train_loss");
    compared.min_train = lowest_finite((*compared.metrics)[run::kTrainLoss]);
    compared.seconds = run::summary_number(listed.state, "seconds");
    compared.tokens_per_second = run::summary_number(listed.state, "tokens_per_second");
    compared.mfu = model_flops_utilization(listed);
    return compared;
}

Measure measure_of(const std::vector<ComparedRun>& runs) {
    bool bpb = false, train = false;
    for (const ComparedRun& compared : runs) {
        if (!run::is_imported_log(compared.listed.info)) return Measure::val_loss;
        for (const std::string& set : run::evaluation_sets(*compared.metrics)) {
            if (!run::evaluations(*compared.metrics, set).value.empty()) return Measure::val_loss;
            bpb |= !run::evaluations(*compared.metrics, set, "bpb").value.empty();
        }
        train |= !(*compared.metrics)[run::kTrainLoss].value.empty();
    }
    return bpb ? Measure::val_bpb : train ? Measure::train_loss : Measure::val_loss;
}

const char* field_of(Measure measure) { return measure == Measure::val_bpb ? "bpb" : "loss"; }

// "val" where every run has it; else the first set that all share, so that like is compared with like.
std::string shared_set(const std::vector<ComparedRun>& runs, Measure measure) {
    std::map<std::string, std::size_t> count;
    std::size_t evaluated = 0;
    for (const ComparedRun& compared : runs) {
        auto sets = run::evaluation_sets(*compared.metrics);
        std::erase_if(sets, [&](const std::string& set) {
            return run::evaluations(*compared.metrics, set, field_of(measure)).value.empty();
        });
        evaluated += !sets.empty();
        for (const std::string& set : sets) ++count[set];
    }
    if (count.empty() || count.contains("val")) return "val";
    for (const auto& [set, n] : count)
        if (n == evaluated) return set;
    return count.begin()->first;
}

void read_validation(ComparedRun& compared, const std::string& set, Measure measure) {
    compared.val = measure == Measure::train_loss ? (*compared.metrics)[run::kTrainLoss]
                                                  : run::evaluations(*compared.metrics, set, field_of(measure));
    const run::Series bpb = run::evaluations(*compared.metrics, set, "bpb");
    compared.bpb = bpb.value.empty() ? kNaN : bpb.value.back();
    compared.final_val = measure == Measure::train_loss ? compared.final_train
                         : compared.val.value.empty()   ? kNaN
                                                        : compared.val.value.back();
    compared.final_first = compared.final_last = kNaN;
    const bool knows_step = !(run::is_imported_log(compared.listed.info) && compared.listed.state.step == 0);
    if (!compared.val.step.empty() && knows_step)
        compared.final_first = compared.final_last = static_cast<double>(compared.val.step.back());
    compared.best_step = -1;
    compared.best_val = lowest_finite(compared.val, &compared.best_step);
    if (!knows_step) compared.best_step = -1;
}

// Those of the evaluation that the final value was read from.
void read_blocks(ComparedRun& compared, const std::string& set, Measure measure) {
    if (measure != Measure::val_loss || run::is_imported_log(compared.listed.info)) return;
    for (const train::Event& event : compared.metrics->events()) {
        const auto* evaluation = std::get_if<train::EvaluationEvent>(&event.what);
        if (!evaluation || evaluation->set != set || static_cast<double>(event.step) != compared.final_last) continue;
        compared.final_blocks = evaluation->blocks.value_or(std::vector<double>());
    }
}

// The decimals that a log of another program was written with: the fewest that give all of its values back.
double resolution_of(const ComparedRun& compared) {
    constexpr int most_decimals = 5;
    constexpr double rounding = 2e-7;  // of 32-bit values
    if (!run::is_imported_log(compared.listed.info)) return 0;
    double unit = 1;
    for (int decimals = 0; decimals <= most_decimals; ++decimals, unit /= 10) {
        const bool all = std::all_of(compared.val.value.begin(), compared.val.value.end(), [&](double value) {
            return !std::isfinite(value) ||
                   std::abs(value - std::round(value / unit) * unit) <= rounding * std::max(1.0, std::abs(value));
        });
        if (all && !compared.val.value.empty()) return unit;
    }
    return 0;
}

double mean_of_ended(const Comparison& comparison, const Group& group, double ComparedRun::*member) {
    std::vector<double> values;
    for (std::size_t index : group.runs)
        if (std::isfinite(comparison.runs[index].*member)) values.push_back(comparison.runs[index].*member);
    return mean_interval(values).mean;
}

void summarize(const Comparison& comparison, Group& group) {
    std::vector<double> final_val, best_val;
    for (std::size_t index : group.runs) {
        const ComparedRun& compared = comparison.runs[index];
        group.final_val_by_seed.push_back(compared.final_val);
        if (compared.collapsed()) {
            ++group.collapsed;
            const auto& verdict = compared.listed.state.verdict;
            group.collapse_causes.push_back(fmt::format("seed {}: {}", run::seed_text(compared.listed.info),
                                                        verdict ? verdict->cause : "collapsed"));
        } else if (!compared.healthy()) {
            ++group.unfinished;
        } else if (std::isfinite(compared.final_val)) {
            final_val.push_back(compared.final_val);
            best_val.push_back(compared.best_val);
        }
    }
    group.final_val = mean_interval(final_val);
    group.best_val = mean_interval(best_val);
    group.seconds = mean_of_ended(comparison, group, &ComparedRun::seconds);
    group.tokens_per_second = mean_of_ended(comparison, group, &ComparedRun::tokens_per_second);
}

Group new_group(const run::RunInfo& info) {
    Group group;
    group.name = point_name(info);
    group.variant = info.variant;
    group.label = info.label;
    group.grid_point = info.grid_point;
    group.config_hash = info.config_hash;
    group.config = info.config;
    group.known = run::KnownKeys(info);
    group.source = run::source_format(info);
    group.is_mean = run::is_mean(info);
    group.parameters = info.parameters;
    // A backward pass costs twice the forward pass.
    group.flops = 3 * info.flops_per_token * static_cast<double>(info.config.train.steps) *
                  run::known_tokens_per_step(info.config, group.known);
    return group;
}

void name_stand_in(std::vector<Group>& groups, StandIn stand_in) {
    std::set<std::string> points;
    for (Group& group : groups) {
        const bool first = stand_in == StandIn::first_group ? points.empty() : group.variant == groups.front().variant;
        group.is_baseline = first && points.insert(group.grid_point).second;
    }
}

void choose_baselines(Comparison& comparison, StandIn stand_in) {
    auto& groups = comparison.groups;
    for (Group& group : groups) group.is_baseline = group.variant == kBaseline;
    if (stand_in != StandIn::none && std::none_of(groups.begin(), groups.end(), std::mem_fn(&Group::is_baseline)))
        name_stand_in(groups, stand_in);
    for (std::size_t i = 0; i < groups.size(); ++i)
        if (groups[i].is_baseline) comparison.baselines.push_back(i);
    for (Group& group : groups) {
        for (std::size_t index : comparison.baselines)
            if (!group.baseline && groups[index].grid_point == group.grid_point) group.baseline = index;
        if (!group.baseline && stand_in == StandIn::first_group && !comparison.baselines.empty())
            group.baseline = comparison.baselines.front();
    }
}

// Whether a's mean is the lower one where both can be read, else at the end of each (grid points of other lengths).
// NaN, of a group without a healthy seed, is below nothing.
bool has_lower_loss(const Comparison& comparison, const Group& a, const Group& b) {
    const double x = a.final_val.mean, y = b.final_val.mean;
    if (std::isfinite(x) && std::isfinite(y) && a.span.at != b.span.at && !have_own_ends(a, b)) {
        const Span span = span_of_both(comparison, a, b);
        const auto mean = [&](const Group& group) {
            std::vector<double> values;
            for (const ComparedRun* compared : healthy_runs(comparison, group))
                if (const double value = value_over(comparison, *compared, span); std::isfinite(value))
                    values.push_back(value);
            return mean_interval(values).mean;
        };
        if (span.exists()) return mean(a) < mean(b);
    }
    return x < y || (std::isfinite(x) && std::isnan(y));
}

void choose_best(Comparison& comparison) {
    std::vector<std::string> variants;
    std::map<std::string, std::size_t> best;
    const auto better = [&](std::size_t a, std::size_t b) {
        return has_lower_loss(comparison, comparison.groups[a], comparison.groups[b]);
    };
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const Group& group = comparison.groups[i];
        const std::string key = group.grid_point.empty() ? group.config_hash : group.variant;
        const auto [found, is_new] = best.emplace(key, i);
        if (is_new)
            variants.push_back(key);
        else if (better(i, found->second))
            found->second = i;
    }
    for (const std::string& variant : variants) comparison.best_of_variant.push_back(best.at(variant));
}

// Of runs of several studies each label says its study; of two variants with one label, its name.
void name_studies(Comparison& comparison) {
    const auto study_of = [&](const Group& group) { return comparison.runs[group.runs.front()].listed.info.study; };
    std::set<std::string> studies;
    for (const Group& group : comparison.groups) studies.insert(study_of(group));
    if (studies.size() > 1)
        for (Group& group : comparison.groups) group.label = plain_label(group) + ", " + study_of(group);
    std::vector<std::pair<std::string, std::string>> names_and_labels;
    for (const Group& group : comparison.groups) names_and_labels.emplace_back(group.variant, plain_label(group));
    const std::vector<std::string> labels = distinct_labels(names_and_labels);
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] != names_and_labels[i].second) comparison.groups[i].label = labels[i];
}

}  // namespace

bool shared_machine(const Comparison& comparison, const Group& group) {
    return std::any_of(group.runs.begin(), group.runs.end(),
                       [&](std::size_t run) { return comparison.runs[run].shared_machine; });
}

bool too_short_to_time(const Comparison& comparison, const Group& group) {
    return std::any_of(group.runs.begin(), group.runs.end(), [&](std::size_t run) {
        return comparison.runs[run].healthy() && comparison.runs[run].seconds < kShortestTime;
    });
}

std::string point_name(const run::RunInfo& info) { return ablate::point_name(info.variant, info.grid_point); }

Comparison compare(std::vector<run::ListedRun> listed, const CompareOptions& options) {
    Comparison comparison;
    comparison.study = options.study;
    comparison.notes = options.notes;
    comparison.rules = options.rules;
    const auto& by_name = options.rules.excluded;
    std::erase_if(listed, [&](const run::ListedRun& one) {
        const bool excluded = std::find(by_name.begin(), by_name.end(), one.info.id) != by_name.end();
        if (excluded) comparison.excluded.push_back(one);
        return excluded;
    });
    MetricsCache of_this_one;
    const std::vector<run::ListedRun> others = possible_neighbors(listed, options.workspace_runs);
    std::vector<run::ListedRun> all = listed;
    all.insert(all.end(), others.begin(), others.end());
    const std::vector<MetricsPtr> metrics = (options.kept ? *options.kept : of_this_one).read(all);
    for (std::size_t i = 0; i < listed.size(); ++i) comparison.runs.push_back(compared_run(listed[i], metrics[i]));
    comparison.measure = measure_of(comparison.runs);
    comparison.metric = shared_set(comparison.runs, comparison.measure);
    for (ComparedRun& compared : comparison.runs) read_validation(compared, comparison.metric, comparison.measure);

    std::map<std::string, std::size_t> group_of_hash;
    for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
        const run::RunInfo& info = comparison.runs[i].listed.info;
        const auto [found, is_new] = group_of_hash.emplace(info.config_hash, comparison.groups.size());
        if (is_new) {
            comparison.groups.push_back(new_group(info));
            comparison.groups.back().color = options.colors.index(info.study, info.variant);
        }
        comparison.groups[found->second].runs.push_back(i);
    }
    mark_shared_machine(comparison, std::span(metrics).subspan(listed.size()));
    std::map<std::string, int> uses;
    for (const Group& group : comparison.groups) ++uses[group.name];
    for (Group& group : comparison.groups) {
        std::sort(group.runs.begin(), group.runs.end(), [&](std::size_t a, std::size_t b) {
            return comparison.runs[a].listed.info.seed < comparison.runs[b].listed.info.seed;
        });
        if (uses[group.name] < 2) continue;
        const std::string hash = " (" + group.config_hash.substr(0, 8) + ")";
        group.label = plain_label(group) + hash;
        group.name += hash;
    }
    name_studies(comparison);
    read_finals(comparison);
    for (ComparedRun& compared : comparison.runs) {
        read_blocks(compared, comparison.metric, comparison.measure);
        compared.resolution = resolution_of(compared);
    }
    for (Group& group : comparison.groups) summarize(comparison, group);
    choose_baselines(comparison, options.stand_in);
    choose_best(comparison);
    judge(comparison);
    add_notes(comparison);
    return comparison;
}

std::vector<ConfigDifference> Comparison::differences_of(std::size_t group) const {
    const Group& variant = groups.at(group);
    if (!variant.baseline || *variant.baseline == group) return {};
    const Group& reference = groups[*variant.baseline];
    return run::known_difference(reference.config, reference.known, variant.config, variant.known);
}

}  // namespace ablate::study
