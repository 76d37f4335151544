#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/comparison_internal.h"
#include "core/compare/comparison_span.h"
#include "core/compare/equal_cost.h"
#include "core/compare/verdict.h"
#include "core/compare/wording.h"
#include "core/io/numbers.h"
#include "core/run/seed_text.h"

#include <algorithm>
#include <cmath>

namespace ablate::study {

namespace {

using io::number_to_json;

Json optional_json(const std::optional<double>& value) { return value ? number_to_json(*value) : Json(); }

Json to_json(const Interval& interval) {
    Json json{{"n", interval.n}, {"mean", nullptr}, {"sd", nullptr}, {"half_width", nullptr}};
    if (interval.n > 0) json["mean"] = number_to_json(interval.mean);
    if (interval.n > 1) json["sd"] = number_to_json(interval.sd);
    if (interval.half_width) json["half_width"] = number_to_json(*interval.half_width);
    return json;
}

Json parameters_json(std::int64_t parameters) { return parameters > 0 ? Json(parameters) : Json(); }

Json to_json(const PairedInterval& interval) {
    Json json = to_json(static_cast<const Interval&>(interval));
    json["p"] = optional_json(interval.p_value);
    json["distinguishable"] = interval.distinguishable();
    json["error"] = number_to_json(interval.error);
    json["half_width_of_seeds"] = optional_json(interval.seeds_half);
    json["half_width_of_text"] = optional_json(interval.blocks_half);
    json["unadjusted_half_width"] = optional_json(interval.unadjusted_half_width);
    return json;
}

Json to_json(const RankRange& ranks) {
    return ranks.best < 1 ? Json() : Json{{"best", ranks.best}, {"worst", ranks.worst}};
}

Json to_json(const Judgement& judged) {
    return {{"outcome", to_string(judged.outcome)},
            {"within_margin", judged.within_margin},
            {"survivors_worse", judged.survivors_worse},
            {"interval", to_json(judged.interval)},
            {"paired", judged.paired},
            {"holm_p", optional_json(judged.holm_p)},
            {"sign_flip_p", optional_json(judged.sign_flip_p)},
            {"better_seeds", judged.better_seeds},
            {"seeds", judged.seeds},
            {"at_most", optional_json(judged.at_most)},
            {"seeds_needed", judged.seeds_needed ? Json(*judged.seeds_needed) : Json()},
            {"needs_text", judged.needs_text},
            {"as_observed", judged.as_observed},
            {"reason", judged.reason},
            {"sentence", judged.sentence}};
}

Json family_json(const Comparison& comparison) {
    const Family& family = comparison.family.family;
    return {{"metric", comparison.family.metric},
            {"alpha", number_to_json(family.alpha)},
            {"comparisons", family.comparisons},
            {"grid_points", family.grid_points},
            {"looks", family.looks},
            {"additions", family.additions},
            {"error", number_to_json(family.error())},
            {"margin", optional_json(comparison.rules.margin)},
            {"smallest_difference", optional_json(comparison.rules.smallest_difference)},
            {"recorded", comparison.rules.recorded},
            {"chosen_after_seeing_data", comparison.rules.chosen_after},
            {"sentence", comparison.family.sentence},
            {"remarks", comparison.family.remarks}};
}

Json to_json(const Span& span) {
    if (!span.exists()) return {};
    const bool known = span.last() != kUnknownStep;
    return {{"first_step", known ? Json(span.first()) : Json()},
            {"last_step", known ? Json(span.last()) : Json()},
            {"steps", span.at.size()},
            {"interpolated", span.on_line},
            {"in_words", in_words(span)}};
}

Json step_json(double step) { return std::isfinite(step) ? Json(step) : Json(); }

Json to_json(const ComparedRun& compared) {
    const run::RunInfo& info = compared.listed.info;
    const auto& verdict = compared.listed.state.verdict;
    return {{"id", info.id},
            {"study", info.study},
            {"variant", info.variant},
            {"label", info.label},
            {"grid_point", info.grid_point},
            {"seed", run::seed_text(info) == std::to_string(info.seed) ? Json(info.seed) : Json(run::seed_text(info))},
            {"config_hash", info.config_hash},
            {"data_sha256", info.data_sha256},
            {"status", run::to_string(compared.listed.status)},
            {"verdict", verdict ? train::to_json(*verdict) : Json()},
            {"step", compared.listed.state.step},
            {"source", run::is_imported_log(info) ? Json(run::source_format(info)) : Json()},
            {"parameters", parameters_json(info.parameters)},
            {"final_val", number_to_json(compared.final_val)},
            {"final_first_step", step_json(compared.final_first)},
            {"final_last_step", step_json(compared.final_last)},
            {"best_val", number_to_json(compared.best_val)},
            {"best_step", compared.best_step},
            {"final_train", number_to_json(compared.final_train)},
            {"min_train", number_to_json(compared.min_train)},
            {"initial_val", number_to_json(initial_loss(compared))},
            {"bpb", number_to_json(compared.bpb)},
            {"seconds", number_to_json(compared.seconds)},
            {"shared_machine", compared.shared_machine},
            {"tokens_per_second", number_to_json(compared.tokens_per_second)},
            {"mfu", number_to_json(compared.mfu)}};
}

// Seeds that collapsed of those that ended, with the exact 95 % interval of the rate.
Json rate_json(const Group& group) {
    const std::int64_t ended = std::ssize(group.runs) - group.unfinished;
    if (ended == 0) return {};
    const RateInterval rate = clopper_pearson(group.collapsed, ended);
    return {{"collapsed", group.collapsed}, {"ended", ended}, {"low", rate.low}, {"high", rate.high}};
}

bool is_judged(const Comparison& comparison, std::size_t index) {
    const auto& best = comparison.best_of_variant;
    return std::find(best.begin(), best.end(), index) != best.end() && verdict_reference(comparison, index) != index;
}

Json to_json(const Comparison& comparison, std::size_t index) {
    const Group& group = comparison.groups[index];
    Json runs = Json::array(), differences = Json::array();
    for (std::size_t run : group.runs) runs.push_back(comparison.runs[run].listed.info.id);
    for (const ConfigDifference& one : comparison.differences_of(index))
        differences.push_back({{"key", one.key}, {"before", one.before}, {"after", one.after}});
    return {{"name", group.name},
            {"variant", group.variant},
            {"label", group.label},
            {"grid_point", group.grid_point},
            {"config_hash", group.config_hash},
            {"is_baseline", group.is_baseline},
            {"baseline", group.baseline ? Json(comparison.groups[*group.baseline].name) : Json()},
            {"runs", runs},
            {"final_val", to_json(group.final_val)},
            {"final_val_by_seed", io::numbers_to_json(group.final_val_by_seed)},
            {"final_span", to_json(group.span)},
            {"final_train_span", to_json(group.train_span)},
            {"best_val", to_json(group.best_val)},
            {"delta", to_json(group.delta)},
            {"delta_span", to_json(group.delta_span)},
            {"delta_relative", number_to_json(group.delta_relative)},
            {"collapsed", group.collapsed},
            {"unfinished", group.unfinished},
            {"collapse_causes", group.collapse_causes},
            {"is_mean", group.is_mean},
            {"source", group.imported() ? Json(group.source) : Json()},
            {"parameters", parameters_json(group.parameters)},
            {"training_flops", number_to_json(group.flops)},
            {"seconds", number_to_json(group.seconds)},
            {"tokens_per_second", number_to_json(group.tokens_per_second)},
            {"differences", differences},
            {"collapse_rate", rate_json(group)},
            {"ranks", to_json(group.ranks)},
            {"judged", is_judged(comparison, index) ? to_json(group.judged) : Json()},
            {"too_close", group.too_close},
            {"judgement", group.judgement}};
}

Json to_json(const Comparison& comparison, const EqualCost& cost) {
    return {{"group", comparison.groups[cost.group].name},
            {"baseline", comparison.groups[cost.baseline].name},
            {"step", number_to_json(cost.step)},
            {"delta_at_step", to_json(cost.at_step.interval)},
            {"seconds", number_to_json(cost.seconds)},
            {"delta_at_seconds", to_json(cost.at_seconds.interval)},
            {"step_time_ratio", cost.too_short ? Json() : number_to_json(1 + cost.slower)},
            {"disturbed", cost.disturbed},
            {"shared_machine", cost.shared},
            {"too_short", cost.too_short}};
}

Json to_json(const Verdict& verdict) {
    return {{"sentence", verdict.sentence},     {"better", verdict.better},       {"worse", verdict.worse},
            {"equivalent", verdict.equivalent}, {"undecided", verdict.undecided}, {"unstable", verdict.unstable},
            {"collapsed", verdict.collapsed}};
}

std::string step_cell(double step) { return std::isfinite(step) ? full_precision(step) : ""; }

std::string csv_row(const ComparedRun& compared) {
    const run::RunInfo& info = compared.listed.info;
    const auto& verdict = compared.listed.state.verdict;
    const std::vector<std::string> cells{info.id,
                                         csv_cell(info.study),
                                         csv_cell(info.variant),
                                         csv_cell(info.label),
                                         csv_cell(info.grid_point),
                                         run::seed_text(info),
                                         run::to_string(compared.listed.status),
                                         std::to_string(compared.listed.state.step),
                                         info.parameters > 0 ? std::to_string(info.parameters) : "",
                                         full_precision(compared.final_val),
                                         full_precision(compared.best_val),
                                         std::to_string(compared.best_step),
                                         full_precision(compared.final_train),
                                         full_precision(compared.min_train),
                                         full_precision(compared.bpb),
                                         full_precision(compared.seconds),
                                         full_precision(compared.tokens_per_second),
                                         full_precision(compared.mfu),
                                         csv_cell(info.config_hash),
                                         csv_cell(info.data_sha256),
                                         csv_cell(verdict ? verdict->cause : ""),
                                         step_cell(compared.final_first),
                                         step_cell(compared.final_last)};
    return join(cells, ",") + "\n";
}

}  // namespace

// A spreadsheet takes a cell that begins so for a formula; names and causes are foreign text.
std::string csv_cell(std::string text) {
    if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) text.insert(0, "'");
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

Json to_json(const Comparison& comparison) {
    Json groups = Json::array(), runs = Json::array(), best = Json::array(), baselines = Json::array();
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) groups.push_back(to_json(comparison, i));
    for (const ComparedRun& compared : comparison.runs) runs.push_back(to_json(compared));
    for (std::size_t index : comparison.best_of_variant) best.push_back(comparison.groups[index].name);
    for (std::size_t index : comparison.baselines) baselines.push_back(comparison.groups[index].name);
    Json costs = Json::array();
    for (const EqualCost& cost : equal_costs(comparison)) costs.push_back(to_json(comparison, cost));
    return {{"format", 1},
            {"study", comparison.study},
            {"verdict", to_json(verdict(comparison))},
            {"metric", comparison.metric},
            {"measure", measured(comparison)},
            {"unit", unit_of(comparison)},
            {"confidence", 0.95},
            {"family", family_json(comparison)},
            {"final_values", spans_in_words(comparison)},
            {"groups", groups},
            {"runs", runs},
            {"baselines", baselines},
            {"best_of_variant", best},
            {"equal_cost", costs},
            {"notes", comparison.notes}};
}

std::string to_csv(const Comparison& comparison) {
    std::string csv =
        "run,study,variant,label,grid_point,seed,status,step,parameters,final_val,best_val,best_step,final_train,"
        "min_train,bpb,seconds,tokens_per_second,mfu,config_hash,data_sha256,cause,final_first_step,final_last_step\n";
    for (const Group& group : comparison.groups)
        for (std::size_t index : group.runs) csv += csv_row(comparison.runs[index]);
    return csv;
}

}  // namespace ablate::study
