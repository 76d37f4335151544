#pragma once
#include "ui/charts/chart_view.h"

namespace ablate::ui {

// Bars with intervals: one per group, in the order given.
struct Bar {
    QString label;
    double value = 0;
    double half_width = 0;  // NaN or 0: none
    QColor color;
    bool collapsed = false;  // hatched red, no bar
};

class BarView : public BaseChart {
    Q_OBJECT
  public:
    explicit BarView(QWidget* parent = nullptr);
    ~BarView() override;
    void set_bars(std::vector<Bar> bars, const QString& y_title);

  protected:
    void fill(ChartScene& scene, const QRectF& area, const ChartStyle& style) const override;
    bool empty() const override;
    QString title() const override;
    void mouseMoveEvent(QMouseEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ablate::ui
