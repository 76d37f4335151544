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

// --- analysis, one sentence each; none where there is nothing to say

constexpr double kNotable = 0.5;  // nats between the initial losses of a variant and its baseline

std::string initial_loss_sentence(const Comparison& comparison, const Group& group, const Group& baseline) {
    const double loss = mean_initial_loss(comparison, group), reference = mean_initial_loss(comparison, baseline);
    const double uniform = std::log(static_cast<double>(group.config.data.vocab_size));
    if (!std::isfinite(loss) || !group.known.has("data.vocab_size")) return "";
    const bool far = loss > uniform + 1;
    if (!far && !(std::abs(loss - reference) > kNotable)) return "";
    const std::string others =
        std::isfinite(reference) ? fmt::format(", that of the baseline {}", fixed(reference, 2)) : "";
    return fmt::format(
        "Before the first update its validation loss is {}{}; a uniform guess over {} tokens gives ln V = {}{}.",
        fixed(loss, 2), others, with_thousands(group.config.data.vocab_size), fixed(uniform, 2),
        far ? ", so the untrained model is confidently wrong: its logits start too large" : "");
}

std::string parameter_sentence(const Group& group, const Group& baseline) {
    if (group.parameters <= 0 || baseline.parameters <= 0) return "";
    if (group.parameters == baseline.parameters) return "";
    const double ratio =
        static_cast<double>(group.parameters - baseline.parameters) / static_cast<double>(baseline.parameters);
    return fmt::format("It has {} parameters, {} of the baseline's{}.", with_thousands(group.parameters),
                       study::signed_percent(ratio),
                       std::abs(ratio) > 0.001 ? ": the difference in loss is not at equal size" : "");
}

std::string spike_sentence(const Comparison& comparison, const Group& group) {
    const auto spikes = count_events<train::SpikeEvent>(comparison, group);
    if (spikes == 0) return "";
    return fmt::format("{} in loss or gradient norm over its {}; {} recovered.", study::count_of(spikes, "spike"),
                       study::count_of(std::ssize(group.runs), "run"),
                       count_events<train::SpikeRecoveredEvent>(comparison, group));
}

// What changes, in words that end a sentence.
std::string changes_sentence(const Comparison& comparison, std::size_t index) {
    const Group& group = comparison.groups[index];
    const std::string changes = changes_in_words(comparison, index);
    if (!changes.empty()) return changes + ".";
    if (!group.imported()) return "Configured as the baseline.";
    return fmt::format("An imported {} log; nothing that both it and the baseline state differs.", group.source);
}

std::string notable_sentences(const Comparison& comparison, const Group& group) {
    const Group* baseline = baseline_of(comparison, group);
    if (!baseline) return "";
    std::string text;
    for (const std::string& sentence : {initial_loss_sentence(comparison, group, *baseline),
                                        parameter_sentence(group, *baseline), spike_sentence(comparison, group)})
        if (!sentence.empty()) text += " " + sentence;
    return text;
}

// --- ranking

bool ranks_before(const Contrast& a, const Contrast& b) {
    return std::abs(a.delta.interval.mean) > std::abs(b.delta.interval.mean);
}

}  // namespace

// One item for each variant, and where there is a grid for each of its points.
void add_variants(Document& document, const Comparison& comparison) {
    document.heading(2, "Detailed ablation analysis");
    List list;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const Group& group = comparison.groups[i];
        if (group.is_baseline) continue;
        list.items.push_back({study::display_name(group) + ":",
                              fmt::format("{} {}.{}", changes_sentence(comparison, i), capital(group.judgement),
                                          notable_sentences(comparison, group))});
    }
    if (list.items.empty()) return document.paragraph("There is no variant next to the baseline.");
    document.paragraph(
        "What each variant changes, how its loss compares with the baseline's, and what else stands out: a high "
        "initial loss, another number of parameters, spikes.");
    document.add(std::move(list));
}

void add_ranking(Document& document, const Comparison& comparison) {
    std::vector<Contrast> told_apart;
    std::vector<std::string> rest, equivalent, survivors;
    List without_loss;
    for (Contrast& contrast : contrasts(comparison)) {
        const Group& group = comparison.groups[contrast.group];
        const bool differs =
            group.judged.outcome == study::Outcome::better || group.judged.outcome == study::Outcome::worse;
        if (differs)
            told_apart.push_back(std::move(contrast));
        else if (contrast.delta.interval.n == 0)
            without_loss.items.push_back({study::display_name(group) + ":", contrast.delta.judgement + "."});
        else if (contrast.delta.interval.distinguishable() && !contrast.delta.too_close())
            survivors.push_back(fmt::format("{} ({})", study::display_name(group), group.judged.reason));
        else if (group.judged.outcome == study::Outcome::equivalent)
            equivalent.push_back(study::display_name(group));
        else
            rest.push_back(study::display_name(group));
    }
    std::stable_sort(told_apart.begin(), told_apart.end(), ranks_before);
    Table ranking{{{"Ranks", true}, {"Variant"}, {"Δ to the baseline", true}, {"Δ %", true}}, {}, 2};
    for (const Contrast& contrast : told_apart)
        ranking.rows.push_back(
            {{study::ranks_text(comparison.groups[contrast.group].ranks),
              study::display_name(comparison.groups[contrast.group]), study::with_half_width(contrast.delta.interval),
              study::signed_percent(contrast.delta.relative)}});

    document.heading(2, "Component importance ranking");
    document.paragraph(
        fmt::format("By the size of the difference in final {} that the change makes. Ranks are those that all pairs "
                    "leave possible: variants that cannot be told apart share a range.",
                    study::measured(comparison)));
    if (ranking.rows.empty())
        document.paragraph("No variant can be told apart from the baseline, so nothing is ranked.");
    else
        document.add(std::move(ranking));
    if (!equivalent.empty())
        document.paragraph("Equivalent to the baseline within the margin: " + join(equivalent, ", ") + ".");
    if (!rest.empty()) document.paragraph("Cannot be told apart from the baseline: " + join(rest, ", ") + ".");
    if (!survivors.empty())
        document.paragraph("Not ranked, because there is no verdict: " + join(survivors, ", ") + ".");
    if (!without_loss.items.empty()) {
        document.add(Paragraph{"Without a loss to compare:", true});
        document.add(std::move(without_loss));
    }
}

}  // namespace ablate::report
