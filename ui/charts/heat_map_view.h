#pragma once
#include "ui/charts/chart_view.h"

namespace ablate::ui {

// Site by step, colored by the logarithm of the value, a column as wide as its step is far from its neighbors. What is
// infinite or beyond 1e300 is red; what is 0 or less has no logarithm and is drawn in the color of text. Each is
// counted, also in the accessible description.
class HeatMapView : public BaseChart {
    Q_OBJECT
  public:
    explicit HeatMapView(QWidget* parent = nullptr);
    ~HeatMapView() override;
    // values[site][step]; NaN: not measured; infinite: measured and not finite. Steps ascend.
    void set_values(std::vector<QString> sites, std::vector<double> steps, std::vector<std::vector<double>> values,
                    const QString& title);
    QSize sizeHint() const override;

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
