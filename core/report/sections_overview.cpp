#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/wording.h"
#include "core/config/train_kinds.h"
#include "core/report/sections.h"
#include "core/run/seed_text.h"

#include <algorithm>
#include <map>
#include <set>

namespace ablate::report {

using study::ComparedRun;
using study::Comparison;
using study::count_of;
using study::Group;

namespace {

const Group& reference_group(const Comparison& comparison) {
    return comparison.groups[best_baseline(comparison).value_or(0)];
}

const run::RunInfo& reference_info(const Comparison& comparison) {
    return comparison.runs[reference_group(comparison).runs.front()].listed.info;
}

std::string outcomes(const Comparison& comparison) {
    std::map<run::Status, std::int64_t> counts;
    for (const ComparedRun& compared : comparison.runs) ++counts[compared.listed.status];
    std::vector<std::string> parts;
    for (const auto& [status, count] : counts) parts.push_back(fmt::format("{} {}", count, run::to_string(status)));
    return join(parts, ", ");
}

// --- configuration

std::string norms_in_words(const ModelConfig& model) {
    std::map<std::string, std::vector<std::string>> sites;  // kind -> sites
    for (NormSite site : kNormSites)
        if (model.site_in_use(site) && model.norm_at(site).kind != "none")
            sites[kind_in_words("norm", model.norm_at(site))].push_back(to_string(site));
    std::vector<std::string> parts;
    for (const auto& [kind, where] : sites) parts.push_back(kind + " at " + join(where, ", "));
    return parts.empty() ? "none" : join(parts, "; ") + "; placement " + model.placement;
}

List architecture(const Comparison& comparison) {
    const Group& group = reference_group(comparison);
    const ModelConfig& model = group.config.model;
    return {{{"Parameters:", with_thousands(group.parameters)},
             {"Dimensions:", fmt::format("d_model {}, d_ff {}", model.d_model, model.d_ff)},
             {"Layers:", std::to_string(model.layers)},
             {"Heads:", fmt::format("{} of width {}{}", model.heads, model.head_width(),
                                    model.key_value_heads() == model.heads
                                        ? ""
                                        : fmt::format(", {} key-value heads", model.key_value_heads()))},
             {"Normalization:", norms_in_words(model)},
             {"Position:", kind_in_words("position", model.position)},
             {"Feed-forward:", kind_in_words("ffn", model.ffn)},
             {"Head:", model.tie_embeddings ? "tied to the embedding" : "untied"},
             {"Initialization:", kind_in_words("init", model.init)},
             {"Context:", count_of(group.config.data.context, "token")},
             {"Vocabulary:", with_thousands(group.config.data.vocab_size)}}};
}

std::string schedule_in_words(const TrainConfig& train) {
    const std::string warmup = fmt::format("warm-up over {}", count_of(train.warmup, "step"));
    const ScheduleRow& schedule = schedule_of(train);
    if (!schedule.decaying_steps) return fmt::format("{:.4g}, {}, {}", train.lr, schedule.name, warmup);
    return fmt::format("{:.4g}, {} to {:.4g}, {}", train.lr, schedule.name, train.lr * train.lr_min_ratio, warmup);
}

std::string optimizer_in_words(const TrainConfig& train) {
    const OptimizerRow& optimizer = optimizer_of(train);
    if (train.weight_decay == 0) return optimizer.in_words(train) + ", no weight decay";
    return fmt::format("{}, weight decay {}{} on {}", optimizer.in_words(train), train.weight_decay,
                       optimizer.coupled_decay ? ", added to the gradient," : "",
                       train.decay_all ? "all parameters" : "matrices and embeddings");
}

// An imported log: what it states in its own words, and what of our options follows from that.
void add_stated(Document& document, const Comparison& comparison) {
    const Group& reference = reference_group(comparison);
    const run::RunInfo& info = reference_info(comparison);
    document.paragraph(
        fmt::format("The baseline is an imported {} log. What it states decides the lines below; the "
                    "rest of its configuration is not known.",
                    reference.source));
    List list{{{"Log:", info.origin}}};
    list.items.push_back(
        {"Parameters:", reference.parameters > 0 ? with_thousands(reference.parameters) : "not known"});
    for (const auto& [key, value] : configuration_lines(reference)) list.items.push_back({key + ":", value});
    document.add(std::move(list));
}

List training(const Comparison& comparison) {
    const RunConfig& config = reference_group(comparison).config;
    const TrainConfig& train = config.train;
    std::set<std::int64_t> seeds;
    for (const ComparedRun& compared : comparison.runs) seeds.insert(compared.listed.info.seed);
    std::vector<std::string> seed_names;
    for (std::int64_t seed : seeds) seed_names.push_back(std::to_string(seed));
    const std::string accumulated =
        train.accumulate > 1 ? fmt::format(", accumulated over {} of them", train.accumulate) : "";
    return {{{"Steps:", with_thousands(train.steps)},
             {"Batch:", fmt::format("{} sequences of {} tokens{}", train.batch, config.data.context, accumulated)},
             {"Tokens a run:", with_thousands(static_cast<std::int64_t>(tokens_trained(reference_group(comparison))))},
             {"Optimizer:", optimizer_in_words(train)},
             {"Learning rate:", schedule_in_words(train)},
             {"Gradient clipping:", train.clip > 0 ? fmt::format("{}", train.clip) : "off"},
             {"Precision:", train.precision},
             {"Seeds:", join(seed_names, ", ")}}};
}

List data_and_machine(const Comparison& comparison) {
    const run::RunInfo& info = reference_info(comparison);
    const DataConfig& data = info.config.data;
    List list;
    list.items.push_back({"Text:", !data.tokens.empty() ? data.tokens : data.text.empty() ? "not given" : data.text});
    if (!info.data_note.empty()) list.items.push_back({"Stand-in:", info.data_note});
    list.items.push_back({"Data SHA-256:", info.data_sha256});
    if (info.unigram_entropy > 0)
        list.items.push_back(
            {"Unigram entropy:", fmt::format("{} nats a token; the loss of a model that has learned only frequencies",
                                             fixed(info.unigram_entropy, 4))});
    list.items.push_back({"Device:", fmt::format("{}, {} a run", info.config.train.device,
                                                 count_of(info.config.train.threads, "thread"))});
    if (info.versions.is_object())
        for (const auto& [key, value] : info.versions.items())
            list.items.push_back({key + ":", value.is_string() ? value.get<std::string>() : value.dump()});
    return list;
}

// --- results

Table results_table(const Comparison& comparison) {
    Table table;
    const bool grid = comparison.has_grid();
    table.columns = {{"Variant"}};
    if (grid) table.columns.push_back({"Grid point"});
    const bool perplexity = comparison.measure == study::Measure::val_loss;
    const std::string what = study::measured_in_short(comparison);
    const bool alike = study::shared_span(comparison).has_value();
    for (const std::string& title :
         {std::string("Seeds"), "Final " + what, std::string("At step"), "Best " + what, std::string("Δ final"),
          std::string("Δ %"), std::string("Perplexity"), std::string("Time a run")})
        if ((perplexity || title != "Perplexity") && !(alike && title == "At step"))
            table.columns.push_back({title, true});
    table.columns.push_back({"What changes"});
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const Group& group = comparison.groups[i];
        std::vector<std::string> cells{study::plain_label(group)};
        if (grid) cells.push_back(group.grid_point);
        const std::string seeds = seeds_of(group);
        const bool any = group.healthy() > 0;
        cells.push_back(seeds);
        cells.push_back(any ? study::with_half_width(group.final_val) : group.collapsed > 0 ? "collapsed" : "–");
        if (!alike) cells.push_back(study::span_text(group.span));
        cells.push_back(any ? study::with_half_width(group.best_val) : "–");
        cells.push_back(study::with_half_width(group.delta));
        cells.push_back(group.delta.n > 0 ? study::signed_percent(group.delta_relative) : "");
        if (perplexity) cells.push_back(any ? significant(std::exp(group.final_val.mean)) : "–");
        const std::string mark = study::shared_machine(comparison, group) ? "≈ " : "";
        cells.push_back(std::isfinite(group.seconds) ? mark + short_duration(group.seconds) : "–");
        cells.push_back(group.is_baseline ? std::string("–") : changes_in_words(comparison, i));
        table.rows.push_back({std::move(cells), group.is_baseline});
    }
    return table;
}

void add_collapsed_runs(Document& document, const Comparison& comparison) {
    Table table{{{"Run"}, {"Variant"}, {"Seed", true}, {"Step", true}, {"Kind"}, {"Cause"}}, {}};
    for (const Group& group : comparison.groups)
        for (std::size_t index : group.runs) {
            const ComparedRun& compared = comparison.runs[index];
            const auto& verdict = compared.listed.state.verdict;
            if (!compared.collapsed() || !verdict) continue;
            table.rows.push_back({{compared.listed.info.id, group.name, run::seed_text(compared.listed.info),
                                   verdict->step >= 0 ? std::to_string(verdict->step) : "–",
                                   train::to_string(verdict->collapse), verdict->cause}});
        }
    document.heading(3, "Collapsed runs");
    if (table.rows.empty()) return document.paragraph("None of the runs collapsed.");
    document.paragraph(fmt::format("{} of {} collapsed. The means leave their losses out.", table.rows.size(),
                                   count_of(std::ssize(comparison.runs), "run")));
    document.add(std::move(table));
}

}  // namespace

