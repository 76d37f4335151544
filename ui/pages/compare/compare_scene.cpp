#include "ui/pages/compare/compare_scene.h"

#include "core/base/text.h"
#include "core/compare/wording.h"
#include "ui/charts/smoothing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace ablate::ui {
namespace {

using plot::XAxis;
using study::ComparedRun;
using study::Comparison;
using study::Group;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool is_variant(const Group& group, const std::string& variant) {
    return variant.empty() ? group.is_baseline : !group.is_baseline && group.variant == variant;
}

std::optional<std::size_t> reference_of(const Comparison& comparison, std::size_t index,
                                        const CompareChoices& choices) {
    const Reference& wanted = choices.reference;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i)
        if (!wanted.group.empty() && comparison.groups[i].config_hash == wanted.group) return i;
    if (choices.best_points) {
        for (const std::size_t best : comparison.best_of_variant)
            if (is_variant(comparison.groups[best], wanted.variant)) return best;
        return {};
    }
    const Group& group = comparison.groups[index];
    if (wanted.variant.empty()) return group.baseline;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i)
        if (is_variant(comparison.groups[i], wanted.variant) && comparison.groups[i].grid_point == group.grid_point)
            return i;
    return {};
}

std::vector<ShownGroup> shown_groups(const Comparison& comparison, const CompareChoices& choices) {
    std::vector<ShownGroup> shown;
    for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
        const auto& best = comparison.best_of_variant;
        if (choices.best_points && std::find(best.begin(), best.end(), i) == best.end()) continue;
        ShownGroup one{i, reference_of(comparison, i, choices), {}};
        one.delta.interval.n = 0;
        if (one.reference && !one.is_reference()) one.delta = study::compare_groups(comparison, i, *one.reference);
        shown.push_back(std::move(one));
    }
    return shown;
}

// --- curves

// The series drawn of each run: evaluations as they are, a dense metric smoothed where that is asked for.
class DrawnSeries {
  public:
    DrawnSeries(const Comparison& comparison, const CompareChoices& choices) {
        const run::Metric& metric = run::metric(choices.metric);
        smoothing_ = metric.smoothing.compare > 0 ? choices.smoothing : 0;
        unit_ = smoothing_ > 0 ? unit_of(comparison, metric.tag) : 0;
        tag_ = !metric.is_evaluation()                          ? std::string(metric.tag)
               : comparison.measure == study::Measure::val_loss ? run::loss_tag(comparison.metric)
                                                                : std::string();
        for (const ComparedRun& compared : comparison.runs) {
            const run::Series& series = metric.is_evaluation() ? compared.val : (*compared.metrics)[metric.tag];
            series_[&compared] = &series;
            if (smoothing_ <= 0) continue;
            smoothed_[&compared] = smoothed(series);
            series_[&compared] = &smoothed_[&compared];
        }
    }
    const run::Series& operator()(const ComparedRun& compared) const { return *series_.at(&compared); }
    // What is shown next to an imported mean: its runs' lowest or highest values.
    run::Series extreme(const ComparedRun& compared, const char* which) const {
        const run::Series& series = (*compared.metrics)[tag_ + which];
        return smoothing_ > 0 ? smoothed(series) : series;
    }

  private:
    run::Series smoothed(const run::Series& series) const {
        run::Series smooth = series;
        const std::vector<double> steps(series.step.begin(), series.step.end());
        smooth.value = debiased_average(steps, series.value, smoothing_, unit_);
        return smooth;
    }

    // The steps between two lines of the log that has most: one unit for all, however often each was logged.
    static double unit_of(const Comparison& comparison, const std::string& tag) {
        double unit = 0;
        for (const ComparedRun& compared : comparison.runs) {
            const run::Series& series = (*compared.metrics)[tag];
            const double usual = usual_distance(std::vector<double>(series.step.begin(), series.step.end()));
            if (usual > 0 && (unit == 0 || usual < unit)) unit = usual;
        }
        return unit;
    }

