#pragma once
#include "ui/pages/live/live_metrics.h"
#include "ui/pages/live/live_run_model.h"

#include <map>

namespace ablate::ui {

enum class Grouping { variants, runs };  // mean and band over the seeds of a variant, or each run by itself

// What happened to a run, as the charts mark it on their x axis: numbered from the left.
struct RunFlag {
    int number = 0;
    double x = 0;
    QString run;    // its id
    QString words;  // "loss is NaN at step 23"
};

// The curves of Live's charts, from the runs that the model draws. Means are kept until what they are of changes.
class LiveCurves {
  public:
    explicit LiveCurves(const LiveRunModel* model) : model_(model) {}
    void set_workspace(const Workspace* workspace);
    void set_grouping(Grouping grouping);
    void set_x_axis(plot::XAxis axis);
    Grouping grouping() const { return grouping_; }
    plot::XAxis x_axis() const { return maker_.x_axis(); }
    void forget_all_but(const QStringList& ids);

    // Seeds first, faint behind their mean. A run that collapsed is drawn alone and not averaged, and so is the older
    // of two runs of one seed. A mean ends where the first of its seeds ends.
    std::vector<Curve> of(const LiveMetric& metric, bool end_labels);
    std::vector<RunFlag> flags();
    // The curve that stands for a run: that of its variant's mean where it is averaged.
    QString curve_of(const QString& run) const;
    // The runs of a curve: of its variant where it is averaged.
    QStringList runs_beside(const QString& run) const;

  private:
    using Values = std::shared_ptr<const std::vector<double>>;
    struct Mean {
        std::vector<std::pair<Values, Values>> of;
        Values x, mean, low, high;
        std::int64_t seeds = 0;
    };
    struct Drawn {
        Curve curve;
        QString run;
    };
    std::map<QString, QStringList> averaged() const;  // at least two runs each, by the id of the first
    std::vector<Drawn> draw_runs(const LiveMetric& metric);
    void add_flags(Curve& curve, const run::ListedRun& run, const RunCurves& curves) const;
    const Mean& mean_of(const QString& metric, const QString& group, std::vector<std::pair<Values, Values>> seeds);

    const LiveRunModel* model_;
    const Workspace* workspace_ = nullptr;
    Grouping grouping_ = Grouping::variants;
    CurveMaker maker_;
    std::map<std::pair<QString, QString>, Mean> means_;  // by metric and group
};

// Whether a run has gone wrong so far that it is no seed to average: it collapsed, or is not finite while it trains.
bool is_collapsed(const run::ListedRun& run, const RunCurves* curves);

}  // namespace ablate::ui
