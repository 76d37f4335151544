#pragma once
#include "ui/charts/chart_view.h"
#include "ui/pages/live/live_metrics.h"

#include <QFrame>

class QComboBox;
class QToolButton;

namespace ablate::ui {

// One of Live's charts: which metric, logarithmic or not, and, on a small one, the button that makes it the large one.
class ChartCard : public QFrame {
    Q_OBJECT
  public:
    ChartCard(bool hero, QWidget* parent = nullptr);
    ChartView& plot() { return *plot_; }
    bool hero() const { return hero_; }
    int metric() const;  // index into run::kLiveMetrics
    void set_metric(int metric);
    bool logarithmic() const;
    void set_logarithmic(bool logarithmic);

  Q_SIGNALS:
    void metric_chosen(int before, int metric);  // by the user
    void enlarge();
    void scale_changed();

  private:
    bool hero_;
    int metric_ = 0;
    ChartView* plot_;
    QComboBox* choice_;
    QToolButton* log_;
};

}  // namespace ablate::ui
