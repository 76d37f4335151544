#pragma once
#include "ui/charts/chart_view.h"

namespace ablate::ui {

// A variant over the values of a grid, such as its loss over the learning rate.
struct GridCurve {
    QString label;
    QColor color;
    std::vector<double> x, y, low, high;  // low and high empty or NaN: no band
    std::vector<double> collapsed_x;      // where every seed collapsed: a cross at the top
    std::vector<std::size_t> best;        // indices into x: ringed
};

// One curve a variant, each point measured, with labels at the ends of the lines.
class GridCurveView : public BaseChart {
    Q_OBJECT
  public:
    explicit GridCurveView(QWidget* parent = nullptr);
    ~GridCurveView() override;
    // Throws logic_error where arrays of a curve differ in length. Points without a place on an axis are left out and
    // counted in the accessible description.
    void set_curves(std::vector<GridCurve> curves, const QString& x_title, const QString& y_title, bool log_x);

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
