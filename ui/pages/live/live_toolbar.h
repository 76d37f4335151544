#pragma once
#include "core/plot/x_axis.h"
#include "ui/pages/live/live_curves.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSlider;

namespace ablate::ui {

// What all charts of Live share: the x axis, the grouping, the smoothing. Kept for every workspace by the application's
// settings. Beneath it, the grid of the runs drawn: each key once, with its values and their lightness.
class LiveToolbar : public QWidget {
    Q_OBJECT
  public:
    explicit LiveToolbar(QWidget* parent = nullptr);  // as it was kept
    plot::XAxis x_axis() const;
    bool logarithmic_x() const;
    Grouping grouping() const;
    double smoothing() const;
    void set_can_add(bool can_add);
    void show_grid(const std::vector<GridKey>& grid);

  Q_SIGNALS:
    void changed();            // the axis or the grouping
    void smoothing_changed();  // as often as the slider moves
    void add_chart();

  private:
    QWidget* build_smoothing();
    void restore();
    void keep() const;

    QComboBox *x_axis_ = nullptr, *grouping_ = nullptr;
    QCheckBox* log_x_ = nullptr;
    QSlider* slider_ = nullptr;
    QDoubleSpinBox* typed_ = nullptr;
    QPushButton* add_ = nullptr;
    QLabel* grid_ = nullptr;
};

}  // namespace ablate::ui
