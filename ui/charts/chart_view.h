#pragma once
#include "core/plot/scale.h"

#include <QColor>
#include <QString>
#include <QWidget>
#include <limits>
#include <memory>
#include <vector>

// Charts, painted by one piece of code for the screen, SVG, PDF and PNG. Drag zooms in x (a tall drag in y too), the
// wheel zooms about the pointer, shift-drag pans, double-click or Home resets; arrows and +, - do the same by keyboard.
namespace ablate::ui {

using plot::Scale;

// One line. Points that do not ascend in x are drawn in their places and counted; values without a place on an axis are
// marked at its edge and counted. The arrays are shared, never copied.
struct Curve {
    QString id;     // highlights the same run in every chart
    QString label;  // at the line's end
    std::shared_ptr<const std::vector<double>> x, y;
    QColor color;
    Qt::PenStyle dash = Qt::SolidLine;
    bool faint = false;  // a seed behind its mean, a raw curve behind the smoothed one
    bool line_end_label = true;
    std::vector<std::pair<double, QString>> flags;         // x and text: "collapsed: loss is NaN"
    std::vector<std::pair<double, QString>> marks;         // spikes and the like: a small amber triangle on the line
    std::shared_ptr<const std::vector<double>> low, high;  // a band around y, or null
};

struct PlotAxes {
    QString x_title, y_title;  // quantity and unit
    Scale x = Scale::linear, y = Scale::linear;
    bool y_title_on_screen = true;  // false where a header above the chart says it; files always have it
    // Where y ends unless it is zoomed: what is above would flatten all else. Infinite: nowhere.
    double y_limit = std::numeric_limits<double>::infinity();
};

class ChartView : public QWidget {
    Q_OBJECT
  public:
    explicit ChartView(QWidget* parent = nullptr);
    ~ChartView() override;

    void set_axes(const PlotAxes& axes);
    void set_curves(std::vector<Curve> curves);  // one repaint; a zoomed view keeps its range
    void set_smoothing(double weight);      // TensorBoard's debiased EMA, 0 to 0.999; the raw curve stays faint beneath
    void set_highlight(const QString& id);  // "" for none
    void set_crosshair(double x);           // NaN hides it; from a linked chart
    void set_x_range(double low, double high);  // NaN, NaN: all
    bool zoomed() const;
    void set_empty_text(const QString& text);

    enum class Format { svg, pdf, png };
    void save(const QString& file, Format format) const;  // throws InputError / ResourceError
    void copy_to_clipboard() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void x_range_changed(double low, double high);  // by the user: drag, wheel, pan; NaN, NaN on double-click
    void hovered(double x, const QString& id);
    void hover_left();
    void clicked(const QString& id);  // the curve at the pointer, "" for none; a press that became no drag

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Bars with intervals: one per group, in the order given.
struct Bar {
    QString label;
    double value = 0;
    double half_width = 0;  // NaN or 0: none
    QColor color;
    bool collapsed = false;  // hatched red, no bar
};
class BarView : public QWidget {
    Q_OBJECT
  public:
    explicit BarView(QWidget* parent = nullptr);
    ~BarView() override;
    void set_bars(std::vector<Bar> bars, const QString& y_title);
    void set_empty_text(const QString& text);
    void save(const QString& file, ChartView::Format format) const;
    QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// Site by step, colored by the logarithm of the value, a column as wide as its step is far from its neighbors. What is
// infinite or beyond 1e300 is red; what is 0 or less has no logarithm and is drawn in the color of text. Each is
// counted, also in the accessible description.
class HeatMapView : public QWidget {
    Q_OBJECT
  public:
    explicit HeatMapView(QWidget* parent = nullptr);
    ~HeatMapView() override;
    // values[site][step]; NaN: not measured; infinite: measured and not finite. Steps ascend.
    void set_values(std::vector<QString> sites, std::vector<double> steps, std::vector<std::vector<double>> values,
                    const QString& title);
    void set_empty_text(const QString& text);
    void save(const QString& file, ChartView::Format format) const;
    QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ablate::ui
