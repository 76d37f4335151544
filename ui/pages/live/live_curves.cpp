#include "ui/pages/live/live_curves.h"

#include "core/statistics/mean_curve.h"
#include "ui/bridge/text.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace ablate::ui {
namespace {

using Values = std::shared_ptr<const std::vector<double>>;

// Points with a known x, in its order, as a mean takes them; the arrays themselves where they are so already.
std::pair<Values, Values> in_order(const Values& x, const Values& y) {
    const auto finite = [](double at) { return std::isfinite(at); };
    if (std::all_of(x->begin(), x->end(), finite) && std::is_sorted(x->begin(), x->end())) return {x, y};
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i < x->size() && i < y->size(); ++i)
        if (finite((*x)[i])) points.emplace_back((*x)[i], (*y)[i]);
    std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    auto sorted_x = std::make_shared<std::vector<double>>(), sorted_y = std::make_shared<std::vector<double>>();
    for (const auto& [at, value] : points) sorted_x->push_back(at), sorted_y->push_back(value);
    return {sorted_x, sorted_y};
}

Values shared(std::vector<double>&& values) { return std::make_shared<const std::vector<double>>(std::move(values)); }

// For a run that did not log a metric: its flags are on that chart as well, so that all charts number them alike.
Curve without_values(const QString& id) {
    Curve curve;
    curve.id = id;
    curve.x = curve.y = shared({});
    return curve;
}

}  // namespace

bool is_collapsed(const run::ListedRun& run, const RunCurves* curves) {
    const auto& verdict = run.state.verdict;
    if (run.status == run::Status::collapsed || (verdict && verdict->outcome == train::Outcome::collapsed)) return true;
    return curves && run.status == run::Status::running && first_non_finite(*curves);
}

void LiveCurves::set_workspace(const Workspace* workspace) {
    workspace_ = workspace;
    forget_all_but({});
}

void LiveCurves::set_grouping(Grouping grouping) {
    grouping_ = grouping;
    means_.clear();
}

void LiveCurves::set_x_axis(plot::XAxis axis) {
    maker_.set_x_axis(axis);
    means_.clear();
}

void LiveCurves::forget_all_but(const QStringList& ids) {
    maker_.forget_all_but(ids);
    means_.clear();
}

std::map<QString, QStringList> LiveCurves::averaged() const {
    std::map<QString, QStringList> groups;
    if (grouping_ == Grouping::runs || !workspace_) return groups;
    using Point = std::tuple<std::string, std::string, std::string, std::string>;
    std::map<Point, std::map<std::int64_t, QString>> seeds;  // of each seed the run created last
    for (const QString& id : model_->drawn()) {
        const run::ListedRun* run = model_->run(id);
        const RunCurvesPtr curves = workspace_->curves(id);
        if (!run || is_collapsed(*run, curves.get())) continue;
        const run::RunInfo& info = run->info;
        QString& known = seeds[{info.study, info.variant, info.grid_point, info.config_hash}][info.seed];
        const run::ListedRun* other = model_->run(known);
        if (!other || other->info.created <= info.created) known = id;
    }
    for (const auto& [point, of_seeds] : seeds) {
        if (of_seeds.size() < 2) continue;
        QStringList ids;
        for (const auto& [seed, id] : of_seeds) ids += id;
        groups[ids.front()] = ids;
    }
    return groups;
}

QString LiveCurves::curve_of(const QString& run) const {
    for (const auto& [id, runs] : averaged())
        if (runs.contains(run)) return id;
    return run;
}

QStringList LiveCurves::runs_beside(const QString& run) const {
    for (const auto& [id, runs] : averaged())
        if (runs.contains(run)) return runs;
    return {run};
}

std::vector<LiveCurves::Drawn> LiveCurves::draw_runs(const LiveMetric& metric) {
    std::vector<Drawn> drawn;
    if (!workspace_) return drawn;
    for (const QString& id : model_->drawn()) {
        const run::ListedRun* run = model_->run(id);
        const RunCurvesPtr curves = workspace_->curves(id);
        if (!run || !curves) continue;
        std::optional<Curve> curve = maker_.make(metric, *run, curves);
        if (!curve && metric.shows_events) curve = without_values(id);
        if (!curve) continue;
        curve->label = model_->name(id);
        curve->color = model_->color_of(id);
        curve->dash = model_->dash_of(id);
        if (metric.shows_events) add_flags(*curve, *run, *curves);
        if (curve->x->empty()) {
            curve->marks.clear();
            if (curve->flags.empty()) continue;
        }
        drawn.push_back({std::move(*curve), id});
    }
    return drawn;
}

