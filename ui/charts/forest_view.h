#pragma once
#include "ui/charts/chart_view.h"

namespace ablate::ui {

// A variant of a forest plot.
struct ForestRow {
    QString label;
    double value = 0, low = 0, high = 0;  // low and high NaN: no interval
    QColor color;
    bool baseline = false;   // set off in weight
    bool collapsed = false;  // says so instead of a value
    QString note = {};       // at the right: "n = 3"
};

// Differences with their intervals, one row a variant in the order given, names in full. The widget is as high as its
// rows need (sizeHint, minimumSizeHint).
class ForestView : public BaseChart {
    Q_OBJECT
  public:
    explicit ForestView(QWidget* parent = nullptr);
    ~ForestView() override;
    // `reference`: x of the vertical line; NaN for none.
    void set_rows(std::vector<ForestRow> rows, const QString& x_title, double reference);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void clicked(const QString& label);

  protected:
    void fill(ChartScene& scene, const QRectF& area, const ChartStyle& style) const override;
    bool empty() const override;
    QString title() const override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ablate::ui