    std::map<const ComparedRun*, run::Series> smoothed_;
    std::map<const ComparedRun*, const run::Series*> series_;
    double smoothing_ = 0, unit_ = 0;
    std::string tag_;
};

SharedValues shared(std::vector<double> values) {
    return std::make_shared<const std::vector<double>>(std::move(values));
}

SeedCurve seed_curve(const Comparison& comparison, std::size_t index, const DrawnSeries& drawn, XAxis axis) {
    const ComparedRun& compared = comparison.runs[index];
    const run::Series& series = drawn(compared);
    const double each = study::per_step(compared, axis);
    SeedCurve curve{index, nullptr, nullptr, {}};
    if (series.step.empty() || !std::isfinite(each)) return curve;
    std::vector<double> x;
    for (const std::int64_t step : series.step) x.push_back(static_cast<double>(step) * each);
    curve.x = shared(std::move(x));
    curve.y = shared(series.value);
    const auto& verdict = compared.listed.state.verdict;
    if (compared.collapsed() && verdict && verdict->step >= 0)
        curve.collapsed_at = static_cast<double>(verdict->step) * each;
    return curve;
}

// At each x of the mean; NaN where the log has no such value. Nothing without any.
SharedValues extremes_at(const ComparedRun& compared, const run::Series& extremes, const std::vector<double>& x,
                         XAxis axis) {
    const double each = study::per_step(compared, axis);
    std::map<double, double> known;
    for (std::size_t i = 0; i < extremes.step.size(); ++i)
        known[static_cast<double>(extremes.step[i]) * each] = extremes.value[i];
    if (known.empty()) return nullptr;
    std::vector<double> values;
    for (const double at : x) {
        const auto found = known.find(at);
        values.push_back(found == known.end() ? kNaN : found->second);
    }
    return shared(std::move(values));
}

GroupCurves group_curves(const Comparison& comparison, std::size_t index, const DrawnSeries& drawn, XAxis axis) {
    const Group& group = comparison.groups[index];
    GroupCurves curves;
    curves.group = index;
    study::MeanCurve mean = study::mean_curve(comparison, group, std::cref(drawn), axis);
    curves.seeds = mean.seeds;
    if (!mean.x.empty()) {
        curves.x = shared(std::move(mean.x));
        curves.mean = shared(std::move(mean.mean));
    }
    if (!mean.low.empty()) {
        curves.low = shared(std::move(mean.low));
        curves.high = shared(std::move(mean.high));
    }
    if (group.is_mean && group.runs.size() == 1 && curves.x) {
        const ComparedRun& only = comparison.runs[group.runs.front()];
        curves.low = extremes_at(only, drawn.extreme(only, run::kLowestOf), *curves.x, axis);
        curves.high = extremes_at(only, drawn.extreme(only, run::kHighestOf), *curves.x, axis);
        if (!curves.low || !curves.high) curves.low = curves.high = nullptr;
    }
    for (const std::size_t run : group.runs)
        if (SeedCurve seed = seed_curve(comparison, run, drawn, axis); seed.x) {
            curves.runs.push_back(std::move(seed));
        }
    return curves;
}

// --- readings

std::vector<const ComparedRun*> evaluated_runs(const Comparison& comparison, std::size_t group) {
    std::vector<const ComparedRun*> runs;
    for (const std::size_t index : comparison.groups[group].runs)
        if (comparison.runs[index].healthy() && !comparison.runs[index].val.step.empty())
            runs.push_back(&comparison.runs[index]);
    return runs;
}

// Steps at which every healthy run of the groups was evaluated, and those at which any of them was.
struct Evaluations {
    std::set<std::int64_t> common, any;
};
Evaluations evaluations_of(const Comparison& comparison, const std::set<std::size_t>& groups) {
    Evaluations found;
    std::map<std::int64_t, std::size_t> times;
    std::size_t runs = 0;
    for (const std::size_t group : groups)
        for (const ComparedRun* compared : evaluated_runs(comparison, group)) {
            ++runs;
            const std::set<std::int64_t> own(compared->val.step.begin(), compared->val.step.end());
            for (const std::int64_t step : own) ++times[step];
        }
    for (const auto& [step, count] : times) {
        found.any.insert(step);
        if (count == runs) found.common.insert(step);
    }
    return found;
}

