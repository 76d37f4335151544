#include "ui/pages/live/live_metrics.h"

#include "core/base/natural_order.h"
#include "core/base/text.h"
#include "core/compare/curves.h"
#include "core/train/site_statistics.h"
#include "ui/bridge/text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace ablate::ui {

using plot::XAxis;

namespace {

constexpr auto kOfTag = "tag:", kOfSet = "set:";  // how the keys of other metrics begin

MetricCurvePtr evaluation(const RunCurves& curves, const std::string& set, const std::string& field) {
    const std::vector<std::string> sets = run::evaluation_sets(curves.events);
    if (sets.empty()) return nullptr;
    RunCurves read;
    read.add(field, run::evaluations(curves.events, set.empty() ? sets.front() : set, field));
    return read.series.at(field);
}

LiveMetric named(const QString& key, const QString& title) {
    LiveMetric metric(run::metric(run::MetricId::train_loss));
    metric.key = key;
    metric.title = metric.axis_title = metric.in_sentence = title;
    metric.log_scale = metric.shows_events = false;
    metric.smoothing = 0;
    metric.tag.clear();
    return metric;
}

// One series of the dense log.
LiveMetric of_tag(const std::string& tag) {
    QString title = text(tag);
    for (const train::SiteStatistic& statistic : {train::kActivationRms, train::kBlockGradNorm})
        if (tag.starts_with(statistic.prefix))
            title = QString("%1: %2").arg(statistic.title, text(tag.substr(std::string(statistic.prefix).size())));
    LiveMetric metric = named(kOfTag + text(tag), title);
    metric.tag = tag;
    metric.log_scale = tag.starts_with(train::kBlockGradNorm.prefix);
    return metric;
}

LiveMetric of_set(const run::Metric& evaluated, const std::string& set) {
    LiveMetric metric(evaluated);
    metric.key = QString("%1%2:%3").arg(kOfSet, evaluated.key, text(set));
    metric.set = set;
    for (QString* words : {&metric.title, &metric.axis_title, &metric.in_sentence}) *words += ": " + text(set);
    return metric;
}

// Tags that the table has, evaluations (read from events.jsonl) and the range around an imported mean.
bool is_shown_otherwise(const std::string& tag) {
    return tag.starts_with("eval/") || tag.ends_with(run::kLowestOf) || tag.ends_with(run::kHighestOf) ||
           std::any_of(run::kLiveMetrics.begin(), run::kLiveMetrics.end(),
                       [&](run::MetricId id) { return tag == run::metric(id).tag; });
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

LiveMetric::LiveMetric(const run::Metric& metric)
    : key(metric.key),
      title(metric.title),
      axis_title(text(run::axis_title(metric))),
      in_sentence(text(run::in_sentence(metric))),
      tag(metric.tag),
      field(metric.field),
      log_scale(metric.log_scale),
      shows_events(metric.shows_events),
      smoothing(metric.smoothing.live) {}

std::vector<LiveMetric> live_metrics(const std::vector<RunCurvesPtr>& runs) {
    std::vector<LiveMetric> metrics;
    for (const run::MetricId id : run::kLiveMetrics) metrics.emplace_back(run::metric(id));
    std::set<std::string> sets, tags;
    for (const RunCurvesPtr& curves : runs) {
        if (!curves) continue;
        for (const std::string& set : run::evaluation_sets(curves->events)) sets.insert(set);
        for (const auto& [tag, series] : curves->series)
            if (!is_shown_otherwise(tag)) tags.insert(tag);
    }
    const auto add_sorted = [&](std::vector<LiveMetric> more) {
        std::stable_sort(more.begin(), more.end(), [](const LiveMetric& a, const LiveMetric& b) {
            return natural_less(a.title.toStdString(), b.title.toStdString());
        });
        metrics.insert(metrics.end(), more.begin(), more.end());
    };
    std::vector<LiveMetric> of_sets, of_tags;
    for (const std::string& set : sets) {
        if (sets.size() < 2) break;
        for (const run::MetricId id : {run::MetricId::val_loss, run::MetricId::val_bpb})
            of_sets.push_back(of_set(run::metric(id), set));
    }
    for (const std::string& tag : tags) of_tags.push_back(of_tag(tag));
    add_sorted(std::move(of_sets));
    add_sorted(std::move(of_tags));
    return metrics;
}

std::optional<LiveMetric> live_metric_of(const QString& key) {
    for (const run::MetricId id : run::kLiveMetrics)
        if (key == run::metric(id).key) return LiveMetric(run::metric(id));
    if (key.startsWith(kOfTag)) return of_tag(key.mid(QString(kOfTag).size()).toStdString());
    for (const run::MetricId id : {run::MetricId::val_loss, run::MetricId::val_bpb}) {
        const QString begin = QString("%1%2:").arg(kOfSet, run::metric(id).key);
        if (key.startsWith(begin)) return of_set(run::metric(id), key.mid(begin.size()).toStdString());
    }
    return std::nullopt;
}

MetricCurvePtr series_of(const LiveMetric& metric, const RunCurves& curves) {
    if (!metric.field.empty()) return evaluation(curves, metric.set, metric.field);
    const auto found = curves.series.find(metric.tag);
    return found == curves.series.end() ? nullptr : found->second;
}

XAxisText text_of(XAxis axis) {
    switch (axis) {
        case XAxis::steps:
            return {"Steps", "Step"};
        case XAxis::tokens:
            return {"Tokens", "Tokens"};
        case XAxis::seconds:
            return {"Wall time", "Wall time since the start, with pauses (s)"};
        case XAxis::flops:
            return {"FLOPs", "Training FLOPs"};
    }
    throw std::logic_error("an x axis without a name");
}

WallClock::WallClock(const RunCurves& curves) {
    const MetricCurve* longest = nullptr;
    for (const auto& [tag, series] : curves.series) {
        for (const double time : series->axis->wall_time)
            if (std::isfinite(time)) {
                start_ = std::isfinite(start_) ? std::min(start_, time) : time;
                break;
            }
        if (!longest || series->axis->step.size() > longest->axis->step.size()) longest = series.get();
    }
    if (!longest) return;
    const LogAxis& axis = *longest->axis;
    double before = kNaN, back = 0;
    for (std::size_t i = 0; i < axis.wall_time.size() && i < axis.step.size(); ++i) {
        const double time = axis.wall_time[i];
        if (!std::isfinite(time)) continue;
        if (time < before) {
            back += before - time;
            set_back_.emplace_back(axis.step[i], back);
        }
        before = time;
    }
    // What was logged before the clock was set back counts from the first line, not from the earliest time.
    if (!set_back_.empty() && std::isfinite(axis.wall_time.front())) start_ = axis.wall_time.front();
}

std::vector<double> WallClock::elapsed(const LogAxis& axis) const {
    std::vector<double> elapsed;
    elapsed.reserve(axis.step.size());
    double latest = 0;
    for (std::size_t i = 0; i < axis.step.size(); ++i) {
        const double time = i < axis.wall_time.size() ? axis.wall_time[i] : kNaN;
        if (!std::isfinite(time)) {
            elapsed.push_back(kNaN);
            continue;
        }
        const auto later = std::upper_bound(set_back_.begin(), set_back_.end(), axis.step[i],
                                            [](std::int64_t step, const auto& entry) { return step < entry.first; });
        const double back = later == set_back_.begin() ? 0 : std::prev(later)->second;
        latest = std::max(latest, time - start_ + back);
        elapsed.push_back(latest);
    }
    return elapsed;
}

void CurveMaker::set_x_axis(XAxis axis) {
    x_axis_ = axis;
    kept_.clear();
}

void CurveMaker::forget_all_but(const QStringList& ids) {
    std::erase_if(kept_, [&](const auto& entry) { return !ids.contains(entry.first); });
}

CurveMaker::Values CurveMaker::x_of(const LogAxis& axis, const run::ListedRun& run, Kept& kept) const {
    if (const auto known = kept.x.find(&axis); known != kept.x.end()) return known->second;
    auto x = std::make_shared<std::vector<double>>();
    x->reserve(axis.step.size());
    if (x_axis_ == XAxis::seconds) {
        *x = kept.clock.elapsed(axis);
    } else {
        const double each = study::per_step(run.info, x_axis_);
        for (const std::int64_t step : axis.step) x->push_back(static_cast<double>(step) * each);
    }
    kept.x[&axis] = x;
    return x;
}

std::optional<Curve> CurveMaker::make(const LiveMetric& metric, const run::ListedRun& run, const RunCurvesPtr& curves) {
    Kept& kept = kept_[curves->id];
    if (kept.curves != curves) kept = {curves, WallClock(*curves), {}, {}};
    auto& series = kept.series[metric.key];
    if (!series) series = series_of(metric, *curves);
    if (!series || series->value.empty()) return std::nullopt;
    Curve curve;
    curve.id = curves->id;
    curve.x = x_of(*series->axis, run, kept);
    // An imported log need not tell.
    const auto known = [](double x) { return !std::isnan(x); };
    if (std::none_of(curve.x->begin(), curve.x->end(), known)) return std::nullopt;
    curve.y = {series, &series->value};  // shares the series' ownership
    return curve;
}

double CurveMaker::position(std::int64_t step, const run::ListedRun& run, const RunCurves& curves) const {
    if (x_axis_ != XAxis::seconds) return static_cast<double>(step) * study::per_step(run.info, x_axis_);
    const auto found = curves.series.find(run::kTrainLoss);
    if (found == curves.series.end() || found->second->axis->step.empty()) return 0;
    const LogAxis& axis = *found->second->axis;
    const auto at = std::lower_bound(axis.step.begin(), axis.step.end(), step) - axis.step.begin();
    const auto last = static_cast<std::ptrdiff_t>(axis.step.size()) - 1;
    const auto place = static_cast<std::size_t>(std::min(at, last));
    const auto kept = kept_.find(curves.id);
    if (kept != kept_.end() && kept->second.curves.get() == &curves)
        if (const auto known = kept->second.x.find(&axis); known != kept->second.x.end())
            return (*known->second)[place];
    return WallClock(curves).elapsed(axis)[place];
}

std::optional<std::pair<std::int64_t, QString>> first_non_finite(const RunCurves& curves) {
    // What came before values were finite again is no collapse.
    const auto begin = std::find_if(curves.events.rbegin(), curves.events.rend(), [](const train::Event& event) {
        return std::holds_alternative<train::FiniteAgainEvent>(event.what);
    });
    for (auto at = begin.base(); at != curves.events.end(); ++at) {
        const auto* found = std::get_if<train::NonFiniteEvent>(&at->what);
        if (!found) continue;
        QString told = QString("not finite at step %1").arg(at->step);
        if (found->tensor && !found->tensor->empty()) told += ", first in " + QString::fromStdString(*found->tensor);
        if (found->largest_gradient)
            told +=
                ": the gradient norm overflowed, largest in " + QString::fromStdString(found->largest_gradient->block);
        return std::pair{at->step, told};
    }
    return std::nullopt;
}

std::vector<std::pair<std::int64_t, QString>> spikes(const RunCurves& curves) {
    std::vector<std::pair<std::int64_t, QString>> found;
    for (const train::Event& event : curves.events) {
        const auto* spike = std::get_if<train::SpikeEvent>(&event.what);
        if (!spike) continue;
        QString told = "spike";
        if (spike->of) told += " of " + QString::fromStdString(*spike->of);
        if (spike->value) told += " to " + QString::fromStdString(significant(*spike->value));
        found.emplace_back(event.step, told);
    }
    return found;
}

}  // namespace ablate::ui
