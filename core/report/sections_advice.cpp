#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/wording.h"
#include "core/data/batches.h"
#include "core/report/sections.h"

#include <algorithm>
#include <map>

namespace ablate::report {

using study::ComparedRun;
using study::Comparison;
using study::Group;

namespace {

std::string in_brackets(const std::string& text) { return text.empty() ? "" : " (" + text + ")"; }

std::string time_in_words(const Comparison& comparison, const Group& group) {
    if (!group.baseline) return "";
    const double ratio = step_time_ratio(comparison, group);
    if (!std::isfinite(ratio)) return "";
    return fmt::format(", at {}{} % of the time a step", has_rough_times(comparison, group) ? "about " : "",
                       fixed(100 * ratio, 0));
}

// What the difference of one variant to the baseline advises, or nothing. The variants that are worse share an item.
std::optional<ListItem> advice(const Comparison& comparison, const Contrast& contrast) {
    const Group& group = comparison.groups[contrast.group];
    const study::PairedInterval& interval = contrast.delta.interval;
    const std::string name = study::display_name(group);
    if (contrast.delta.too_close())
        return ListItem{"Check " + name + ".",
                        "Its loss is the baseline's to within what two runs of one graph differ by; "
                        "`ablate preview --step0` tells whether the change is computed."};
    if (!interval.half_width) return {};
    if (group.judged.outcome == study::Outcome::better)
        return ListItem{"Consider " + name + in_brackets(changes_in_words(comparison, contrast.group)) + ":",
                        fmt::format("the change gains {} {} at equal steps{}.",
                                    study::with_half_width(
                                        study::Interval{interval.n, -interval.mean, interval.sd, interval.half_width}),
                                    study::unit_of(comparison), time_in_words(comparison, group))};
    const bool has_verdict =
        group.judged.outcome == study::Outcome::worse || group.judged.outcome == study::Outcome::equivalent;
    if (interval.distinguishable() && !has_verdict)
        return ListItem{fmt::format("{} is {}:", name, to_string(group.judged.outcome)),
                        fmt::format("the difference is {} {}, but there is no verdict: {}.",
                                    study::with_half_width(interval), study::unit_of(comparison), group.judged.reason)};
    return {};
}

// The variants that are worse, with what they cost.
void advise_on_worse(const Comparison& comparison, List& list) {
    std::vector<std::string> worse;
    for (const Contrast& contrast : contrasts(comparison)) {
        const study::PairedInterval& interval = contrast.delta.interval;
        const Group& group = comparison.groups[contrast.group];
        if (group.judged.outcome != study::Outcome::worse) continue;
        worse.push_back(fmt::format("{} ({} {} at equal steps{})", study::display_name(group),
                                    study::with_half_width(static_cast<const study::Interval&>(interval)),
                                    study::unit_of(comparison), time_in_words(comparison, group)));
    }
    if (!worse.empty())
        list.items.push_back(
            {"Keep the baseline over", join(worse, ", ") + ". The cost of each change is in parentheses."});
}

// "about 9 seeds for NoPE (a difference of +0.0012 nats)", or "" where the seeds decide.
std::string seeds_needed(const Comparison& comparison, const Contrast& contrast) {
    const study::PairedInterval& interval = contrast.delta.interval;
    const study::Judgement& judged = comparison.groups[contrast.group].judged;
    if (judged.outcome != study::Outcome::undecided || !judged.at_most || !judged.paired) return "";
    std::string needed = "more than 1,000 seeds";
    if (judged.needs_text) needed = "more validation text, which no number of seeds replaces,";
    if (judged.seeds_needed) needed = "about " + study::count_of(*judged.seeds_needed, "seed");
    if (judged.seeds_needed && judged.as_observed) needed += ", if the true difference is the one observed,";
    return fmt::format("{} for {} (a difference of {} {})", needed,
                       study::display_name(comparison.groups[contrast.group]), study::signed_loss(interval.mean),
                       study::unit_of(comparison));
}

void advise_on_undecided(const Comparison& comparison, List& list) {
    std::vector<std::string> undecided;
    for (const Contrast& contrast : contrasts(comparison))
        if (std::string needed = seeds_needed(comparison, contrast); !needed.empty())
            undecided.push_back(std::move(needed));
    if (undecided.empty()) return;
    list.items.push_back({"Undecided:", "to decide it takes " + join(undecided, "; ") +
                                            ". Undecided does not mean that there is no difference."});
}

std::vector<std::size_t> points_of(const Comparison& comparison, const std::string& variant) {
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i)
        if (comparison.groups[i].variant == variant && !comparison.groups[i].grid_point.empty()) points.push_back(i);
    return points;
}

void advise_on_grid(const Comparison& comparison, const Group& best, List& list) {
    std::map<double, const Group*> by_value;
    for (std::size_t index : points_of(comparison, best.variant))
        if (const auto value = grid_value(comparison.groups[index].grid_point))
            by_value[*value] = &comparison.groups[index];
    const std::optional<double> value = grid_value(best.grid_point);
    if (best.healthy() == 0 || by_value.size() < 2 || !value) return;
    std::vector<std::string> collapsed;
    for (const auto& entry : by_value)
        if (entry.second->collapsed > 0) collapsed.push_back(entry.second->grid_point);
    if (!collapsed.empty())
        list.items.push_back({study::plain_label(best) + ":",
                              fmt::format("collapses at {}; best at {}.", join(collapsed, ", "), best.grid_point)});
    const bool lowest = *value == by_value.begin()->first, highest = *value == by_value.rbegin()->first;
    if (by_value.size() > 2 && (lowest || highest))
        list.items.push_back({study::plain_label(best) + ":",
                              fmt::format("best at the grid's {} end ({}): extend the grid there before judging it.",
                                          lowest ? "lower" : "upper", best.grid_point)});
}

bool knows_everywhere(const Comparison& comparison, const char* key) {
    return std::all_of(comparison.groups.begin(), comparison.groups.end(),
                       [key](const Group& group) { return group.known.has(key); });
}

bool learning_rate_varies(const Comparison& comparison) {
    return std::any_of(comparison.groups.begin(), comparison.groups.end(), [&](const Group& group) {
        return group.config.train.lr != comparison.groups.front().config.train.lr;
    });
}

}  // namespace