// Between which evaluations a group is read at x, or "": then each of its runs was evaluated just there.
QString read_between(const Comparison& comparison, std::size_t group, XAxis axis, double x) {
    constexpr double kRounding = 1e-9;  // of an x converted to other units
    for (const ComparedRun* compared : evaluated_runs(comparison, group)) {
        const double each = study::per_step(*compared, axis);
        const std::vector<std::int64_t>& steps = compared->val.step;
        const auto at = [&](std::int64_t step) { return static_cast<double>(step) * each; };
        const auto after = std::find_if(steps.begin(), steps.end(),
                                        [&](std::int64_t step) { return at(step) >= x - kRounding * std::abs(x); });
        if (after == steps.end() || at(*after) <= x + kRounding * std::abs(x)) continue;
        if (after == steps.begin()) continue;
        return QString("%1 is interpolated between its evaluations at steps %2 and %3.")
            .arg(QString::fromStdString(study::display_name(comparison.groups[group])),
                 QString::fromStdString(with_thousands(*(after - 1))), QString::fromStdString(with_thousands(*after)));
    }
    return {};
}

// Evaluations alone are measured: the step is the last that all groups have, or the nearest of a reference to what was
// asked for. A reading between evaluations along another axis says so.
Readings readings_of(const Comparison& comparison, const std::vector<ShownGroup>& shown,
                     const std::optional<double>& wanted) {
    Readings readings;
    std::set<std::size_t> references, all;
    for (const ShownGroup& one : shown) {
        if (!one.reference) continue;
        references.insert(*one.reference);
        all.insert({one.group, *one.reference});
    }
    const std::set<std::int64_t> own = evaluations_of(comparison, references).any;
    const std::set<std::int64_t> common = evaluations_of(comparison, all).common;
    readings.evaluations.assign(own.begin(), own.end());
    readings.last_common = !common.empty() ? static_cast<double>(*common.rbegin())
                           : own.empty()   ? kNaN
                                           : static_cast<double>(*own.rbegin());
    readings.step = readings.last_common;
    const auto nearer = [&](double a, double b) { return std::abs(a - *wanted) < std::abs(b - *wanted); };
    if (wanted && !own.empty())
        readings.step = *std::min_element(readings.evaluations.begin(), readings.evaluations.end(), nearer);
    readings.all_evaluated = std::isfinite(readings.step) && common.contains(std::llround(readings.step));
    for (const ShownGroup& one : shown) {
        if (!one.reference || one.is_reference()) continue;
        Readings::Row row{one.group, {}, {}};
        for (const XAxis axis : plot::kXAxes) {
            const auto at = static_cast<std::size_t>(axis);
            const Group& reference = comparison.groups[*one.reference];
            const double x = study::position(comparison, reference, readings.step, axis);
            row.deltas[at] = study::difference_at(comparison, one.group, *one.reference, axis, x);
            if (row.deltas[at].interval.n == 0) continue;
            QStringList between{read_between(comparison, one.group, axis, x),
                                read_between(comparison, *one.reference, axis, x)};
            between.removeAll(QString());
            row.interpolated[at] = between.join(" ");
        }
        readings.rows.push_back(std::move(row));
    }
    if (references.size() == 1)
        for (const XAxis axis : plot::kXAxes)
            readings.at[static_cast<std::size_t>(axis)] =
                study::position(comparison, comparison.groups[*references.begin()], readings.step, axis);
    return readings;
}

// --- configuration

// The value at a dotted key, or null: a kind has no options of another.
const Json* value_at(const Json& config, const std::string& key) {
    const Json* value = &config;
    for (const std::string& part : split(key, '.')) {
        if (!value->is_object() || !value->contains(part)) return nullptr;
        value = &(*value)[part];
    }
    return value;
}