namespace {

std::string size_in_words(const Group& reference) {
    if (reference.imported()) return fmt::format(", an imported {} log", reference.source);
    return fmt::format(" of {} parameters, each trained for {} steps ({} tokens) a run",
                       with_thousands(reference.parameters), with_thousands(reference.config.train.steps),
                       short_count(tokens_trained(reference)));
}

std::string compared_in_words(const Comparison& comparison) {
    if (comparison.measure == study::Measure::train_loss)
        return "the final training loss in nats per token (the mean over the last ten steps that all have)";
    return fmt::format("the final {} on the validation set {}{}",
                       comparison.measure == study::Measure::val_bpb ? "bits per byte" : "loss", comparison.metric,
                       comparison.measure == study::Measure::val_bpb ? "" : " in nats per token");
}

}  // namespace

Table best_points_table(const Comparison& comparison) {
    Table table{{{"Variant"},
                 {"Best grid point"},
                 {"Final " + study::measured_in_short(comparison), true},
                 {"Δ to the baseline at its best", true},
                 {"Judgment"}},
                {}};
    const auto baseline = best_baseline(comparison);
    for (std::size_t index : comparison.best_of_variant) {
        const Group& group = comparison.groups[index];
        const bool other = baseline && index != *baseline;
        const study::Delta delta = other ? study::compare_groups(comparison, index, *baseline) : study::Delta{};
        table.rows.push_back({{study::plain_label(group), group.grid_point, study::with_half_width(group.final_val),
                               study::with_half_width(delta.interval), delta.judgement},
                              group.is_baseline});
    }
    return table;
}

