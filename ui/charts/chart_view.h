#pragma once
#include "core/plot/scale.h"

#include <QChartView>
#include <QColor>
#include <QString>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

// Charts: each is a scene of QtCharts with items of ours in it, for the screen, SVG, PDF and PNG. This header and its
// source are the only code that names QtCharts; other charts use it by the methods of ChartScene.
namespace ablate::ui {

using plot::Scale;
struct ChartStyle;

// What a chart puts into its scene, in pixels of the chart. Series are for charts of few points: QtCharts strokes each
// line once more for its hover shape.
class ChartScene {
  public:
    explicit ChartScene(QGraphicsScene& scene, QChart& chart);  // both outlive it
    ~ChartScene();

    struct Tick {
        double pixel;
        QString text;  // plain text, unlike any other of the axis; no label where empty
    };
    void clear(const QSizeF& size, const ChartStyle& style);  // an empty chart of that size: ground alone
    // The axes' labels and the line below the plot. All that is added later is drawn in this rectangle.
    void set_axes(const QRectF& plot, const std::vector<Tick>& x, const std::vector<Tick>& y, const ChartStyle& style);

    enum class Layer { grid, curves, marks };  // below the axes, and above the series
    void add_item(Layer layer, std::function<void(QPainter&)> paint);
    void add_line(const QList<QPointF>& points, const QPen& pen);  // a QLineSeries
    void add_points(const QList<QPointF>& points, const QColor& color, const QColor& edge, double size);
    void add_area(const QList<QPointF>& upper, const QList<QPointF>& lower, const QBrush& brush);  // a QAreaSeries

    void render(QPainter& painter, const QRectF& area);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// What every chart has: its scene, a kept picture of it that pointer and focus are painted over, files, the clipboard
// and the context menu.
class BaseChart : public QChartView {
    Q_OBJECT
  public:
    ~BaseChart() override;
    enum class Format { svg, pdf, png };
    void save(const QString& file, Format format) const;  // throws InputError / ResourceError
    void copy_to_clipboard() const;
    void set_empty_text(const QString& text);
    QSize sizeHint() const override;

  protected:
    explicit BaseChart(QWidget* parent);
    // Fills the scene for a chart of this area. A file has its own style.
    virtual void fill(ChartScene& scene, const QRectF& area, const ChartStyle& style) const = 0;
    virtual bool empty() const = 0;              // then the empty text is shown
    virtual QString title() const = 0;           // of a file
    virtual void paint_over(QPainter&) const {}  // the kept picture: crosshair and the like
    virtual void add_actions(QMenu&) {}          // above the entries that save and copy
    void redraw();                               // the scene has to be filled again
    void repaint_over();                         // what is above it has changed
    void fill_now();                             // before the next painting, for who needs to know where things are

    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void mousePressEvent(QMouseEvent*) override {}
    void mouseMoveEvent(QMouseEvent*) override {}
    void mouseReleaseEvent(QMouseEvent*) override {}
    void mouseDoubleClickEvent(QMouseEvent*) override {}
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

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
    std::vector<std::pair<double, QString>>
        flags;  // x and text, "collapsed: loss is NaN": numbered marks on the x axis
    std::vector<std::pair<double, QString>> marks;         // spikes and the like: a small amber triangle on the line
    std::shared_ptr<const std::vector<double>> low, high;  // a band around y, or null
};

struct PlotAxes {
    QString x_title, y_title;  // quantity and unit
    Scale x = Scale::linear, y = Scale::linear;
    bool y_title_on_screen = true;  // false where a header above the chart says it; files always have it
    // Where y ends unless it is zoomed: what is above would flatten all else. Infinite: nowhere.
    double y_limit = std::numeric_limits<double>::infinity();
    // The y axis ends at the robust range of what is shown (plot::robust_limit); what is above is cut off, marked and
    // counted. `include_outliers` shows all the same, whatever y_limit and robust_y say.
    bool robust_y = false, include_outliers = false;
};

// Curves. Drag zooms in x (a tall drag in y too), the wheel zooms about the pointer, shift-drag pans, double-click or
// Home resets; arrows and +, - do the same by keyboard.
class ChartView : public BaseChart {
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

    // Comma-separated: a column x, and one for each curve with the values as they are, unsmoothed, in full precision.
    QString csv() const;
    void save_csv(const QString& file) const;  // throws InputError / ResourceError

    // What the crosshair's panel says at x, and the notes of the plot, line by line.
    QStringList told_at(double x) const;
    QStringList notes() const;

    QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void x_range_changed(double low, double high);  // by the user: drag, wheel, pan; NaN, NaN on double-click
    void hovered(double x, const QString& id);
    void hover_left();
    void clicked(const QString& id);  // the curve at the pointer, "" for none; a press that became no drag
    void outliers_clicked();          // the mark that says what is cut off, or that nothing is

  protected:
    void fill(ChartScene& scene, const QRectF& area, const ChartStyle& style) const override;
    bool empty() const override;
    QString title() const override;
    void paint_over(QPainter& painter) const override;
    void add_actions(QMenu& menu) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ablate::ui

// The other charts, for those that include this header alone.
#include "ui/charts/bar_view.h"       // IWYU pragma: export
#include "ui/charts/heat_map_view.h"  // IWYU pragma: export
