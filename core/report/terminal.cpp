#include "core/report/terminal.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/equal_cost.h"
#include "core/compare/verdict.h"
#include "core/compare/wording.h"
#include "core/config/variant_names.h"
#include "core/plan/throughput.h"
#include "core/report/escape.h"
#include "core/report/sections.h"
#include "core/report/text_table.h"
#include "core/run/seed_text.h"
#include "core/run/summary.h"

#include <algorithm>
#include <set>

namespace ablate::report {

namespace {

using Rows = std::vector<std::vector<TextCell>>;

std::string number_or_blank(double value, std::string (*format)(double)) {
    return std::isfinite(value) ? format(value) : "";
}

// --- comparison

TextCell verdict_cell(const study::Comparison& comparison, const study::Group& group) {
    const auto seeds = std::ssize(group.runs);
    if (group.collapsed > 0) {
        std::string steps;
        for (std::size_t index : group.runs) {
            const auto& verdict = comparison.runs[index].listed.state.verdict;
            if (comparison.runs[index].collapsed() && verdict && verdict->step >= 0 && steps.empty())
                steps = fmt::format(", step {}", verdict->step);
        }
        return {fmt::format("collapsed {}/{}{}", group.collapsed, seeds, steps), Style::red};
    }
    if (group.unfinished > 0) return {fmt::format("unfinished {}/{}", group.unfinished, seeds), Style::amber};
    return {group.imported() ? "healthy (imported)" : "healthy"};
}

std::string best_val_text(const study::Comparison& comparison, const study::Group& group) {
    if (group.best_val.n == 0) return "";
    const std::int64_t step = comparison.runs[group.runs.front()].best_step;
    if (group.runs.size() > 1 || step < 0) return fixed(group.best_val.mean, 4);
    return fmt::format("{} ({})", fixed(group.best_val.mean, 4), step);
}

// Of an imported log with the share it takes more or less than its baseline: alone on its machine, as a rule.
std::string time_text(const study::Comparison& comparison, const study::Group& group) {
    std::string time = number_or_blank(group.seconds, short_duration);
    if (study::shared_machine(comparison, group) && !time.empty()) return "≈ " + time;
    if (time.empty() || !group.imported() || !group.baseline || group.is_baseline) return time;
    const study::Group& baseline = comparison.groups[*group.baseline];
    const double ratio = group.seconds / baseline.seconds - 1;
    const bool too_short =
        study::too_short_to_time(comparison, group) || study::too_short_to_time(comparison, baseline);
    if (!std::isfinite(ratio) || too_short) return time;
    return fmt::format("{} ({}{} %)", time, ratio < 0 ? "" : "+", fixed(100 * ratio, 1));
}

std::string main_table(const study::Comparison& comparison, bool color, int width) {
    Rows rows;
    const bool alike = study::shared_span(comparison).has_value();
    for (const study::Group& group : comparison.groups) {
        rows.push_back({{printable(study::plain_label(group)), group.is_baseline ? Style::strong : Style::plain},
                        {printable(group.grid_point)},
                        {group.is_mean ? "mean" : std::to_string(group.healthy())},
                        {study::with_half_width(group.final_val)},
                        {alike || !group.span.exists() ? "" : study::span_text(group.span)},
                        {study::with_half_width(group.delta)},
                        {best_val_text(comparison, group)},
                        {study::parameters_text(group.parameters)},
                        {number_or_blank(group.tokens_per_second, short_count)},
                        {time_text(comparison, group)},
                        verdict_cell(comparison, group)});
    }
    return text_table(
        {{"variant", false, 9},
         {"grid point", false, 9},
         {"n", true, 6},
         {"final " + study::measured_in_short(comparison), true, 9},
         {"at step", true, 9},
         {"to baseline", true, 9},
         {comparison.measure == study::Measure::train_loss ? "best train (step)" : "best val (step)", true, 4},
         {"parameters", true, 3},
         {"tokens/s", true, 2},
         {"time", true, comparison.measure == study::Measure::val_loss ? 1 : 8},
         {"verdict", false, 8}},
        std::move(rows), color, width);
}

// A name in its own column, the sentence wrapped after it.
struct Remark {
    std::string name, sentence;
    Style style = Style::plain;
};
std::string remarks_text(const std::vector<Remark>& remarks, bool color, int width) {
    std::size_t longest = 0;
    for (const Remark& remark : remarks) longest = std::max(longest, display_width(remark.name));
    std::string text;
    for (const Remark& remark : remarks) {
        const std::string padding(longest - display_width(remark.name) + 2, ' ');
        const int rest = width > 0 ? std::max(width - static_cast<int>(longest) - 2, 20) : 0;
        std::string sentence = wrapped(remark.sentence, 0, rest);
        for (std::size_t at = 0; (at = sentence.find('\n', at)) != std::string::npos; at += longest + 3)
            sentence.insert(at + 1, longest + 2, ' ');
        text += remark.name + padding + styled(sentence, remark.style, color) + "\n";
    }
    return text;
}

// Of a group with one seed there is no more to say than the note on single seeds does, unless its difference is read at
// other steps than its loss.
std::string judgements(const study::Comparison& comparison, bool color, int width) {
    std::vector<Remark> remarks;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const study::Group& group = comparison.groups[i];
        const bool only_one_seed = group.delta.n == 1 && !group.too_close && group.collapsed == 0;
        const bool read_elsewhere = group.delta_span.exists() && !(group.delta_span == group.span);
        if (group.baseline == i && group.collapsed == 0) continue;
        if (only_one_seed && group.runs.size() == 1 && !read_elsewhere) continue;
        const bool warn = group.too_close || group.unfinished > 0;
        remarks.push_back({printable(group.name), printable(group.judgement),
                           group.collapsed > 0 ? Style::red
                           : warn              ? Style::amber
                                               : Style::plain});
    }
    return remarks_text(remarks, color, width);
}

Style style_of(study::Outcome outcome) {
    return outcome == study::Outcome::unstable    ? Style::red
           : outcome == study::Outcome::undecided ? Style::faint
                                                  : Style::strong;
}

std::string percent_interval(double low, double high) {
    return fmt::format("{} to {} %", fixed(100 * low, 0), fixed(100 * high, 0));
}

// What each variant is judged by: the outcome, the one interval, and what is no verdict beside it.
std::string judgement_table(const study::Comparison& comparison, bool color, int width) {
    const std::vector<TextColumn> columns{{"judged", false, 9},   {"outcome", false, 9},      {"ranks", true, 3},
                                          {"interval", true, 9},  {"alone at 95 %", true, 2}, {"Holm p", true, 2},
                                          {"better on", true, 3}, {"collapse rate", true, 1}};
    Rows rows;
    for (const std::size_t index : comparison.best_of_variant) {
        const study::Group& group = comparison.groups[index];
        const study::Judgement& judged = group.judged;
        if (study::verdict_reference(comparison, index) == index || group.runs.size() < 2) continue;
        const study::PairedInterval& one = judged.interval;
        std::vector<TextCell> cells{{printable(study::display_name(group))},
                                    {to_string(judged.outcome), style_of(judged.outcome)},
                                    {study::ranks_text(group.ranks)},
                                    {study::with_half_width(one)}};
        cells.push_back({one.unadjusted_half_width ? "± " + fixed(*one.unadjusted_half_width, 4) : ""});
        cells.push_back({judged.holm_p ? fixed(*judged.holm_p, 4) : ""});
        cells.push_back({judged.seeds > 0 ? fmt::format("{} of {}", judged.better_seeds, judged.seeds) : ""});
        const std::int64_t ended = std::ssize(group.runs) - group.unfinished;
        const study::RateInterval rate = study::clopper_pearson(group.collapsed, ended);
        cells.push_back({group.collapsed > 0 ? percent_interval(rate.low, rate.high) : ""});
        rows.push_back(std::move(cells));
    }
    return rows.empty() ? "" : "\n" + text_table(columns, rows, color, width);
}

// The report's table, with titles in lower case like those of the other tables here.
std::string best_table(const study::Comparison& comparison, bool color, int width) {
    const Table table = variants_table(comparison);
    std::vector<TextColumn> columns;
    for (const Table::Column& column : table.columns) {
        const std::string title = lower_case(column.title.substr(0, 1)) + column.title.substr(1);
        const int importance = title == "judgment" ? 1 : title == "Δ %" ? 2 : title == "seeds" ? 3 : 9;
        columns.push_back({title, column.right, importance});
    }
    Rows rows;
    for (const Table::Row& row : table.rows) {
        std::vector<TextCell> cells;
        for (const std::string& text : row.cells) cells.push_back({printable(text)});
        if (row.strong) cells.front().style = Style::strong;
        rows.push_back(std::move(cells));
    }
    return text_table(std::move(columns), std::move(rows), color, width);
}

// What a step costs, and the loss where both have cost the same.
std::string equal_cost_table(const study::Comparison& comparison, bool color, int width) {
    Rows rows;
    std::string remarks;
    for (const study::EqualCost& cost : study::equal_costs(comparison)) {
        rows.push_back({{printable(study::display_name(comparison.groups[cost.group]))},
                        {study::step_time_text(cost)},
                        {with_thousands(std::llround(cost.step))},
                        {study::with_half_width(cost.at_step.interval)},
                        {cost.has_times() ? short_duration(cost.seconds) : "–"},
                        {study::with_half_width(cost.at_seconds.interval)}});
        const std::string said = printable(study::remark(comparison, cost));
        if (!said.empty()) remarks += styled(wrapped(said, 0, width), Style::amber, color) + "\n";
    }
    if (rows.empty()) return {};
    return "\nAgainst the baseline at equal steps and at equal training time\n\n" +
           text_table({{"variant", false, 9},
                       {"time a step", true, 3},
                       {"at step", true, 4},
                       {"to baseline", true, 9},
                       {"at time", true, 4},
                       {"to baseline", true, 9}},
                      std::move(rows), color, width) +
           (remarks.empty() ? "" : "\n" + remarks);
}

// --- runs

Style status_style(run::Status status) {
    switch (status) {
        case run::Status::collapsed:
        case run::Status::failed:
            return Style::red;
        case run::Status::paused:
        case run::Status::interrupted:
        case run::Status::stopped:
            return Style::amber;
        case run::Status::queued:
        case run::Status::running:
        case run::Status::healthy:
            return Style::plain;
    }
    throw std::logic_error("a status without a style");
}

std::string status_text(const run::ListedRun& listed) {
    const std::string status = run::to_string(listed.status);
    return run::is_imported_log(listed.info) ? status + " (imported)" : status;
}

// The last finite loss of a run that collapsed is no result.
TextCell loss_cell(const run::ListedRun& listed) {
    if (listed.status == run::Status::collapsed) return {"collapsed", Style::red};
    return {listed.state.last_loss ? fixed(*listed.state.last_loss, 4) : ""};
}

// An imported log need not tell how many steps there were to be.
std::string steps_text(const run::ListedRun& listed, const char* between = "/") {
    const bool known = run::tells_steps(listed.info, listed.state);
    const std::string done = known ? std::to_string(listed.state.step) : "unknown";
    if (!run::KnownKeys(listed.info).has("train.steps")) return done;
    return done + between + std::to_string(listed.info.config.train.steps);
}

std::string point_of(const run::RunInfo& info) { return printable(point_name(info.variant, info.grid_point)); }

// "step  loss  bits per byte" of a set: the first evaluation, the best and the last.
// A results file has values of the end alone, and does not say at which step that was.
void add_evaluations(const run::RunMetrics& metrics, const std::string& set, bool knows_step,
                     std::vector<Remark>& facts) {
    const run::Series loss = run::evaluations(metrics, set), bpb = run::evaluations(metrics, set, "bpb");
    const auto describe = [&](std::size_t i) {
        const bool has_bpb = i < bpb.value.size() && std::isfinite(bpb.value[i]);
        return fmt::format("{} {}{}", fixed(loss.value[i], 4),
                           knows_step ? fmt::format("at step {}", loss.step[i]) : "at the end",
                           has_bpb ? fmt::format(" ({} bits per byte)", fixed(bpb.value[i], 4)) : "");
    };
    if (loss.value.empty()) return;
    std::size_t best = 0;
    for (std::size_t i = 0; i < loss.value.size(); ++i)
        if (loss.value[i] < loss.value[best] || std::isnan(loss.value[best])) best = i;
    const std::string name = "loss on " + printable(set);
    if (!knows_step) return facts.push_back({name, describe(best)});
    facts.push_back({name + ", first", describe(0)});
    facts.push_back({name + ", best", describe(best)});
    facts.push_back({name + ", last", describe(loss.value.size() - 1)});
}

// Its tensors by name would fill the screen; events.jsonl has them.
std::string start_in_words(const train::StartEvent& start) {
    return fmt::format("started from {}: {} tensors kept, {} dropped, {} new", Json(start.from).dump(),
                       start.kept.size(), start.dropped.size(), start.fresh.size());
}

// Whatever the event tells, as its line has it.
std::string event_in_words(const train::Event& event) {
    Json rest = train::to_json(event);
    const std::string step = rest.contains("step") ? rest["step"].dump() : "?";
    for (const char* key : {"type", "time", "step"}) rest.erase(key);
    return fmt::format("{} at step {} {}", train::type_of(event), step,
                       rest.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void add_events(const run::RunMetrics& metrics, std::vector<Remark>& facts) {
    std::vector<std::string> lines;
    for (const train::Event& event : metrics.events()) {
        const bool told_elsewhere = std::holds_alternative<train::EvaluationEvent>(event.what) ||
                                    std::holds_alternative<train::CheckpointEvent>(event.what);
        if (told_elsewhere || train::type_of(event).empty()) continue;
        const auto* start = std::get_if<train::StartEvent>(&event.what);
        lines.push_back(start ? start_in_words(*start) : event_in_words(event));
    }
    constexpr std::size_t kShown = 12;
    for (std::size_t i = 0; i < std::min(lines.size(), kShown); ++i)
        facts.push_back({i == 0 ? "events" : "", printable(lines[i])});
    if (lines.size() > kShown) facts.push_back({"", fmt::format("{} more", lines.size() - kShown)});
}

// What a log states, what of our configuration follows, and the numbers it has beyond ours.
void add_source(const run::RunInfo& info, const run::RunState& state, std::vector<Remark>& facts) {
    const auto line = [](const Json& value) {
        return printable(value.dump(-1, ' ', false, Json::error_handler_t::replace));
    };
    facts.push_back({"imported", printable(run::source_format(info)) + " log, " + printable(info.origin)});
    for (const std::string& remark : run::source_remarks(info)) facts.push_back({"", printable(remark), Style::amber});
    static const std::set<std::string> ours = {"verdict",  "steps_done", "final_train_loss", "final_val",
                                               "best_val", "best_step",  "seconds",          "tokens_per_second"};
    bool first = true;
    for (const auto& [name, value] : state.summary.items())
        if (!ours.contains(name))
            facts.push_back(
                {std::exchange(first, false) ? "the source's numbers" : "", printable(name) + " " + line(value)});
    if (info.source.is_object() && info.source.contains("config"))
        facts.push_back({"it states", line(info.source["config"])});
    const Json known = run::known_config(info.config, run::KnownKeys(info));
    facts.push_back({"known of the configuration", known.is_null() ? "nothing" : line(known)});
}

void add_note(const std::string& text, std::vector<Remark>& facts) {
    if (text.empty()) return;
    bool first = true;
    for (const std::string& line : split(text, '\n'))
        facts.push_back({std::exchange(first, false) ? "note" : "", printable(line)});
}

std::string versions_text(const Json& versions) {
    std::vector<std::string> parts;
    if (versions.is_object())
        for (const auto& [key, value] : versions.items())
            parts.push_back(key + " " + (value.is_string() ? value.get<std::string>() : value.dump()));
    return printable(join(parts, ", "));
}

}  // namespace

std::string comparison_table(const study::Comparison& comparison, bool color, int width) {
    if (comparison.groups.empty()) return fmt::format("{}: no runs to compare\n", printable(comparison.study));
    std::string text = wrapped(printable(study::verdict(comparison).sentence), 0, width) + "\n";
    text += wrapped(printable(comparison.family.sentence), 0, width) + "\n\n";
    text += fmt::format("{}: final {}{}, {}, mean ± 95 % half width over n healthy seeds\n\n",
                        styled(printable(comparison.study), Style::strong, color),
                        comparison.measure == study::Measure::val_loss ? "loss" : study::measured(comparison),
                        comparison.measure == study::Measure::train_loss ? "" : " on " + printable(comparison.metric),
                        comparison.measure == study::Measure::val_bpb ? "lower is better" : "nats per token");
    if (const std::string said = study::spans_in_words(comparison); !said.empty())
        text += wrapped(printable(said), 0, width) + "\n\n";
    text += main_table(comparison, color, width);
    if (const std::string said = judgements(comparison, color, width); !said.empty()) text += "\n" + said;
    if (comparison.has_grid())
        text += "\nEach variant at its own best grid point, next to the baseline at its best\n\n" +
                best_table(comparison, color, width);
    text += equal_cost_table(comparison, color, width);
    text += judgement_table(comparison, color, width);
    if (!comparison.notes.empty() || !comparison.family.remarks.empty()) text += "\n";
    for (const std::string& remark : comparison.family.remarks)
        text += styled(wrapped(printable("note: " + remark), 6, width), Style::faint, color) + "\n";
    for (const std::string& note : comparison.notes)
        text += styled(wrapped(printable("note: " + note), 6, width), Style::faint, color) + "\n";
    return text;
}

std::string list_table(const run::RunList& list, bool color, int width) {
    if (list.runs.empty()) return "no runs yet; begin with: ablate run quick\n";
    Rows rows;
    for (const run::ListedRun& listed : list.runs) {
        const run::RunState& state = listed.state;
        const double rate = run::tokens_per_second(state);
        rows.push_back({{printable(listed.info.id)},
                        {printable(listed.info.study)},
                        {point_of(listed.info)},
                        {run::seed_text(listed.info)},
                        {status_text(listed), status_style(listed.status)},
                        {steps_text(listed)},
                        loss_cell(listed),
                        {rate > 0 ? number_or_blank(rate, short_count) : ""},
                        {number_or_blank(run::summary_number(state, "seconds"), short_duration)},
                        {utc_time(listed.info.created), Style::faint},
                        {printable(join(listed.notes.tags, ", "))}});
    }
    return text_table({{"run", false, 9},
                       {"study", false, 5},
                       {"variant", false, 9},
                       {"seed", true, 8},
                       {"status", false, 9},
                       {"step", true, 7},
                       {"train loss", true, 6},
                       {"tokens/s", true, 3},
                       {"time", true, 4},
                       {"created", false, 2},
                       {"tags", false, 5}},
                      std::move(rows), color, width);
}

std::string run_details(const run::ListedRun& listed, const run::RunMetrics& metrics, bool color, int width) {
    const run::RunInfo& info = listed.info;
    const run::RunState& state = listed.state;
    std::vector<Remark> facts{{"run", printable(info.id), Style::strong},
                              {"study", printable(info.study)},
                              {"variant", point_of(info) + (info.label.empty() ? "" : ", " + printable(info.label))},
                              {"seed", run::seed_text(info)},
                              {"status", run::to_string(listed.status), status_style(listed.status)}};
    if (state.verdict && !state.verdict->cause.empty())
        facts.push_back({"cause", printable(state.verdict->cause), status_style(listed.status)});
    if (!listed.notes.tags.empty()) facts.push_back({"tags", printable(join(listed.notes.tags, ", "))});
    add_note(listed.notes.text, facts);
    if (!state.device.empty()) facts.push_back({"device", printable(state.device)});
    facts.push_back({"step", steps_text(listed, " of ")});
    facts.push_back({"parameters", info.parameters > 0 ? with_thousands(info.parameters) : "not known"});
    const bool knows_step = !run::is_imported_log(info) || state.step > 0;
    for (const std::string& set : run::evaluation_sets(metrics)) add_evaluations(metrics, set, knows_step, facts);
    if (const double seconds = run::summary_number(state, "seconds"); std::isfinite(seconds))
        facts.push_back({"training time", short_duration(seconds)});
    if (const double rate = run::tokens_per_second(state); std::isfinite(rate) && rate > 0)
        facts.push_back({"tokens/s", short_count(rate)});
    if (const double mfu = study::model_flops_utilization(listed); std::isfinite(mfu))
        facts.push_back({"MFU", study::utilization_text(mfu) + " of the measured matrix-product peak"});
    if (const double peak = run::summary_number(state, "peak_memory"); std::isfinite(peak))
        facts.push_back({"peak memory", short_bytes(peak)});
    add_events(metrics, facts);
    if (!info.data_note.empty()) facts.push_back({"data note", printable(info.data_note), Style::amber});
    if (run::is_imported_log(info))
        add_source(info, state, facts);
    else
        facts.push_back({"data", printable(info.data_folder) + ", sha256 " + printable(info.data_sha256)});
    facts.push_back({"configuration", printable(info.config_hash)});
    facts.push_back({"versions", versions_text(info.versions)});
    facts.push_back({"created", utc_time(info.created)});
    facts.push_back({"folder", printable(listed.directory.folder().string())});
    for (const std::string& problem : listed.problems) facts.push_back({"problem", printable(problem), Style::amber});
    for (const std::string& problem : metrics.problems())
        facts.push_back({"problem", printable(problem), Style::amber});
    return remarks_text(facts, color, width);
}

}  // namespace ablate::report
