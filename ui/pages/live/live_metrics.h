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

// What a chart of Live can show: a metric of the table, or a series that only some runs have, such as the activation
// RMS of a site or the loss on one of several validation sets.
struct LiveMetric {
    LiveMetric(const run::Metric& metric);  // NOLINT(google-explicit-constructor)
    QString key;                            // in the settings of the window
    QString title, axis_title, in_sentence;
    std::string tag;         // in the dense log; "" for an evaluation
    std::string set, field;  // of an evaluation; set "": the first one evaluated
    bool log_scale = false;  // until somebody chooses otherwise
    bool shows_events = false;
    double smoothing = 0;  // 0: drawn as it is
    bool operator==(const LiveMetric& other) const { return key == other.key; }
};
// All of run::kLiveMetrics, then what `runs` have besides: validation sets by name where there are several, then the
// statistics of sites and other series of their logs, numbers in names by value.
std::vector<LiveMetric> live_metrics(const std::vector<RunCurvesPtr>& runs);
// From the key under which it was kept; none where no metric has it.
std::optional<LiveMetric> live_metric_of(const QString& key);
// The series of a metric; an evaluation is read in full precision from events.jsonl. Null when there is none.
MetricCurvePtr series_of(const LiveMetric& metric, const RunCurves& curves);

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
    std::optional<Curve> make(const LiveMetric& metric, const run::ListedRun& run, const RunCurvesPtr& curves);
    // The x of a training step.
    double position(std::int64_t step, const run::ListedRun& run, const RunCurves& curves) const;
    void forget_all_but(const QStringList& ids);

  private:
    using Values = std::shared_ptr<const std::vector<double>>;
    struct Kept {
        RunCurvesPtr curves;
        WallClock clock;
        std::map<QString, MetricCurvePtr> series;  // by key of the metric
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