void add_summary(Document& document, const Comparison& comparison) {
    const Group& reference = reference_group(comparison);
    const auto others = contrasts(comparison);
    document.heading(2, "Executive summary");
    document.paragraph(fmt::format(
        "{} and a baseline{}; {}: {}. The comparison uses {} of healthy runs only. Differences carry 95 % Student t "
        "intervals, paired by seed where runs share the order of their data.",
        count_of(std::ssize(others), "variant"), size_in_words(reference), count_of(std::ssize(comparison.runs), "run"),
        outcomes(comparison), compared_in_words(comparison)));
    if (const std::string& note = reference_info(comparison).data_note; !note.empty())
        document.paragraph(fmt::format("Data: {}.", note));
    if (comparison.has_grid())
        document.paragraph("Each variant is shown at its own best grid point, next to the baseline at its best.");
    document.add(Paragraph{"Key findings:", true});
    List findings;
    if (reference.healthy() > 0)
        findings.items.push_back(
            {study::display_name(reference) + ":",
             fmt::format("final {} {}.", study::measured(comparison), study::with_half_width(reference.final_val))});
    else
        findings.items.push_back({study::display_name(reference) + ":", reference.judgement + "."});
    for (const Contrast& contrast : others)
        findings.items.push_back(
            {study::display_name(comparison.groups[contrast.group]) + ":", contrast.delta.judgement + "."});
    document.add(std::move(findings));
}

void add_configuration(Document& document, const Comparison& comparison) {
    document.heading(2, "Experiment configuration");
    if (reference_group(comparison).imported()) return add_stated(document, comparison);
    document.paragraph("These are the settings of the baseline. What a variant changes is listed with its results.");
    document.heading(3, "Model architecture");
    document.add(architecture(comparison));
    document.heading(3, "Training set-up");
    document.add(training(comparison));
    document.heading(3, "Data, machine and versions");
    document.add(data_and_machine(comparison));
}

void add_results(Document& document, const Comparison& comparison) {
    document.heading(2, "Results overview");
    document.add(results_table(comparison));
    document.paragraph(
        "Losses are means over healthy seeds ± the half width of their 95 % interval; Δ is to the baseline at the same "
        "grid point. " +
        study::spans_in_words(comparison));
    add_bars(document, comparison);
    if (comparison.has_grid()) {
        document.heading(3, "Each variant at its own best grid point");
        document.add(best_points_table(comparison));
        document.paragraph(
            "The best point is chosen by the very losses shown, which favors variants with many or noisy points.");
    }
    add_collapsed_runs(document, comparison);
}

}  // namespace ablate::report
