#pragma once
#include "ui/pages/compare/compare_scene.h"

#include <QWidget>
#include <functional>
#include <map>

class QComboBox;
class QCheckBox;
class QLabel;
class QSlider;
class QTableView;

namespace ablate::ui {

class CellsModel;
class ChartView;
class ForestView;
class StepBox;
struct Curve;
struct PlotAxes;

// Color index of a run of the comparison, as Workspace::color_index.
using ColorOf = std::function<int(std::size_t run)>;

// The charts below the table: curves with the seeds behind their mean, the differences as a forest plot, and the
// differences read at one point along every axis.
class CurvesPanel : public QWidget {
    Q_OBJECT
  public:
    explicit CurvesPanel(QWidget* parent = nullptr);
    // `visible`: groups the table shows, by configuration hash.
    void show_scene(const CompareScenePtr& scene, const ColorOf& color_of, const QStringList& visible);
    // What its runs can be drawn by: the menus name what there is and disable what there is not.
    void set_comparison(const study::Comparison& comparison);
    void highlight(const QString& group);  // by configuration hash; "" for none
    void set_empty_text(const QString& text);
    CompareChoices with_choices(CompareChoices choices) const;  // what is chosen here
    QVariantMap save_state() const;
    void restore_state(const QVariantMap& state);

  Q_SIGNALS:
    void choices_changed();
    void group_hovered(const QString& group);  // "" when it was left
    void group_clicked(const QString& group);  // "" beside all curves

  private:
    QWidget* build_toolbar();
    QWidget* build_readings();
    void draw_curves(const CompareScene& scene, const ColorOf& color_of, const QStringList& visible);
    void draw_forest(const CompareScene& scene, const ColorOf& color_of, const QStringList& visible);
    void show_readings(const CompareScene& scene, const QStringList& visible);
    void show_step(const Readings& readings, bool any_between);
    void read_at(double step);

    void show_metric();
    void show_x_axis();

    QComboBox* metric_;
    QComboBox* x_axis_;
    // What was chosen, also while the runs shown do not have it.
    run::MetricId wanted_metric_ = run::kCompareMetrics.front();
    plot::XAxis wanted_x_axis_ = plot::XAxis::steps;
    QCheckBox* log_x_;
    QCheckBox* log_y_;
    QCheckBox* band_;
    QWidget* smoothing_box_;
    QSlider* smoothing_;
    QLabel* smoothing_value_;
    ChartView* plot_;
    bool outliers_ = false;  // the y axis goes up to the highest value
    ForestView* forest_;
    std::map<QString, QString> forest_keys_;  // label -> group, by configuration hash
    StepBox* step_;
    QSlider* step_slider_;
    CellsModel* readings_;
    QTableView* table_;
    QLabel* no_readings_;
    QLabel* interpolated_;             // says which columns are read between evaluations
    std::vector<double> evaluations_;  // the steps to choose from
    std::optional<double> read_step_;  // chosen by somebody
    QString empty_text_;
};

}  // namespace ablate::ui
