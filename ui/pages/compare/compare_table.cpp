#include "ui/pages/compare/compare_table.h"

#include "core/base/text.h"
#include "core/compare/verdict.h"
#include "core/compare/wording.h"
#include "core/report/facts.h"
#include "ui/bridge/text.h"
#include "ui/pages/compare/full_text.h"

#include <QStringList>
#include <limits>
#include <set>

namespace ablate::ui {
namespace {

using study::ComparedRun;
using study::Comparison;
using study::Group;
using Tone = CompareCell::Tone;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

CompareCell& at(CompareRow& row, CompareColumn column) { return row.cells[static_cast<std::size_t>(column)]; }

CompareRow empty_row() {
    CompareRow row;
    row.cells.resize(compare_columns().size());
    for (CompareCell& cell : row.cells) cell.order = kNaN;
    return row;
}

// A dash where there is no number.
CompareCell number(double value, const std::string& shown, const QString& tip = {}) {
    CompareCell cell;
    cell.order = value;
    if (std::isnan(value)) return cell;
    cell.text = text(shown);
    cell.full = text(full_precision(value));
    cell.tip = tip.isEmpty() ? cell.full : tip;
    return cell;
}

CompareCell words(const std::string& shown, const std::string& tip = "", Tone tone = Tone::usual) {
    CompareCell cell;
    cell.text = text(shown);
    cell.tip = text(tip);
    cell.order = kNaN;
    cell.tone = tone;
    return cell;
}

QString interval_tip(const study::Interval& interval, double error = 0.05) {
    QString tip = "Mean " + text(full_precision(interval.mean));
    if (interval.half_width)
        tip += QString("\n%1 interval ± %2\nstandard deviation %3")
                   .arg(text(study::confidence_text(error)), text(full_precision(*interval.half_width)),
                        text(full_precision(interval.sd)));
    return tip + "\n" + text(study::count_of(interval.n, "healthy seed"));
}

CompareCell mean_cell(const study::Interval& interval) {
    const int decimals = study::decimals_of(interval.half_width);
    CompareCell cell = number(interval.n > 0 ? interval.mean : kNaN, fixed(interval.mean, decimals));
    if (interval.n == 0) return cell;
    cell.decimals = decimals;
    if (interval.half_width) cell.half_width = text(fixed(*interval.half_width, decimals));
    cell.tip = interval_tip(interval);
    cell.full = full_text(interval);
    return cell;
}

// --- a group

std::string name_tip(const Comparison& comparison, std::size_t group) {
    const Group& of = comparison.groups[group];
    std::string tip = of.name + "\nconfiguration " + of.config_hash.substr(0, 12);
    for (const ConfigDifference& one : comparison.differences_of(group)) tip += "\n" + in_words(one);
    return tip;
}

CompareCell delta_cell(const ShownGroup& shown) {
    if (shown.is_reference()) return words("–", "The reference of the comparison", Tone::muted);
    const study::PairedInterval& interval = shown.delta.interval;
    CompareCell cell = mean_cell(interval);
    cell.tip = text(shown.delta.judgement);
    if (interval.n == 0) return cell;
    // Without an interval a difference that four decimals would show as zero keeps its digits.
    cell.text = text(interval.half_width ? (interval.mean < 0 ? "" : "+") + fixed(interval.mean, cell.decimals)
                                         : study::signed_loss(interval.mean));
    cell.tip += "\n" + interval_tip(interval, interval.error);
    return cell;
}

std::string in_short(const study::Judgement& judged, const study::Delta& delta) {
    const std::string outcome = to_string(judged.outcome);
    const bool said = delta.in_short.starts_with(outcome);
    if (judged.outcome == study::Outcome::unstable || !judged.reason.empty())
        return fmt::format("{}: {}", outcome, judged.reason);
    return (said ? delta.in_short : fmt::format("{}: {}", outcome, delta.in_short)) +
           (judged.within_margin ? ", less than the margin" : "");
}

CompareCell judgement_cell(const Comparison& comparison, const ShownGroup& shown) {
    const Group& group = comparison.groups[shown.group];
    if (shown.is_reference()) return words(group.is_baseline ? "the baseline" : "the reference", "", Tone::muted);
    if (!shown.reference) return words("nothing to compare with here", "", Tone::muted);
    if (shows_judgement(comparison, shown) && !shown.delta.too_close()) {
        CompareCell cell =
            words(in_short(group.judged, shown.delta), group.judged.sentence + "\n" + comparison.family.sentence);
        cell.outcome = group.judged.outcome;
        cell.order = shown.delta.interval.n > 0 ? shown.delta.interval.mean : kNaN;
        return cell;
    }
    const Tone tone = shown.delta.too_close()                       ? Tone::warning
                      : group.healthy() == 0 && group.collapsed > 0 ? Tone::danger
                      : shown.delta.interval.distinguishable()      ? Tone::usual
                                                                    : Tone::muted;
    CompareCell cell = words(shown.delta.in_short, shown.delta.judgement, tone);
    cell.order = shown.delta.interval.n > 0 ? shown.delta.interval.mean : kNaN;
    return cell;
}

CompareCell best_step_cell(const Comparison& comparison, const Group& group) {
    std::set<std::int64_t> steps;
    QStringList told;
    for (const std::size_t index : group.runs) {
        const ComparedRun& compared = comparison.runs[index];
        if (!compared.healthy() || compared.best_step < 0) continue;
        steps.insert(compared.best_step);
        told += QString("Seed %1: step %2").arg(compared.listed.info.seed).arg(compared.best_step);
    }
    if (steps.empty()) return number(kNaN, "");
    const std::string first = with_thousands(*steps.begin()), last = with_thousands(*steps.rbegin());
    CompareCell cell =
        number(static_cast<double>(*steps.begin()), first == last ? first : first + "–" + last, told.join("\n"));
    if (first != last) cell.full.clear();
    return cell;
}

CompareCell verdict_cell(const Comparison& comparison, const Group& group) {
    const auto all = std::ssize(group.runs);
    QStringList causes;
    for (const std::string& cause : group.collapse_causes) causes += text(cause);
    CompareCell cell = words("healthy");
    cell.order = static_cast<double>(group.collapsed);
    if (group.collapsed > 0) {
        cell.text = QString("%1 of %2 collapsed").arg(group.collapsed).arg(all);
        cell.tip = causes.join("\n");
        cell.tone = Tone::danger;
        return cell;
    }
    if (group.unfinished == 0) return cell;
    QStringList told;
    for (const std::size_t index : group.runs) {
        const ComparedRun& compared = comparison.runs[index];
        told += QString("Seed %1: %2").arg(compared.listed.info.seed).arg(run::to_string(compared.listed.status));
    }
    cell.text = QString("%1 of %2 not finished").arg(group.unfinished).arg(all);
    cell.tip = told.join("\n");
    cell.tone = Tone::muted;
    return cell;
}

// --- a seed

bool has_ended(const ComparedRun& compared) { return compared.healthy() || compared.collapsed(); }

CompareCell loss_of_seed(const ComparedRun& compared, double loss) {
    CompareCell cell = number(loss, fixed(loss, 4));
    cell.decimals = 4;
    if (compared.val.value.empty() || compared.healthy()) return cell;
    // A last evaluation that is not a number is a result, not a missing one.
    cell.text = text(fixed(loss, 4));
    cell.tip =
        text(full_precision(loss)) + (compared.collapsed() ? "\nBefore it collapsed; not in any mean"
                                                           : "\nSo far; not in any mean until the run has ended");
    cell.tone = Tone::muted;
    return cell;
}

CompareCell delta_of_seed(const Comparison& comparison, const ShownGroup& shown, const ComparedRun& compared) {
    if (!shown.reference || shown.is_reference() || !shown.delta.paired || !compared.healthy()) return number(kNaN, "");
    for (const std::size_t index : comparison.groups[*shown.reference].runs) {
        const ComparedRun& other = comparison.runs[index];
        if (!other.healthy() || other.listed.info.seed != compared.listed.info.seed) continue;
        const double difference = compared.final_val - other.final_val;
        CompareCell cell = number(difference, study::signed_loss(difference));
        cell.decimals = 4;
        return cell;
    }
    return number(kNaN, "");
}

CompareCell verdict_of_seed(const ComparedRun& compared) {
    const auto& verdict = compared.listed.state.verdict;
    const std::string status = run::to_string(compared.listed.status);
    const std::string cause = verdict ? verdict->cause : "";
    const bool failed = compared.listed.status == run::Status::failed;
    CompareCell cell = words(cause.empty() ? status : status + ": " + cause, cause,
                             compared.collapsed() || failed ? Tone::danger
                             : compared.healthy()           ? Tone::usual
                                                            : Tone::muted);
    return cell;
}

CompareRow seed_row(const Comparison& comparison, const ShownGroup& shown, std::size_t index) {
    const ComparedRun& compared = comparison.runs[index];
    CompareRow row = empty_row();
    row.key = text(compared.listed.info.id);
    row.run = index;
    at(row, CompareColumn::variant) =
        words(fmt::format("Seed {}", compared.listed.info.seed), "Run " + compared.listed.info.id);
    at(row, CompareColumn::variant).order = static_cast<double>(compared.listed.info.seed);
    at(row, CompareColumn::final_loss) = loss_of_seed(compared, compared.final_val);
    at(row, CompareColumn::delta) = delta_of_seed(comparison, shown, compared);
    at(row, CompareColumn::judgement) = words("");
    at(row, CompareColumn::best_loss) = loss_of_seed(compared, compared.best_val);
    at(row, CompareColumn::best_step) =
        compared.best_step < 0 ? number(kNaN, "")
                               : number(static_cast<double>(compared.best_step), with_thousands(compared.best_step));
    at(row, CompareColumn::seeds) = words("");
    at(row, CompareColumn::parameters) = words("");
    at(row, CompareColumn::flops) = words("");
    const double seconds = has_ended(compared) ? compared.seconds : kNaN;
    at(row, CompareColumn::seconds) = number(seconds, short_duration(seconds));
    at(row, CompareColumn::verdict) = verdict_of_seed(compared);
    at(row, CompareColumn::relative) = words("");
    at(row, CompareColumn::train_loss) = number(compared.final_train, fixed(compared.final_train, 4));
    at(row, CompareColumn::bits_per_byte) = loss_of_seed(compared, compared.bpb);
    at(row, CompareColumn::speed) = number(compared.tokens_per_second, short_count(compared.tokens_per_second));
    for (const CompareColumn column :
         {CompareColumn::ranks, CompareColumn::better_on, CompareColumn::unadjusted, CompareColumn::holm})
        at(row, column) = words("");
    return row;
}

// What is shown next to a verdict and is none itself.
void fill_beside(CompareRow& row, const Comparison& comparison, const ShownGroup& shown) {
    const Group& group = comparison.groups[shown.group];
    at(row, CompareColumn::ranks) = words(study::ranks_text(group.ranks), "Of all pairs, a separate family");
    if (group.ranks.best > 0) at(row, CompareColumn::ranks).order = static_cast<double>(group.ranks.best);
    at(row, CompareColumn::better_on) = at(row, CompareColumn::holm) = at(row, CompareColumn::unadjusted) = words("–");
    if (!shows_judgement(comparison, shown)) return;
    const study::Judgement& judged = group.judged;
    if (judged.seeds > 0) {
        at(row, CompareColumn::better_on) = words(fmt::format("{} of {}", judged.better_seeds, judged.seeds));
        at(row, CompareColumn::better_on).order =
            static_cast<double>(judged.better_seeds) / static_cast<double>(judged.seeds);
    }
    if (judged.holm_p) at(row, CompareColumn::holm) = number(*judged.holm_p, fixed(*judged.holm_p, 4));
    if (const auto& half = judged.interval.unadjusted_half_width)
        at(row, CompareColumn::unadjusted) = number(
            *half, "± " + fixed(*half, study::decimals_of(half)),
            "At 95 % for this difference alone: of several variants, one in twenty then seems to differ by chance");
}

}  // namespace

bool shows_judgement(const Comparison& comparison, const ShownGroup& shown) {
    const auto& judged = comparison.best_of_variant;
    return shown.reference && !shown.is_reference() &&
           std::find(judged.begin(), judged.end(), shown.group) != judged.end() &&
           study::verdict_reference(comparison, shown.group) == shown.reference;
}

const std::vector<CompareColumnInfo>& compare_columns() {
    static const std::vector<CompareColumnInfo> columns{
        {"variant", "Variant", "A configuration over its seeds; open it to see them", false, true},
        {"final_loss", "Final val loss",
         "Final validation loss: mean over healthy seeds ± the half "
         "width of its 95 % interval",
         true, true},
        {"delta", "Δ",
         "Difference of the final validation loss to the reference, paired by seed, with the interval of the "
         "family: the more variants are judged, the wider",
         true, true},
        {"judgement", "Judgment", "Better, worse, equivalent, undecided or unstable", false, true},
        {"best_loss", "Best val loss", "Lowest validation loss of each healthy seed: mean ± half width", true, true},
        {"best_step", "At step", "Where the best validation loss was reached", true, true},
        {"seeds", "Seeds", "Healthy seeds, of all seeds", true, true},
        {"parameters", "Parameters", "Trained parameters; a tied head is counted once", true, true},
        {"flops", "FLOPs", "Of training one run: forward and backward, 6N + 12 L H hd s per token", true, true},
        {"seconds", "Time", "Training time of one run, without validation and checkpoints", true, true},
        {"verdict", "Verdict", "How the runs ended; means leave collapsed seeds out", false, true},
        {"relative", "Δ %", "The difference as a share of the reference's loss", true, false},
        {"train_loss", "Final train loss", "Mean of the last steps, over healthy seeds", true, false},
        {"bits_per_byte", "Bits per byte", "Of the last validation, over healthy seeds", true, false},
        {"speed", "Tokens/s", "While training, mean over the runs that have ended", true, false},
        {"ranks", "Ranks", "The ranks that all pairs leave possible; variants that cannot be told apart share a range",
         true, true},
        {"better_on", "Better on", "Seeds with a lower loss than the reference, of all that both have", true, false},
        {"unadjusted", "Alone at 95 %", "The half width for this difference alone. It is no verdict", true, false},
        {"holm", "Holm p", "Holm's p value over the family. It is no verdict", true, false},
    };
    return columns;
}

CompareRow compare_row(const Comparison& comparison, const ShownGroup& shown) {
    const Group& group = comparison.groups[shown.group];
    CompareRow row = empty_row();
    row.key = text(group.config_hash);
    row.run = group.runs.front();
    row.reference = shown.is_reference();
    at(row, CompareColumn::variant) = words(study::display_name(group), name_tip(comparison, shown.group));
    at(row, CompareColumn::final_loss) = mean_cell(group.final_val);
    at(row, CompareColumn::delta) = delta_cell(shown);
    at(row, CompareColumn::judgement) = judgement_cell(comparison, shown);
    at(row, CompareColumn::best_loss) = mean_cell(group.best_val);
    at(row, CompareColumn::best_step) = best_step_cell(comparison, group);
    at(row, CompareColumn::seeds) = number(static_cast<double>(group.healthy()), report::seeds_of(group));
    at(row, CompareColumn::seeds).full.clear();  // "2 of 3"
    const auto parameters = group.parameters > 0 ? static_cast<double>(group.parameters) : kNaN;
    at(row, CompareColumn::parameters) = number(parameters, with_thousands(group.parameters));
    at(row, CompareColumn::flops) = number(group.flops, significant(group.flops, 3));
    at(row, CompareColumn::seconds) = number(group.seconds, short_duration(group.seconds));
    at(row, CompareColumn::verdict) = verdict_cell(comparison, group);
    const double relative = shown.delta.interval.n > 0 && !shown.is_reference() ? shown.delta.relative : kNaN;
    at(row, CompareColumn::relative) = number(relative, study::signed_percent(relative));
    if (!std::isnan(relative)) at(row, CompareColumn::relative).full = text(full_precision(100 * relative)) + " %";
    const double train = report::mean_final_train(comparison, group);
    at(row, CompareColumn::train_loss) = number(train, fixed(train, 4));
    const double bpb =
        report::mean_over_runs(comparison, group, [](const ComparedRun& compared) { return compared.bpb; });
    at(row, CompareColumn::bits_per_byte) = number(bpb, fixed(bpb, 4));
    at(row, CompareColumn::speed) = number(group.tokens_per_second, short_count(group.tokens_per_second));
    fill_beside(row, comparison, shown);
    for (const std::size_t index : group.runs) row.seeds.push_back(seed_row(comparison, shown, index));
    return row;
}

}  // namespace ablate::ui
