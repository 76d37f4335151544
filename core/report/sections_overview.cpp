#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/verdict.h"
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

using Settings = std::vector<std::pair<std::string, std::string>>;  // "Layers", "4"

void add_architecture(Settings& settings, const Comparison& comparison) {
    const Group& group = reference_group(comparison);
    const ModelConfig& model = group.config.model;
    const std::string shared =
        model.key_value_heads() == model.heads ? "" : fmt::format(", {} key-value heads", model.key_value_heads());
    settings.insert(settings.end(),
                    {{"Parameters", with_thousands(group.parameters)},
                     {"Dimensions", fmt::format("d_model {}, d_ff {}", model.d_model, model.d_ff)},
                     {"Layers", std::to_string(model.layers)},
                     {"Heads", fmt::format("{} of width {}{}", model.heads, model.head_width(), shared)},
                     {"Normalization", norms_in_words(model)},
                     {"Position", kind_in_words("position", model.position)},
                     {"Feed-forward", kind_in_words("ffn", model.ffn)},
                     {"Head", model.tie_embeddings ? "tied to the embedding" : "untied"},
                     {"Initialization", kind_in_words("init", model.init)},
                     {"Context", count_of(group.config.data.context, "token")},
                     {"Vocabulary", with_thousands(group.config.data.vocab_size)}});
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

std::string seeds_in_words(const Comparison& comparison) {
    std::set<std::int64_t> seeds;
    for (const ComparedRun& compared : comparison.runs) seeds.insert(compared.listed.info.seed);
    std::vector<std::string> names;
    for (std::int64_t seed : seeds) names.push_back(std::to_string(seed));
    return join(names, ", ");
}

std::string batch_in_words(const RunConfig& config) {
    const std::string accumulated =
        config.train.accumulate > 1 ? fmt::format(", accumulated over {} of them", config.train.accumulate) : "";
    return fmt::format("{} sequences of {} tokens{}", config.train.batch, config.data.context, accumulated);
}

void add_training(Settings& settings, const Comparison& comparison) {
    const RunConfig& config = reference_group(comparison).config;
    const TrainConfig& train = config.train;
    settings.insert(
        settings.end(),
        {{"Steps", with_thousands(train.steps)},
         {"Batch", batch_in_words(config)},
         {"Tokens a run", with_thousands(static_cast<std::int64_t>(tokens_trained(reference_group(comparison))))},
         {"Optimizer", optimizer_in_words(train)},
         {"Learning rate", schedule_in_words(train)},
         {"Gradient clipping", train.clip > 0 ? fmt::format("{}", train.clip) : "off"},
         {"Precision", train.precision},
         {"Seeds", seeds_in_words(comparison)}});
}

std::string text_in_words(const DataConfig& data) {
    return !data.tokens.empty() ? data.tokens : data.text.empty() ? "not given" : data.text;
}

void add_data_and_machine(Settings& settings, const Comparison& comparison) {
    const run::RunInfo& info = reference_info(comparison);
    settings.push_back({"Text", text_in_words(info.config.data)});
    if (!info.data_note.empty()) settings.push_back({"Stand-in", info.data_note});
    settings.push_back({"Data SHA-256", info.data_sha256});
    if (info.unigram_entropy > 0)
        settings.push_back(
            {"Unigram entropy", fmt::format("{} nats a token; the loss of a model that has learned only frequencies",
                                            fixed(info.unigram_entropy, 4))});
    settings.push_back({"Device", fmt::format("{}, {} a run", info.config.train.device,
                                              count_of(info.config.train.threads, "thread"))});
    if (info.versions.is_object())
        for (const auto& [key, value] : info.versions.items())
            settings.push_back({key, value.is_string() ? value.get<std::string>() : value.dump()});
}

// --- results

// What the table of the first page does not tell: of a grid every point, else the other values of each variant.
Table results_table(const Comparison& comparison) {
    const bool grid = comparison.has_grid(), alike = study::shared_span(comparison).has_value();
    const bool perplexity = comparison.measure == study::Measure::val_loss && !grid;
    const std::string what = study::measured_in_short(comparison);
    Table table{{{"Variant"}}, {}};
    std::vector<std::string> titles;
    if (grid) {
        table.columns.push_back({"Grid point"});
        table.keys = 2;
        titles.push_back("Seeds");
    }
    titles.push_back("Final " + what);
    if (!alike) titles.push_back("At step");
    if (grid) titles.insert(titles.end(), {"Δ final", "Δ %"});
    if (!grid) titles.push_back("Best " + what);
    if (perplexity) titles.push_back("Perplexity");
    if (!grid) titles.push_back("Time a run");
    for (const std::string& title : titles) table.columns.push_back({title, true});
    table.columns.push_back({"What changes"});
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const Group& group = comparison.groups[i];
        const bool any = group.healthy() > 0;
        std::vector<std::string> cells{study::plain_label(group)};
        if (grid) cells.insert(cells.end(), {group.grid_point, seeds_of(group)});
        cells.push_back(any ? study::with_half_width(group.final_val) : group.collapsed > 0 ? "collapsed" : "–");
        if (!alike) cells.push_back(study::span_text(group.span));
        if (grid) {
            cells.push_back(study::with_half_width(group.delta));
            cells.push_back(group.delta.n > 0 ? study::signed_percent(group.delta_relative) : "");
        } else {
            cells.push_back(any ? study::with_half_width(group.best_val) : "–");
        }
        if (perplexity) cells.push_back(any ? significant(std::exp(group.final_val.mean)) : "–");
        const std::string mark = study::shared_machine(comparison, group) ? "≈ " : "";
        if (!grid) cells.push_back(std::isfinite(group.seconds) ? mark + short_duration(group.seconds) : "–");
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

std::string compared_in_words(const Comparison& comparison) {
    if (comparison.measure == study::Measure::train_loss)
        return "the final training loss in nats per token (the mean over the last ten steps that all have)";
    return fmt::format("the final {} on the validation set {}{}",
                       comparison.measure == study::Measure::val_bpb ? "bits per byte" : "loss", comparison.metric,
                       comparison.measure == study::Measure::val_bpb ? "" : " in nats per token");
}

}  // namespace

Table variants_table(const Comparison& comparison) {
    const bool grid = comparison.has_grid();
    Table table{{{"Variant"}}, {}};
    if (grid) table.columns.push_back({"Best grid point"});
    for (const std::string& title :
         {std::string("Seeds"), "Final " + study::measured_in_short(comparison),
          std::string(grid ? "Δ to the baseline at its best" : "Δ to the baseline"), std::string("Δ %")})
        table.columns.push_back({title, true});
    table.columns.push_back({"Judgment"});
    const auto baseline = best_baseline(comparison);
    for (std::size_t index : comparison.best_of_variant) {
        const Group& group = comparison.groups[index];
        const bool other = baseline && index != *baseline;
        const study::Delta delta = other ? study::compare_groups(comparison, index, *baseline) : study::Delta{};
        const bool any = group.healthy() > 0;
        std::vector<std::string> cells{study::plain_label(group)};
        if (grid) cells.push_back(group.grid_point);
        cells.push_back(seeds_of(group));
        cells.push_back(any ? study::with_half_width(group.final_val) : group.collapsed > 0 ? "collapsed" : "–");
        cells.push_back(study::with_half_width(delta.interval));
        cells.push_back(delta.interval.n > 0 ? study::signed_percent(delta.relative) : "");
        cells.push_back(delta.in_short);
        table.rows.push_back({std::move(cells), group.is_baseline});
    }
    return table;
}

namespace {

// What a reader has to know to judge the table: the model, the budget, the data and what is compared.
List settings_that_matter(const Comparison& comparison) {
    const Group& reference = reference_group(comparison);
    const auto others = static_cast<std::int64_t>(contrasts(comparison).size());
    List list;
    if (reference.imported()) {
        list.items.push_back(
            {"Baseline:", fmt::format("an imported {} log, {}", reference.source, reference_info(comparison).origin)});
    } else {
        const RunConfig& config = reference.config;
        list.items.push_back(
            {"Model:",
             fmt::format("{} parameters; {}, d_model {}, {} of width {}, d_ff {}, vocabulary {}",
                         with_thousands(reference.parameters), count_of(config.model.layers, "layer"),
                         config.model.d_model, count_of(config.model.heads, "head"), config.model.head_width(),
                         config.model.d_ff, with_thousands(config.data.vocab_size))});
        list.items.push_back(
            {"Training:",
             fmt::format("{} steps of {} ({} tokens a run), {}, learning rate {}", with_thousands(config.train.steps),
                         batch_in_words(config), short_count(tokens_trained(reference)),
                         optimizer_in_words(config.train), schedule_in_words(config.train))});
        const std::string& note = reference_info(comparison).data_note;
        list.items.push_back({"Data:", note.empty() ? text_in_words(config.data) : note});
    }
    list.items.push_back({"Runs:", fmt::format("{} and a baseline; {}: {}", count_of(others, "variant"),
                                               count_of(std::ssize(comparison.runs), "run"), outcomes(comparison))});
    list.items.push_back({"Compared:", fmt::format("{} of healthy runs. Differences carry intervals of Student's t "
                                                   "that hold together for all variants, paired by seed "
                                                   "where runs share the order of their data.",
                                                   compared_in_words(comparison))});
    if (const std::string said = study::spans_in_words(comparison); !said.empty()) list.items.back().text += " " + said;
    if (comparison.has_grid())
        list.items.push_back({"Grid:",
                              "each variant is shown at its own best grid point, next to the baseline at its "
                              "best. That point is chosen by the very losses shown, which favors variants "
                              "with many or noisy points."});
    return list;
}

}  // namespace

void add_summary(Document& document, const Comparison& comparison) {
    document.heading(2, "Summary");
    document.add(Paragraph{study::verdict(comparison).sentence, true, true});
    add_forest(document, comparison);
    document.add(variants_table(comparison));
    document.add(settings_that_matter(comparison));
}

void add_configuration(Document& document, const Comparison& comparison) {
    document.heading(2, "Experiment configuration");
    if (reference_group(comparison).imported()) return add_stated(document, comparison);
    document.paragraph("These are the settings of the baseline. What a variant changes is listed with its results.");
    Settings settings;
    add_architecture(settings, comparison);
    add_training(settings, comparison);
    add_data_and_machine(settings, comparison);
    Table table{{{"Setting"}, {"Value"}}, {}};
    for (auto& [name, value] : settings) table.rows.push_back({{std::move(name), std::move(value)}});
    document.add(std::move(table));
}

void add_results(Document& document, const Comparison& comparison) {
    document.heading(2, "Results overview");
    document.add(results_table(comparison));
    document.paragraph(std::string("Losses are means over healthy seeds ± the half width of their 95 % interval") +
                       (comparison.has_grid() ? "; Δ is to the baseline at the same grid point. " : ". ") +
                       study::spans_in_words(comparison));
    if (comparison.has_grid()) add_grid_curves(document, comparison);
    add_collapsed_runs(document, comparison);
}

}  // namespace ablate::report
