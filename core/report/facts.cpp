#include "core/report/facts.h"

#include "core/base/text.h"
#include "core/compare/comparison_span.h"
#include "core/compare/wording.h"
#include "core/train/progress.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace ablate::report {

using study::ComparedRun;
using study::Comparison;
using study::Group;

std::optional<std::size_t> best_baseline(const Comparison& comparison) {
    for (std::size_t index : comparison.best_of_variant)
        if (comparison.groups[index].is_baseline) return index;
    return {};
}

std::vector<Contrast> contrasts(const Comparison& comparison) {
    const auto baseline = best_baseline(comparison);
    std::vector<Contrast> result;
    for (std::size_t index : comparison.best_of_variant) {
        if (comparison.groups[index].is_baseline) continue;
        if (baseline)
            result.push_back({index, study::compare_groups(comparison, index, *baseline)});
        else
            result.push_back({index, {{}, true, 0, 0, comparison.groups[index].judgement}});
    }
    return result;
}

double mean_over_runs(const Comparison& comparison, const Group& group,
                      const std::function<double(const ComparedRun&)>& value, bool all) {
    std::vector<double> values;
    for (std::size_t index : group.runs) {
        const ComparedRun& compared = comparison.runs[index];
        if (!all && !compared.healthy()) continue;
        if (const double one = value(compared); std::isfinite(one)) values.push_back(one);
    }
    return study::mean_interval(values).mean;
}

std::vector<RunPair> shared_seeds(const Comparison& comparison, const Group& a, const Group& b) {
    std::vector<RunPair> pairs;
    for (std::size_t i : a.runs)
        for (std::size_t j : b.runs) {
            const ComparedRun &one = comparison.runs[i], &other = comparison.runs[j];
            if (one.healthy() && other.healthy() && one.listed.info.seed == other.listed.info.seed)
                pairs.emplace_back(&one, &other);
        }
    return pairs;
}

double mean_initial_loss(const Comparison& comparison, const Group& group) {
    return mean_over_runs(comparison, group, study::initial_loss, true);
}

std::string seeds_of(const Group& group) {
    return group.is_mean ? "mean" : fmt::format("{} of {}", group.healthy(), group.runs.size());
}

double mean_final_train(const Comparison& comparison, const Group& group) {
    return mean_over_runs(comparison, group, [](const ComparedRun& compared) { return compared.final_train; });
}

double generalization_gap(const Comparison& comparison, const Group& group) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (comparison.measure != study::Measure::val_loss || !group.span.exists() || !group.train_span.exists())
        return nan;
    if (std::abs(group.span.last() - group.train_span.last()) > train::kFinalTrainSteps) return nan;
    return group.final_val.mean - mean_final_train(comparison, group);
}

double seconds_per_step(const Comparison& comparison, const Group& group) {
    return mean_over_runs(
        comparison, group,
        [](const ComparedRun& compared) { return compared.seconds / static_cast<double>(compared.listed.state.step); },
        true);
}

bool has_rough_times(const Comparison& comparison, const Group& group) {
    return study::shared_machine(comparison, group) ||
           (group.baseline && study::shared_machine(comparison, comparison.groups[*group.baseline]));
}

double step_time_ratio(const Comparison& comparison, const Group& group) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (!group.baseline) return nan;
    const Group& baseline = comparison.groups[*group.baseline];
    if (study::too_short_to_time(comparison, group) || study::too_short_to_time(comparison, baseline)) return nan;
    return seconds_per_step(comparison, group) / seconds_per_step(comparison, baseline);
}

std::string changes_in_words(const Comparison& comparison, std::size_t group) {
    std::vector<std::string> words;
    for (const ConfigDifference& one : comparison.differences_of(group)) words.push_back(in_words(one));
    return join(words, "; ");
}

double tokens_trained(const Group& group) {
    return static_cast<double>(group.config.train.steps) * run::known_tokens_per_step(group.config, group.known);
}

std::optional<double> grid_value(const std::string& grid_point) {
    const std::size_t equals = grid_point.find('=');
    if (equals == std::string::npos || grid_point.find('=', equals + 1) != std::string::npos) return {};
    double value = 0;
    const char* end = grid_point.data() + grid_point.size();
    const auto read = std::from_chars(grid_point.data() + equals + 1, end, value);
    return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

bool is_single_seed(const Comparison& comparison) {
    return std::none_of(comparison.groups.begin(), comparison.groups.end(),
                        [](const Group& group) { return group.runs.size() > 1; });
}

std::string capital(std::string words) {
    if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
    return words;
}

namespace {

// One entry for each leaf of a nested object, by its dotted key: "norm.attn_in.kind".
void add_leaves(const Json& value, const std::string& key, std::vector<std::pair<std::string, std::string>>& leaves) {
    if (value.is_object() && !value.empty()) {
        for (const auto& [name, child] : value.items())
            add_leaves(child, key.empty() ? name : key + "." + name, leaves);
        return;
    }
    leaves.emplace_back(
        key, value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> configuration_lines(const Group& group) {
    std::vector<std::pair<std::string, std::string>> leaves;
    const Json known = run::known_config(group.config, group.known);
    if (!known.is_null()) add_leaves(known, "", leaves);
    return leaves;
}

std::string loss_or_dash(double loss) { return std::isnan(loss) ? "–" : fixed(loss, 4); }

}  // namespace ablate::report