void add_recommendations(Document& document, const Comparison& comparison) {
    document.heading(2, "Recommendations");
    List list;
    if (is_single_seed(comparison))
        list.items.push_back({"Train more seeds:",
                              "with one, no difference can be told from noise; three give an interval "
                              "(`--seeds 1,2,3` trains only what is missing)."});
    advise_on_worse(comparison, list);
    for (const Contrast& contrast : contrasts(comparison))
        if (auto item = advice(comparison, contrast)) list.items.push_back(std::move(*item));
    advise_on_undecided(comparison, list);
    for (std::size_t index : comparison.best_of_variant) advise_on_grid(comparison, comparison.groups[index], list);
    if (knows_everywhere(comparison, "train.lr") && !learning_rate_varies(comparison))
        list.items.push_back(
            {"Vary the learning rate:",
             fmt::format("all runs use {}; variants differ in the rate that suits them, so a grid over "
                         "train.lr may change their order.",
                         fmt::format("{:.4g}", comparison.groups.front().config.train.lr))});
    for (const Group& group : comparison.groups)
        if (group.collapsed > 0 && !comparison.has_grid())
            list.items.push_back({study::display_name(group) + " collapsed:",
                                  "try a lower learning rate or a longer warm-up before dismissing it."});
    if (list.items.empty()) return document.paragraph("The comparison supports no recommendation.");
    document.add(std::move(list));
}

