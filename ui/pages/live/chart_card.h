#pragma once
#include "ui/charts/chart_view.h"
#include "ui/pages/live/live_metrics.h"

#include <QFrame>

class QAction;
class QComboBox;
class QToolButton;

namespace ablate::ui {

// One of Live's charts: which metric, logarithmic or not, and a menu: make it the large one, save its values, remove
// it.
class ChartCard : public QFrame {
    Q_OBJECT
  public:
    ChartCard(bool hero, QWidget* parent = nullptr);
    ChartView& plot() { return *plot_; }
    bool hero() const { return hero_; }
    // What can be chosen; the present metric stays, also where it is none of these.
    void set_choices(const std::vector<LiveMetric>& choices);
    const LiveMetric& metric() const { return metric_; }
    void set_metric(const LiveMetric& metric);  // logarithmic where the metric begins so
    bool logarithmic() const;
    void set_logarithmic(bool logarithmic);
    void set_removable(bool removable);
    bool includes_outliers() const { return outliers_; }  // the y axis goes up to the highest value

  Q_SIGNALS:
    void metric_chosen(const QString& before);  // by the user; the key of the metric it replaces
    void enlarge();
    void remove();
    void scale_changed();  // logarithmic, or with the outliers

  private:
    void fill();
    void save_csv();
    bool hero_, outliers_ = false;
    LiveMetric metric_;
    std::vector<LiveMetric> choices_;
    ChartView* plot_;
    QComboBox* choice_;
    QToolButton* log_;
    QAction* remove_ = nullptr;
};

}  // namespace ablate::ui
