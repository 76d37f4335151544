#pragma once
#include "ui/charts/chart_view.h"
#include "ui/pages/live/live_run_model.h"

class QComboBox;
class QToolButton;

namespace ablate::ui {

class Workspace;

// The depth heat map of one run, folded until asked for: a site by step, colored by activation RMS or gradient norm.
class DepthPanel : public QWidget {
    Q_OBJECT
  public:
    explicit DepthPanel(QWidget* parent = nullptr);
    void set_runs(const LiveRunModel& model, const Workspace* workspace);  // what can be chosen; redraws
    void show_run(const QString& id);                                      // chosen in the list of runs
    void unfold(bool open);

  private:
    void draw();
    QToolButton* fold_;
    QWidget* controls_;
    QComboBox* run_;
    QComboBox* statistic_;
    HeatMapView* map_;
    const Workspace* workspace_ = nullptr;
};

// Values of all series "PREFIX/SITE": sites in the order of the forward pass, steps ascending, NaN where not measured.
struct DepthValues {
    std::vector<QString> sites;
    std::vector<double> steps;
    std::vector<std::vector<double>> values;
};
DepthValues depth_values(const RunCurves& curves, const std::string& prefix);

}  // namespace ablate::ui
