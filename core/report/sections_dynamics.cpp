#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/equal_cost.h"
#include "core/compare/wording.h"
#include "core/report/sections.h"

#include <algorithm>
#include <limits>
#include <set>

namespace ablate::report {

using study::ComparedRun;
using study::Comparison;
using study::Group;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostPoints = 4;   // of a grid with curves for each of its points
constexpr std::size_t kMostRemarks = 5;  // on equal cost

std::string ratio_text(double ratio) { return std::isfinite(ratio) ? significant(ratio, 3) : "–"; }

std::string step_time_text(double seconds) {
    if (!std::isfinite(seconds)) return "–";
    return seconds < 1 ? significant(1000 * seconds, 3) + " ms" : significant(seconds, 3) + " s";
}

// --- convergence

// The loss that every healthy run reached, rounded up to a hundredth.
double common_target(const Comparison& comparison) {
    double worst = kNaN;
    for (const ComparedRun& compared : comparison.runs)
        if (compared.healthy() && std::isfinite(compared.best_val) && !(worst >= compared.best_val))
            worst = compared.best_val;
    return std::ceil(worst * 100) / 100;
}

struct MeanReached {
    std::int64_t reached = 0, runs = 0;
    double step = kNaN, seconds = kNaN;
};
MeanReached mean_reached(const Comparison& comparison, const Group& group, double target) {
    std::vector<double> steps, seconds;
    MeanReached mean;
    for (std::size_t index : group.runs) {
        if (!comparison.runs[index].healthy()) continue;
        ++mean.runs;
        const study::Reached reached = study::time_to_loss(comparison.runs[index], target);
        if (!reached.step) continue;
        ++mean.reached;
        steps.push_back(*reached.step);
        if (reached.seconds) seconds.push_back(*reached.seconds);
    }
    mean.step = study::mean_interval(steps).mean;
    mean.seconds = study::mean_interval(seconds).mean;
    return mean;
}

void add_reached_cells(std::vector<std::string>& cells, const MeanReached& mean) {
    const bool some_missed = mean.reached > 0 && mean.reached < mean.runs;
    cells.push_back(mean.reached == 0
                        ? "not reached"
                        : with_thousands(std::llround(mean.step)) +
                              (some_missed ? fmt::format(" ({} of {} seeds)", mean.reached, mean.runs) : ""));
    cells.push_back(std::isfinite(mean.seconds) ? short_duration(mean.seconds) : "–");
}

void add_convergence(Document& document, const Comparison& comparison) {
    document.heading(3, "Convergence speed");
    const double common = common_target(comparison);
    if (!std::isfinite(common)) return document.paragraph("No run has finished, so there is no loss to reach.");
    const auto baseline = best_baseline(comparison);
    const double final_loss = baseline ? comparison.groups[*baseline].final_val.mean : kNaN;
    Table table{{{"Variant"}, {fmt::format("Steps to {}", fixed(common, 2)), true}, {"Training time", true}}, {}};
    if (std::isfinite(final_loss)) {
        table.columns.push_back({fmt::format("Steps to {} (baseline's final)", fixed(final_loss, 4)), true});
        table.columns.push_back({"Training time", true});
    }
    for (const Group& group : comparison.groups) {
        if (group.healthy() == 0) continue;
        std::vector<std::string> cells{study::display_name(group)};
        add_reached_cells(cells, mean_reached(comparison, group, common));
        if (std::isfinite(final_loss)) add_reached_cells(cells, mean_reached(comparison, group, final_loss));
        table.rows.push_back({std::move(cells), group.is_baseline});
    }
    document.add(std::move(table));
    const Group& first = comparison.groups.front();
    document.paragraph(
        fmt::format("Means over healthy seeds of the first validation at or below the loss; {} is what every healthy "
                    "run reached.{}",
                    fixed(common, 2),
                    first.known.has("train.eval_every")
                        ? fmt::format(" Validation took place every {} steps, which is how finely this can be read.",
                                      first.config.train.eval_every)
                        : ""));
}

// Left out where no curve crosses: it would say nothing.
void add_crossings(Document& document, const Comparison& comparison) {
    Table table{
        {{"Variant"}, {"Seeds that cross", true}, {"Crossings", true}, {"First by step", true}, {"Last by step", true}},
        {}};
    for (const Group& group : comparison.groups) {
        if (!group.baseline || group.is_baseline) continue;
        const auto pairs = shared_seeds(comparison, group, comparison.groups[*group.baseline]);
        std::vector<std::int64_t> all;
        std::int64_t crossing = 0;
        for (const auto& [ours, theirs] : pairs) {
            const auto steps = study::crossings(ours->val, theirs->val);
            crossing += !steps.empty();
            all.insert(all.end(), steps.begin(), steps.end());
        }
        if (all.empty()) continue;
        const auto [first, last] = std::minmax_element(all.begin(), all.end());
        table.rows.push_back({{study::display_name(group), fmt::format("{} of {}", crossing, pairs.size()),
                               std::to_string(all.size()), with_thousands(*first), with_thousands(*last)}});
    }
    if (table.rows.empty()) return;
    document.heading(3, "Where curves cross");
    document.add(std::move(table));
    document.paragraph(fmt::format(
        "Crossings of the {} curves of a variant and of the baseline with the same seed. Each is between the "
        "evaluation before the step and the one at it. A late crossing means that other budgets may order the two "
        "differently.",
        study::measured(comparison)));
}

// --- stability

// Geometric mean over shared seeds of the ratio in each third of the run.
std::vector<double> ratios_over_thirds(const Comparison& comparison, const Group& group) {
    const auto pairs = shared_seeds(comparison, group, comparison.groups[*group.baseline]);
    const std::int64_t steps = group.config.train.steps;
    std::vector<double> ratios;
    for (int third = 0; third < 3; ++third) {
        std::vector<double> logs;
        for (const auto& [ours, theirs] : pairs) {
            const double ratio = study::grad_norm_ratio(*ours, *theirs, steps * third / 3, steps * (third + 1) / 3);
            if (std::isfinite(ratio) && ratio > 0) logs.push_back(std::log(ratio));
        }
        ratios.push_back(std::exp(study::mean_interval(logs).mean));
    }
    return ratios;
}

bool has_grad_norms(const Comparison& comparison, const Group& group) {
    return std::any_of(group.runs.begin(), group.runs.end(), [&](std::size_t index) {
        const run::Series& norms = (*comparison.runs[index].metrics)[run::kGradNorm];
        return std::any_of(norms.value.begin(), norms.value.end(), [](double norm) { return std::isfinite(norm); });
    });
}

void add_stability(Document& document, const Comparison& comparison) {
    document.heading(3, "Training stability");
    Table table{{{"Variant"},
                 {"Initial val loss", true},
                 {"Grad norm, 1st third", true},
                 {"2nd third", true},
                 {"3rd third", true},
                 {"Spikes", true},
                 {"Collapsed", true}},
                {}};
    for (const Group& group : comparison.groups) {
        std::vector<std::string> cells{study::display_name(group), loss_or_dash(mean_initial_loss(comparison, group))};
        const bool beside = group.baseline && !group.is_baseline;
        const double own = group.is_baseline && has_grad_norms(comparison, group) ? 1.0 : kNaN;
        for (double ratio : beside ? ratios_over_thirds(comparison, group) : std::vector<double>(3, own))
            cells.push_back(ratio_text(ratio));
        cells.push_back(std::to_string(count_events<train::SpikeEvent>(comparison, group)));
        cells.push_back(fmt::format("{} of {}", group.collapsed, group.runs.size()));
        table.rows.push_back({std::move(cells), group.is_baseline});
    }
    document.add(std::move(table));
    const Group& first = comparison.groups.front();
    document.paragraph(fmt::format(
        "Gradient norms before clipping: the median over each third of the run as a multiple of the baseline's with "
        "the same seed.{}",
        first.known.has("data.vocab_size")
            ? fmt::format(" A uniform guess has a loss of ln V = {}.",
                          fixed(std::log(static_cast<double>(first.config.data.vocab_size)), 4))
            : ""));
}

void add_efficiency(Document& document, const Comparison& comparison) {
    document.heading(3, "Computational efficiency and generalization");
    Table table{{{"Variant"},
                 {"Time a step", true},
                 {"To the baseline", true},
                 {"Tokens/s", true},
                 {"MFU", true},
                 {"Final train loss", true},
                 {"Generalization gap", true},
                 {"Bits per byte", true}},
                {}};
    for (const Group& group : comparison.groups) {
        const double seconds = seconds_per_step(comparison, group), train_loss = mean_final_train(comparison, group);
        const std::string mark = study::shared_machine(comparison, group) ? "≈ " : "";
        const bool rough_ratio = has_rough_times(comparison, group);
        const double gap = generalization_gap(comparison, group);
        const double ratio = step_time_ratio(comparison, group);
        const double bpb = mean_over_runs(comparison, group, [](const ComparedRun& compared) { return compared.bpb; });
        const double mfu = mean_over_runs(comparison, group, [](const ComparedRun& compared) { return compared.mfu; });
        table.rows.push_back({{study::display_name(group), mark + step_time_text(seconds),
                               rough_ratio && std::isfinite(ratio) ? "≈ " + fixed(ratio, 1) : ratio_text(ratio),
                               std::isfinite(group.tokens_per_second) ? short_count(group.tokens_per_second) : "–",
                               study::utilization_text(mfu), loss_or_dash(train_loss),
                               std::isfinite(gap) ? study::signed_loss(gap) : "–", loss_or_dash(bpb)},
                              group.is_baseline});
    }
    document.add(std::move(table));
    if (std::any_of(comparison.groups.begin(), comparison.groups.end(), std::mem_fn(&Group::imported)))
        document.paragraph(
            "Times and rates of imported logs are as their programs count them, some with validation and checkpoints.");
    document.paragraph(
        "Times count training steps alone, without validation and checkpoints; runs that shared the machine slow each "
        "other. MFU: model FLOPs (6N + 12 L H hd s per token) over the matrix-product peak measured on this "
        "machine. The gap is final validation minus final training loss (the mean over the last ten steps).");
}

void add_equal_cost(Document& document, const Comparison& comparison) {
    const std::vector<study::EqualCost> costs = study::equal_costs(comparison);
    if (costs.empty()) return;
    document.heading(3, "At equal steps and at equal training time");
    Table table{{{"Variant"},
                 {"Time a step", true},
                 {"At step", true},
                 {"Loss to the baseline", true},
                 {"At training time", true},
                 {"Loss to the baseline", true}},
                {}};
    List remarks;
    for (const study::EqualCost& cost : costs) {
        table.rows.push_back({{study::display_name(comparison.groups[cost.group]), study::step_time_text(cost),
                               with_thousands(std::llround(cost.step)), study::with_half_width(cost.at_step.interval),
                               cost.has_times() ? short_duration(cost.seconds) : "–",
                               study::with_half_width(cost.at_seconds.interval)}});
        if (std::string said = study::remark(comparison, cost); !said.empty())
            remarks.items.push_back({"", said + "."});
    }
    document.add(std::move(table));
    document.paragraph(
        "Each variant and its baseline are read at the furthest step, and the furthest training time, that both have. "
        "A loss between two evaluations is interpolated.");
    if (remarks.items.size() > kMostRemarks + 1) {
        const std::size_t more = remarks.items.size() - kMostRemarks;
        remarks.items.resize(kMostRemarks);
        remarks.items.push_back({"", fmt::format("The same kind of remark applies to {} more variants.", more)});
    }
    if (!remarks.items.empty()) document.add(std::move(remarks));
}

std::vector<std::size_t> groups_at(const Comparison& comparison, const std::string& grid_point) {
    std::vector<std::size_t> groups;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i)
        if (comparison.groups[i].grid_point == grid_point) groups.push_back(i);
    return groups;
}

}  // namespace

void add_dynamics(Document& document, const Comparison& comparison) {
    document.heading(2, "Training dynamics");
    add_convergence(document, comparison);
    add_crossings(document, comparison);
    add_stability(document, comparison);
    add_efficiency(document, comparison);
    add_equal_cost(document, comparison);
    document.heading(3, "Curves");
    if (!comparison.has_grid()) {
        std::vector<std::size_t> all(comparison.groups.size());
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
        return add_curves(document, comparison, all, "", "");
    }
    add_curves(document, comparison, comparison.best_of_variant, "best-", ", each variant at its best grid point");
    std::set<std::string> points;
    for (const Group& group : comparison.groups) points.insert(group.grid_point);
    if (points.size() > kMostPoints) return;
    std::vector<std::string> done;
    for (const Group& group : comparison.groups) {
        if (std::find(done.begin(), done.end(), group.grid_point) != done.end()) continue;
        done.push_back(group.grid_point);
        add_curves(document, comparison, groups_at(comparison, group.grid_point), fmt::format("point-{}-", done.size()),
                   " at " + group.grid_point, true);
    }
}

}  // namespace ablate::report
