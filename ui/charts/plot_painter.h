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
    bool empty() const;  // no point that could be shown

    // What the zoom fixes; nothing: all of the data.
    std::optional<Range> x_zoom, y_zoom;
    Range x_range() const;  // as shown
    Range y_range() const;  // as shown; of the points inside x_range() where no zoom fixes it

    // Flags at one place of the x axis: 1, or 2–4 where several would touch. All flags of the chart are numbered from
    // the left, those out of view as well.
    struct FlagMark {
        QRectF badge;
        double pixel = 0;
        int first = 1, last = 1;
        QStringList texts;  // "2  No norm: loss is NaN"
    };
    // Values above the axis' end, or the offer to leave them out again.
    struct Outliers {
        std::int64_t count = 0;
        bool cut_off = false;
        QRectF mark;  // of the words that say so; empty: there are none
        QString words, action;
    };

    // Places axes and labels in `area`. The frame stays valid until the curves, ranges or sizes change.
    struct Frame {
        QRectF area, plot;
        Axis x, y;
        std::vector<ChartScene::Tick> x_ticks, y_ticks;
        double label_width = 0;  // of the labels at the lines' ends
        Outliers outliers;
        double cut = 0;  // where a logarithmic y axis ends although values above 0 are below; 0: nowhere
        bool missing_above = false, missing_below = false;  // values have no place, marked at the top or at the foot
        QStringList notes;                                  // what of the curves this plot does not show, counted
        std::vector<FlagMark> flags;
    };
    // `with_action`: somebody answers to a click on the mark of what is cut off.
    Frame frame(const QRectF& area, const ChartStyle& style, bool with_action = false) const;

    // The three layers of the scene, from below.
    void paint_grid(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_curves(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_marks(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    // A line at x with a dot on each curve; `readings` lists every curve's value there as well.
    void paint_crosshair(QPainter& painter, const Frame& frame, const ChartStyle& style, double x, bool readings) const;

    // What the crosshair's panel says at x: the position, then a line for each curve, "dense: 3.431". A value that was
    // not measured at that position says where it was: "sparse: 7.2 at 0"; a smoothed one what it was: "(raw 7.4)".
    QStringList told_at(const Frame& frame, double x) const;

    // The curve that passes nearest to a point of the plot, within 24 px; "" for none.
    QString curve_near(const Frame& frame, const QPointF& point) const;
    const FlagMark* flag_at(const Frame& frame, const QPointF& point) const;

    static constexpr double kCompactHeight = 200;  // px below which the x axis goes without its title

  private:
    static QString number_of(const FlagMark& mark);
    static QString with_label(const Curve& curve, const QString& words);  // which run it happened to
    static bool has_end_label(const Curve& curve);
    struct Reading;
    struct EndLabel;
    struct YRange;
    std::optional<Range> y_of_points(const Range& x, double cut) const;  // inside x, above the cut
    YRange y_shown(const Range& x, double cut) const;
    double limit(const Range& x) const;
    double cut_of_log(const Range& x) const;
    bool whole_steps() const;
    bool is_mean_of_others(const CurvePoints& curve) const;
    void share_unit();
    void add_notes(Frame& frame) const;
    std::vector<FlagMark> flags_of(const Frame& frame, const ChartStyle& style) const;
    Outliers outliers_of(const Frame& frame, const ChartStyle& style, const YRange& y, bool with_action) const;
    bool dimmed(const CurvePoints& curve) const;
    std::vector<Reading> readings(const Frame& frame, double x) const;
    static double read_position(const std::vector<Reading>& list, double x);
    QString heading(const std::vector<Reading>& list, double x) const;
    QColor ink(const ChartStyle& style, const CurvePoints& points) const;
    void paint_line(QPainter& painter, const Frame& frame, const ChartStyle& style, const plot::Line& part,
                    const QPen& pen) const;
    void paint_raw(QPainter& painter, const Frame& frame, const ChartStyle& style, const CurvePoints& points) const;
    void paint_bands(QPainter& painter, const Frame& frame, const ChartStyle& style, const CurvePoints& curve) const;
    void paint_curve(QPainter& painter, const Frame& frame, const ChartStyle& style, const CurvePoints& curve) const;
    void paint_markers(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_flags(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_outliers(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_notes(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    std::vector<EndLabel> end_labels(const Frame& frame) const;
    void paint_end_labels(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    // False where there is no room for it.
    bool paint_early_label(QPainter& painter, const Frame& frame, const ChartStyle& style, const EndLabel& label,
                           std::vector<QRectF>& taken) const;
    void paint_readings(QPainter& painter, const Frame& frame, const ChartStyle& style, double x,
                        const std::vector<Reading>& readings) const;

    PlotAxes axes_;
    std::vector<CurvePoints> curves_;
    double smoothing_ = 0;  // per usual distance of the curve that is logged most often
    QString highlight_;
};

}  // namespace ablate::ui
