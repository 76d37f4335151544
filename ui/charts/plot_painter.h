#pragma once
#include "ui/charts/chart_style.h"
#include "ui/charts/curve_points.h"

#include <QStringList>

namespace ablate::ui {

// The plot itself: what is shown, where it is and how it is painted, on a screen or into a file.
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
        bool cut_off = false;    // values are above axes().y_limit
        double cut = 0;          // where a logarithmic y axis ends although values above 0 are below; 0: nowhere
        QStringList notes;       // what of the curves this plot does not show, counted
    };
    Frame frame(const QRectF& area, const ChartStyle& style) const;

    void paint(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    // A line at x with a dot on each curve; `readings` lists every curve's value there as well.
    void paint_crosshair(QPainter& painter, const Frame& frame, const ChartStyle& style, double x, bool readings) const;

    // What the crosshair's panel says at x: the position, then a line for each curve, "dense: 3.431". A value that was
    // not measured at that position says where it was: "sparse: 7.2 at 0".
    QStringList told_at(const Frame& frame, double x) const;

    // The curve that passes nearest to a point of the plot, within 24 px; "" for none.
    QString curve_near(const Frame& frame, const QPointF& point) const;

  private:
    struct Reading;
    std::optional<Range> y_of_points(const Range& x, double cut) const;  // inside x, above the cut
    Range padded_y(std::optional<Range> points) const;
    double cut_of_log(const Range& x) const;
    void share_unit();
    QStringList notes_of(const Frame& frame) const;
    bool dimmed(const CurvePoints& curve) const;
    std::vector<Reading> readings(const Frame& frame, double x) const;
    static double read_position(const std::vector<Reading>& list, double x);
    QString heading(const std::vector<Reading>& list, double x) const;
    void paint_axes(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    QColor ink(const ChartStyle& style, const CurvePoints& points) const;
    void paint_raw(QPainter& painter, const Frame& frame, const ChartStyle& style, const CurvePoints& points) const;
    void paint_curve(QPainter& painter, const Frame& frame, const ChartStyle& style, const CurvePoints& curve) const;
    void paint_markers(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_flags(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_limit(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_notes(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_end_labels(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_readings(QPainter& painter, const Frame& frame, const ChartStyle& style, double x,
                        const std::vector<Reading>& readings) const;

    PlotAxes axes_;
    std::vector<CurvePoints> curves_;
    double smoothing_ = 0;  // per usual distance of the curve that is logged most often
    QString highlight_, empty_text_;
};

}  // namespace ablate::ui
