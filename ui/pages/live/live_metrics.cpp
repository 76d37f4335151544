#include "ui/pages/live/live_metrics.h"

#include "core/base/text.h"
#include "core/compare/reading.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ablate::ui {

using plot::XAxis;

namespace {

MetricCurvePtr validation(const RunCurves& curves, const std::string& field) {
    const std::vector<std::string> sets = run::evaluation_sets(curves.events);
    if (sets.empty()) return nullptr;
    RunCurves read;
    read.add(field, run::evaluations(curves.events, sets.front(), field));
    return read.series.at(field);
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

const run::Metric& live_metric(int index) { return run::metric(run::kLiveMetrics.at(static_cast<std::size_t>(index))); }

int live_index(run::MetricId id) {
    const auto found = std::find(run::kLiveMetrics.begin(), run::kLiveMetrics.end(), id);
    return static_cast<int>(found - run::kLiveMetrics.begin());
}

MetricCurvePtr series_of(const run::Metric& metric, const RunCurves& curves) {
    if (metric.is_evaluation()) return validation(curves, metric.field);
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

std::optional<Curve> CurveMaker::make(const run::Metric& metric, const run::ListedRun& run,
                                      const RunCurvesPtr& curves) {
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