std::vector<Curve> LiveCurves::of(const LiveMetric& metric, bool end_labels) {
    std::vector<Curve> seeds, means;
    const auto groups = averaged();
    std::map<QString, QString> group_of;
    for (const auto& [id, runs] : groups)
        for (const QString& run : runs) group_of[run] = id;
    std::map<QString, std::vector<std::pair<Values, Values>>> points;  // by group
    std::map<QString, Curve> first;
    for (Drawn& one : draw_runs(metric)) {
        const bool has_values = !one.curve.x->empty();
        one.curve.line_end_label = end_labels && has_values;
        const auto group = group_of.find(one.run);
        if (group == group_of.end()) {
            means.push_back(std::move(one.curve));
            continue;
        }
        one.curve.id = group->second;
        if (has_values) {
            points[group->second].emplace_back(one.curve.x, one.curve.y);
            first.try_emplace(group->second, one.curve);
        }
        seeds.push_back(std::move(one.curve));
    }
    for (Curve& seed : seeds) seed.faint = points[seed.id].size() > 1;
    for (auto& [group, of_seeds] : points) {
        if (of_seeds.size() < 2) continue;
        const std::size_t drawn = of_seeds.size();
        const Mean& mean = mean_of(metric.key, group, std::move(of_seeds));
        if (mean.x->empty()) continue;
        Curve curve = first.at(group);
        curve.label = model_->group_name(group);
        if (mean.seeds < static_cast<std::int64_t>(drawn))
            curve.label += QString(" (mean of %1 of %2 seeds)").arg(mean.seeds).arg(drawn);
        curve.dash = Qt::SolidLine;
        curve.flags.clear();
        curve.marks.clear();
        curve.x = mean.x;
        curve.y = mean.mean;
        if (!mean.low->empty()) curve.low = mean.low, curve.high = mean.high;
        means.push_back(std::move(curve));
    }
    seeds.insert(seeds.end(), std::make_move_iterator(means.begin()), std::make_move_iterator(means.end()));
    return seeds;
}

const LiveCurves::Mean& LiveCurves::mean_of(const QString& metric, const QString& group,
                                            std::vector<std::pair<Values, Values>> seeds) {
    Mean& kept = means_[{metric, group}];
    if (kept.x && kept.of == seeds) return kept;
    std::vector<std::pair<Values, Values>> sorted;
    std::vector<study::SeedPoints> points;
    for (const auto& [x, y] : seeds) sorted.push_back(in_order(x, y));
    for (const auto& [x, y] : sorted) points.push_back({*x, *y});
    study::MeanCurve mean = study::mean_curve(points);
    kept = {std::move(seeds),
            shared(std::move(mean.x)),
            shared(std::move(mean.mean)),
            shared(std::move(mean.low)),
            shared(std::move(mean.high)),
            mean.seeds};
    return kept;
}

void LiveCurves::add_flags(Curve& curve, const run::ListedRun& run, const RunCurves& curves) const {
    const auto& verdict = run.state.verdict;
    const auto flag = [&](std::int64_t step, const QString& words) {
        curve.flags.emplace_back(maker_.position(step, run, curves), curve.label + ": " + words);
    };
    if (verdict && verdict->outcome == train::Outcome::collapsed && verdict->step >= 0)
        flag(verdict->step, text(verdict->cause));
    else if (const auto bad = first_non_finite(curves))
        flag(bad->first, bad->second);
    const auto all = spikes(curves);
    for (const auto& [step, words] : all) curve.marks.emplace_back(maker_.position(step, run, curves), words);
    if (all.empty()) return;
    const QString first = QString("%1 at step %2").arg(all.front().second).arg(all.front().first);
    flag(all.front().first, all.size() == 1 ? first : QString("%1 spikes, first a %2").arg(all.size()).arg(first));
}

// As the charts number them, which take the curves in the order of `of`: seeds behind their means first.
std::vector<RunFlag> LiveCurves::flags() {
    std::vector<Drawn> drawn = draw_runs(run::metric(run::MetricId::train_loss));
    const auto groups = averaged();
    const auto alone = [&](const Drawn& one) {
        return std::none_of(groups.begin(), groups.end(),
                            [&](const auto& group) { return group.second.contains(one.run); });
    };
    std::stable_partition(drawn.begin(), drawn.end(), [&](const Drawn& one) { return !alone(one); });
    std::vector<RunFlag> flags;
    for (const Drawn& one : drawn)
        for (const auto& [x, words] : one.curve.flags)
            if (std::isfinite(x)) flags.push_back({0, x, one.run, words.mid(one.curve.label.size() + 2)});
    std::stable_sort(flags.begin(), flags.end(), [](const RunFlag& a, const RunFlag& b) { return a.x < b.x; });
    for (std::size_t i = 0; i < flags.size(); ++i) flags[i].number = static_cast<int>(i) + 1;
    return flags;
}

}  // namespace ablate::ui
