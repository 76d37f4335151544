#pragma once
#include "ui/charts/chart_style.h"
#include "ui/charts/curve_points.h"

namespace ablate::ui {

// The plot itself: what is shown, where it lies and how it is painted, on a screen or into a file.
class PlotPainter {
  public:
    void set_axes(const PlotAxes& axes) { axes_ = axes; }
    const PlotAxes& axes() const { return axes_; }
    void set_curves(std::vector<Curve> curves);  // those that draw the same arrays keep their caches
    const std::vector<CurvePoints>& curves() const { return curves_; }
    void set_smoothing(double weight);
    void set_highlight(const QString& id) { highlight_ = id; }
    const QString& highlight() const { return highlight_; }
    void set_empty_text(const QString& text) { empty_text_ = text; }
    bool empty() const;  // no point that could be shown

    // What the zoom fixes; nothing: all of the data.
    std::optional<Range> x_zoom, y_zoom;
    Range x_range() const;  // as shown
    Range y_range() const;  // as shown; of the points inside x_range() where no zoom fixes it

    // Places axes and labels in `area`. The frame stays valid until the curves, ranges or sizes change.
    struct Frame {
        QRectF area, plot;
        Axis x, y;
        double label_width = 0;  // of the labels at the lines' ends
        bool cut_off = false;    // values lie above axes().y_limit
    };
    Frame frame(const QRectF& area, const ChartStyle& style) const;

    void paint(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    // A line at x with a dot on each curve; `readings` lists every curve's value there as well.
    void paint_crosshair(QPainter& painter, const Frame& frame, const ChartStyle& style, double x, bool readings) const;

    // The curve that passes nearest to a point of the plot, within 24 px; "" for none.
    QString curve_near(const Frame& frame, const QPointF& point) const;

  private:
    struct Reading;
    std::optional<Range> y_of_points() const;  // inside x_range()
    bool dimmed(const CurvePoints& curve) const;
    std::vector<Reading> readings(const Frame& frame, double x) const;
    void paint_axes(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    QColor ink(const ChartStyle& style, const CurvePoints& points) const;
    void paint_raw(QPainter& painter, const Frame& frame, const ChartStyle& style, const CurvePoints& points) const;
    void paint_curve(QPainter& painter, const Frame& frame, const ChartStyle& style, const CurvePoints& curve) const;
    void paint_markers(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_flags(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_limit(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_end_labels(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_readings(QPainter& painter, const Frame& frame, const ChartStyle& style, double x,
                        const std::vector<Reading>& readings) const;

    PlotAxes axes_;
    std::vector<CurvePoints> curves_;
    double smoothing_ = 0;
    QString highlight_, empty_text_;
};

}  // namespace ablate::ui