namespace {

std::string seeds_limitation(const Comparison& comparison) {
    if (is_single_seed(comparison))
        return "One seed per variant: no interval can be given, and no difference is a result.";
    std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
    for (const Group& group : comparison.groups) fewest = std::min(fewest, std::ssize(group.runs));
    return fmt::format(
        "{} or more a variant. A seed sets initialization and data order together, so what differs "
        "between seeds is both. {}",
        study::count_of(fewest, "seed"), comparison.family.sentence);
}

bool knows_text_noise(const Comparison& comparison) {
    return std::all_of(comparison.groups.begin(), comparison.groups.end(),
                       [](const Group& group) { return !group.delta.half_width || group.delta.blocks_half; });
}

std::string budget_in_words(const Group& reference) {
    if (!reference.known.has("train.steps")) return "Nothing is known beyond the logs.";
    std::string text = with_thousands(reference.config.train.steps) + " steps";
    const double tokens = tokens_trained(reference);
    if (std::isfinite(tokens)) text += fmt::format(", {} tokens", short_count(tokens));
    if (std::isfinite(tokens) && reference.parameters > 0)
        text += fmt::format(", {} a parameter", significant(tokens / static_cast<double>(reference.parameters), 2));
    return text + ".";
}

std::string budget_limitation(const Comparison& comparison, const Group& reference) {
    std::string text = budget_in_words(reference);
    const ComparedRun& compared = comparison.runs[reference.runs.front()];
    const std::size_t n = compared.val.value.size();
    if (n >= 2 && compared.val.value[n - 1] < compared.val.value[n - 2])
        text += fmt::format(
            " The baseline's {} still fell by {} {} from step {} to {}: longer runs may rank the variants differently.",
            study::measured(comparison), fixed(compared.val.value[n - 2] - compared.val.value[n - 1], 4),
            study::unit_of(comparison), compared.val.step[n - 2], compared.val.step[n - 1]);
    return text;
}

}  // namespace

void add_limitations(Document& document, const Comparison& comparison) {
    const Group& reference = comparison.groups[best_baseline(comparison).value_or(0)];
    const RunConfig& config = reference.config;
    const run::RunInfo& info = comparison.runs[reference.runs.front()].listed.info;
    const std::int64_t val_tokens = data::evaluation_windows(config.train) * config.data.context;
    const bool knows_all = reference.known.all();
    List list{{}, true};
    list.items.push_back({"Seeds:", seeds_limitation(comparison)});
    if (reference.parameters > 0 && reference.known.has("model.layers"))
        list.items.push_back(
            {"Scale:",
             fmt::format("{} parameters in {}; nothing here shows what holds at larger or deeper models.",
                         with_thousands(reference.parameters), study::count_of(config.model.layers, "layer"))});
    list.items.push_back({"Budget:", budget_limitation(comparison, reference)});
    if (reference.imported())
        list.items.push_back({"Imported logs:",
                              "of the configuration only what they state is known, and of the data nothing; whether "
                              "the variants differ in one thing alone cannot be checked here."});
    if (knows_all) {
        list.items.push_back(
            {"Learning rate:", learning_rate_varies(comparison)
                                   ? "a grid of few points; each variant's optimum may be between or beyond them."
                                   : "one for all variants, tuned for none of them here."});
        list.items.push_back({"Context:", fmt::format("{}; position encodings and attention are not tested beyond it.",
                                                      study::count_of(config.data.context, "token"))});
        list.items.push_back({"Data:", (info.data_note.empty() ? std::string("one text") : info.data_note) +
                                           "; other texts may rank the variants differently."});
        list.items.push_back(
            {"Validation:",
             fmt::format("each loss is a mean over {} tokens of one held-out set; the intervals cover {}.",
                         with_thousands(val_tokens),
                         knows_text_noise(comparison) ? "the seeds of training and the choice of that text"
                                                      : "the seeds of training, not the choice of that text")});
    }
    document.heading(2, "Limitations");
    document.add(std::move(list));
    if (comparison.notes.empty()) return;
    List notes;
    for (const std::string& note : comparison.notes) notes.items.push_back({"", note});
    document.add(Paragraph{"Notes on these runs:", true});
    document.add(std::move(notes));
}

}  // namespace ablate::report
