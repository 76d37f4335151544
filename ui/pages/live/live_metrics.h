#pragma once
#include "core/plot/x_axis.h"
#include "core/run/metric_table.h"
#include "ui/bridge/curves.h"
#include "ui/charts/chart_view.h"

#include <limits>
#include <map>
#include <optional>
#include <vector>

// What Live can draw, and over which x axis.
namespace ablate::ui {

// The metric at an index of run::kLiveMetrics, which is its index in the lists of the charts, and the way back.
const run::Metric& live_metric(int index);
int live_index(run::MetricId id);
// The series of a metric; validation is that of the first set evaluated, in full precision from events.jsonl. Null when
// there is none.
MetricCurvePtr series_of(const run::Metric& metric, const RunCurves& curves);

struct XAxisText {
    const char* choice;  // in the list
    const char* title;   // of the axis
};
XAxisText text_of(plot::XAxis axis);

// Wall time since a run's first line, pauses included. Where the clock was set back, or another machine's is behind,
// time goes on from where it was: the run did not train before it began.
class WallClock {
  public:
    WallClock() = default;
    explicit WallClock(const RunCurves& curves);
    std::vector<double> elapsed(const LogAxis& axis) const;  // ascends; NaN where a line has no time

  private:
    double start_ = std::numeric_limits<double>::quiet_NaN();
    std::vector<std::pair<std::int64_t, double>> set_back_;  // ascending: from a step on, by so many seconds in all
};

// Makes curves of metrics. Those logged together share one array of x.
class CurveMaker {
  public:
    void set_x_axis(plot::XAxis axis);
    plot::XAxis x_axis() const { return x_axis_; }
    // x and y of a metric of a run, without label and color; nothing where the run has no such series.
    std::optional<Curve> make(const run::Metric& metric, const run::ListedRun& run, const RunCurvesPtr& curves);
    // The x of a training step.
    double position(std::int64_t step, const run::ListedRun& run, const RunCurves& curves) const;
    void forget_all_but(const QStringList& ids);

  private:
    using Values = std::shared_ptr<const std::vector<double>>;
    struct Kept {
        RunCurvesPtr curves;
        WallClock clock;
        std::map<std::string, MetricCurvePtr> series;  // by metric
        std::map<const LogAxis*, Values> x;
    };
    Values x_of(const LogAxis& axis, const run::ListedRun& run, Kept& kept) const;

    plot::XAxis x_axis_ = plot::XAxis::steps;
    std::map<QString, Kept> kept_;
};

// Where a run turned non-finite while it trains: its first such event since values were last finite again, as one line;
// nothing when there is none.
std::optional<std::pair<std::int64_t, QString>> first_non_finite(const RunCurves& curves);
// Steps and words of the spikes.
std::vector<std::pair<std::int64_t, QString>> spikes(const RunCurves& curves);

}  // namespace ablate::ui
