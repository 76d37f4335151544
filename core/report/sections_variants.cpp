#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/wording.h"
#include "core/report/sections.h"

#include <algorithm>

namespace ablate::report {

using study::ComparedRun;
using study::Comparison;
using study::Group;

namespace {

const Group* baseline_of(const Comparison& comparison, const Group& group) {
    return group.baseline ? &comparison.groups[*group.baseline] : nullptr;
}

void add_result_items(List& list, const Comparison& comparison, const Group& group) {
    const std::string what = study::measured(comparison);
    if (group.healthy() > 0) {
        list.items.push_back(
            {"Final " + what + ":", study::with_half_width(group.final_val) + " " + study::in_words(group.span)});
        list.items.push_back({"Best " + what + ":", study::with_half_width(group.best_val)});
    }
    if (group.delta.n > 0) {
        std::string difference = fmt::format("{} {} ({})", study::with_half_width(group.delta),
                                             study::unit_of(comparison), study::signed_percent(group.delta_relative));
        if (comparison.measure == study::Measure::val_loss)
            difference += fmt::format(", perplexity × {}", significant(std::exp(group.delta.mean)));
        list.items.push_back({"Difference to the baseline:", std::move(difference)});
    }
    list.items.push_back({"Judgment:", group.judgement + "."});
    for (const std::string& cause : group.collapse_causes) list.items.push_back({"Collapsed:", cause});
}

// --- analysis, one sentence each; none where there is nothing to say

std::string initial_loss_sentence(const Comparison& comparison, const Group& group, const Group& baseline) {
    const double loss = mean_initial_loss(comparison, group), reference = mean_initial_loss(comparison, baseline);
    const double uniform = std::log(static_cast<double>(group.config.data.vocab_size));
    if (!std::isfinite(loss) || !group.known.has("data.vocab_size")) return "";
    const std::string others =
        std::isfinite(reference) ? fmt::format(", that of the baseline {}", fixed(reference, 2)) : "";
    const bool far = loss > uniform + 1;
    return fmt::format(
        "Before the first update its validation loss is {}{}; a uniform guess over {} tokens gives ln V = {}{}.",
        fixed(loss, 2), others, with_thousands(group.config.data.vocab_size), fixed(uniform, 2),
        far ? ", so the untrained model is confidently wrong: its logits start too large" : "");
}

std::string parameter_sentence(const Group& group, const Group& baseline) {
    if (group.parameters <= 0 || baseline.parameters <= 0) return "";
    if (group.parameters == baseline.parameters) return "It has exactly as many parameters as the baseline.";
    const double ratio =
        static_cast<double>(group.parameters - baseline.parameters) / static_cast<double>(baseline.parameters);
    return fmt::format("It has {} parameters, {} of the baseline's{}.", with_thousands(group.parameters),
                       study::signed_percent(ratio),
                       std::abs(ratio) > 0.001 ? ": the difference in loss is not at equal size" : "");
}

std::string gap_sentence(const Comparison& comparison, const Group& group, const Group& baseline) {
    if (comparison.measure != study::Measure::val_loss) return "";
    const double gap = generalization_gap(comparison, group);
    const double reference = generalization_gap(comparison, baseline);
    if (!std::isfinite(gap) || !std::isfinite(reference)) return "";
    return fmt::format("Its generalization gap (final validation minus final training loss) is {}, the baseline's {}.",
                       study::signed_loss(gap), study::signed_loss(reference));
}

std::string time_sentence(const Comparison& comparison, const Group& group, const Group& baseline) {
    const double ratio = step_time_ratio(comparison, group);
    if (!std::isfinite(ratio)) return "";
    const bool rough = has_rough_times(comparison, group) || has_rough_times(comparison, baseline);
    return fmt::format("A step takes {}{} % of the baseline's time{}.", rough ? "about " : "", fixed(100 * ratio, 0),
                       rough ? "; the runs shared the machine" : "");
}

std::string spike_sentence(const Comparison& comparison, const Group& group) {
    const auto spikes = count_events<train::SpikeEvent>(comparison, group);
    if (spikes == 0) return "";
    return fmt::format("{} in loss or gradient norm over its {}; {} recovered.", study::count_of(spikes, "spike"),
                       study::count_of(std::ssize(group.runs), "run"),
                       count_events<train::SpikeRecoveredEvent>(comparison, group));
}

void add_group(Document& document, const Comparison& comparison, const Group& group) {
    List results;
    add_result_items(results, comparison, group);
    document.add(std::move(results));
    const Group* baseline = baseline_of(comparison, group);
    if (!baseline) return;
    List analysis;
    for (std::string sentence : {initial_loss_sentence(comparison, group, *baseline),
                                 parameter_sentence(group, *baseline), gap_sentence(comparison, group, *baseline),
                                 time_sentence(comparison, group, *baseline), spike_sentence(comparison, group)})
        if (!sentence.empty()) analysis.items.push_back({"", std::move(sentence)});
    document.add(std::move(analysis));
}

// --- ranking

bool ranks_before(const Contrast& a, const Contrast& b) {
    return std::abs(a.delta.interval.mean) > std::abs(b.delta.interval.mean);
}

}  // namespace

void add_variants(Document& document, const Comparison& comparison) {
    document.heading(2, "Detailed ablation analysis");
    int number = 0;
    std::string last_variant;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const Group& group = comparison.groups[i];
        if (group.is_baseline) continue;
        const bool new_section = group.grid_point.empty() || group.variant != last_variant;
        if (new_section) {
            document.heading(3, fmt::format("{}. {}", ++number, study::plain_label(group)));
            const std::string changes = changes_in_words(comparison, i);
            const std::string none =
                group.imported()
                    ? fmt::format("imported {} log; nothing that both it and the baseline state differs", group.source)
                    : "as the baseline";
            document.add(List{{{"Configuration:", changes.empty() ? none : changes}}});
        }
        last_variant = group.variant;
        if (!group.grid_point.empty()) document.add(Paragraph{"At " + group.grid_point, true});
        add_group(document, comparison, group);
    }
}