ConfigTable configuration_of(const Comparison& comparison, const std::vector<ShownGroup>& shown) {
    ConfigTable table;
    if (shown.empty()) return table;
    std::vector<std::string> keys;
    std::vector<Json> configs;
    const study::Group& first = comparison.groups[shown.front().group];
    for (const ShownGroup& one : shown) {
        const study::Group& group = comparison.groups[one.group];
        configs.push_back(run::known_config(group.config, group.known));
        for (const ConfigDifference& difference :
             run::known_difference(first.config, first.known, group.config, group.known))
            if (std::find(keys.begin(), keys.end(), difference.key) == keys.end()) keys.push_back(difference.key);
    }
    for (const std::string& key : keys) {
        ConfigTable::Row row{key, QString::fromStdString(label_of(key)), {}, {}};
        for (std::size_t i = 0; i < shown.size(); ++i) {
            const bool known = comparison.groups[shown[i].group].known.has(key);
            const bool used = known && is_option_in_use(configs[i], key);
            const Json* value = used ? value_at(configs[i], key) : nullptr;
            row.values.push_back(!known  ? QString("not known")
                                 : value ? QString::fromStdString(value_in_words(key, *value))
                                         : QString("–"));
            row.differs.push_back(known && first.known.has(key) && row.values.back() != row.values.front());
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

bool same_groups(const CompareChoices& a, const CompareChoices& b) {
    return a.reference == b.reference && a.best_points == b.best_points;
}
bool same_curves(const CompareChoices& a, const CompareChoices& b) {
    return a.best_points == b.best_points && a.metric == b.metric && a.x_axis == b.x_axis && a.smoothing == b.smoothing;
}

}  // namespace

CompareScenePtr make_scene(const ComparisonPtr& comparison, const CompareChoices& choices,
                           const CompareScenePtr& before) {
    const bool known = before && before->comparison == comparison;
    auto scene = known ? std::make_shared<CompareScene>(*before) : std::make_shared<CompareScene>();
    const CompareChoices then = std::exchange(scene->choices, choices);
    scene->comparison = comparison;
    const bool groups_known = known && same_groups(then, choices);
    if (!groups_known) {
        scene->shown = shown_groups(*comparison, choices);
        scene->table.clear();
        for (const ShownGroup& one : scene->shown) scene->table.push_back(compare_row(*comparison, one));
        scene->configuration = configuration_of(*comparison, scene->shown);
        scene->grids =
            grid_scenes(*comparison, [&](std::size_t group) { return reference_of(*comparison, group, choices); });
        std::vector<std::size_t> groups;
        for (const ShownGroup& one : scene->shown) groups.push_back(one.group);
        scene->pairs = pairs_scene(*comparison, groups);
    }
    if (!known) scene->answer = answer_scene(*comparison);
    if (!known || !same_curves(then, choices)) {
        const DrawnSeries drawn(*comparison, choices);
        scene->curves.clear();
        for (const ShownGroup& one : scene->shown)
            scene->curves.push_back(group_curves(*comparison, one.group, drawn, choices.x_axis));
    }
    if (!groups_known || then.read_step != choices.read_step)
        scene->readings = readings_of(*comparison, scene->shown, choices.read_step);
    return scene;
}

std::vector<std::pair<QString, Reference>> references_of(const Comparison& comparison) {
    std::vector<std::pair<QString, Reference>> references;
    std::set<std::string> seen;
    for (const Group& group : comparison.groups) {
        const std::string variant = group.is_baseline ? "" : group.variant;
        if (seen.insert(variant).second)
            references.emplace_back(QString::fromStdString(study::plain_label(group)), Reference{variant, {}});
    }
    if (!comparison.has_grid()) return references;
    for (const Group& group : comparison.groups)
        references.emplace_back(QString::fromStdString(study::display_name(group)), Reference{{}, group.config_hash});
    return references;
}

}  // namespace ablate::ui