void add_ranking(Document& document, const Comparison& comparison) {
    std::vector<Contrast> told_apart;
    List rest, collapsed;
    for (Contrast& contrast : contrasts(comparison)) {
        const Group& group = comparison.groups[contrast.group];
        if (contrast.delta.interval.distinguishable() && !contrast.delta.too_close())
            told_apart.push_back(std::move(contrast));
        else if (contrast.delta.interval.n == 0)
            collapsed.items.push_back({study::display_name(group) + ":", contrast.delta.judgement + "."});
        else
            rest.items.push_back({study::display_name(group) + ":", contrast.delta.judgement + "."});
    }
    std::stable_sort(told_apart.begin(), told_apart.end(), ranks_before);
    List ranking{{}, true};
    for (const Contrast& contrast : told_apart)
        ranking.items.push_back(
            {study::display_name(comparison.groups[contrast.group]),
             fmt::format("({}): {}.", study::signed_percent(contrast.delta.relative), contrast.delta.judgement)});

    document.heading(2, "Component importance ranking");
    document.paragraph(
        fmt::format("By the size of the difference in final {} that the change makes; only what the seeds can tell "
                    "apart has a rank.",
                    study::measured(comparison)));
    if (ranking.items.empty())
        document.paragraph("No variant can be told apart from the baseline, so nothing is ranked.");
    else
        document.add(std::move(ranking));
    if (!rest.items.empty()) {
        document.add(Paragraph{"Cannot be told apart:", true});
        document.add(std::move(rest));
    }
    if (!collapsed.items.empty()) {
        document.add(Paragraph{"Without a loss to compare:", true});
        document.add(std::move(collapsed));
    }
}

}  // namespace ablate::report
