#include "ui/charts/plot_painter.h"

#include "core/base/text.h"
#include "core/plot/label_layout.h"
#include "ui/bridge/text.h"
#include "ui/charts/smoothing.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

namespace ablate::ui {

using plot::has_place;
using plot::padded;
using plot::Tick;

namespace {

constexpr double kTickGap = 6;        // px between a tick's text and the plot
constexpr double kLabelShare = 0.28;  // of the width that end labels may take
constexpr double kReach = 24;         // px within which a curve is meant by the pointer
constexpr double kCompact = 200;      // px of height below which the x axis goes without its title
constexpr double kMarkerSize = 3;     // px from the center of a marker

void extend(std::optional<Range>& range, const std::optional<Range>& by) {
    if (!by) return;
    range = range ? Range{std::min(range->low, by->low), std::max(range->high, by->high)} : *by;
}

QPen line_pen(const QColor& color, double width, Qt::PenStyle dash = Qt::SolidLine) {
    return QPen(color, width, dash, Qt::FlatCap, Qt::RoundJoin);
}

int wanted_ticks(double length, double apart) { return std::max(3, static_cast<int>(length / apart)); }

bool labeled(const Curve& curve) { return curve.line_end_label && !curve.faint && !curve.label.isEmpty(); }

}  // namespace

void PlotPainter::set_curves(std::vector<Curve> curves) {
    std::vector<CurvePoints> before = std::move(curves_);
    curves_.clear();
    for (Curve& curve : curves) {
        const auto same =
            std::find_if(before.begin(), before.end(), [&](CurvePoints& old) { return old.adopt(curve); });
        if (same != before.end()) {
            curves_.push_back(std::move(*same));
            before.erase(same);
        } else {
            curves_.emplace_back(std::move(curve));
        }
    }
    share_unit();
}

void PlotPainter::set_smoothing(double weight) {
    smoothing_ = std::clamp(weight, 0.0, 0.999);
    share_unit();
}

// One for all, so that a curve logged ten times less often is smoothed over the same stretch.
void PlotPainter::share_unit() {
    double unit = 0;
    for (const CurvePoints& curve : curves_) {
        if (smoothing_ <= 0 || curve.curve().faint) continue;
        const double usual = usual_distance(curve.x());
        if (usual > 0 && (unit == 0 || usual < unit)) unit = usual;
    }
    for (CurvePoints& curve : curves_) curve.smooth(smoothing_, unit);
}

bool PlotPainter::empty() const {
    return std::none_of(curves_.begin(), curves_.end(), [&](const CurvePoints& c) { return c.x_range(axes_.x); });
}

Range PlotPainter::x_range() const {
    if (x_zoom && (axes_.x == Scale::linear || x_zoom->low > 0)) return *x_zoom;
    std::optional<Range> range;
    for (const CurvePoints& curve : curves_) extend(range, curve.x_range(axes_.x));
    const Range all = range.value_or(axes_.x == Scale::linear ? Range{0, 1} : Range{1, 10});
    return padded(axes_.x, all, all.low == all.high ? 0.02 : 0);
}

Range PlotPainter::y_range() const {
    if (y_zoom && (axes_.y == Scale::linear || y_zoom->low > 0)) return *y_zoom;
    const Range x = x_range();
    return padded_y(y_of_points(x, cut_of_log(x)));
}

Range PlotPainter::padded_y(std::optional<Range> range) const {
    if (range && range->low < axes_.y_limit) range->high = std::min(range->high, axes_.y_limit);
    return padded(axes_.y, range.value_or(axes_.y == Scale::linear ? Range{0, 1} : Range{1, 10}), 0.05);
}

std::optional<Range> PlotPainter::y_of_points(const Range& x, double cut) const {
    std::optional<Range> range;
    for (const CurvePoints& curve : curves_) extend(range, curve.y_range(axes_.y, axes_.x, x));
    if (range && cut > 0) range->low = std::max(range->low, cut);
    return range;
}

// Where the logarithmic axis ends although positive values are below, see cut_beside_zero; 0: it shows all of them.
double PlotPainter::cut_of_log(const Range& x) const {
    if (axes_.y == Scale::linear) return 0;
    const auto shown = [&](const CurvePoints& curve) {
        const auto [first, last] = curve.inside(axes_.x, x);
        return curve.raw().subspan(first, last - first);
    };
    if (std::none_of(curves_.begin(), curves_.end(), [&](const CurvePoints& curve) {
            const auto values = shown(curve);
            return std::any_of(values.begin(), values.end(), [](double value) { return value <= 0; });
        }))
        return 0;
    std::vector<double> positive;
    for (const CurvePoints& curve : curves_)
        for (const double value : shown(curve))
            if (has_place(Scale::logarithmic, value)) positive.push_back(value);
    return plot::cut_beside_zero(std::move(positive));
}

QStringList PlotPainter::notes_of(const Frame& frame) const {
    std::array<std::int64_t, 4> missing{};
    std::int64_t before = 0, backward = 0, unplaced = 0;
    for (const CurvePoints& curve : curves_) {
        // A mean is not counted beside the seeds it is of.
        const bool of_others = !curve.curve().faint && std::any_of(curves_.begin(), curves_.end(), [&](const auto& c) {
            return c.curve().faint && c.curve().id == curve.curve().id;
        });
        if (of_others) continue;
        const auto [first, last] = curve.inside(axes_.x, frame.x.range());
        for (std::size_t i = first; i < last; ++i)
            if (const auto what = curve.missing(i, axes_.y, frame.cut)) ++missing[static_cast<std::size_t>(*what)];
        backward += static_cast<std::int64_t>(curve.backward());
        unplaced += static_cast<std::int64_t>(curve.unplaced());
        if (axes_.x == Scale::logarithmic)
            before += std::upper_bound(curve.x().begin(), curve.x().end(), 0.0) - curve.x().begin();
    }
    QStringList notes;
    const auto note = [&](std::int64_t count, const QString& one, const QString& several) {
        if (count > 0) notes += QString::fromStdString(with_thousands(count)) + " " + (count == 1 ? one : several);
    };
    note(missing[0], "value is not finite (×)", "values are not finite (×)");
    note(missing[1], "value is beyond 1e300 (×)", "values are beyond 1e300 (×)");
    note(missing[2], "value is 0 or less (▾)", "values are 0 or less (▾)");
    const QString cut = QString::fromStdString(significant(frame.cut, 2));
    note(missing[3], "value is below " + cut + " (▾)", "values are below " + cut + " (▾)");
    const auto leaves = [&](const CurvePoints& curve) { return curve.band_leaves(frame.x, frame.y); };
    if (!y_zoom)
        note(std::count_if(curves_.begin(), curves_.end(), leaves), "band reaches beyond the axis",
             "bands reach beyond the axis");
    note(before, "point at 0 or less along x is left out", "points at 0 or less along x are left out");
    note(backward, "point has a smaller x than an earlier point; it is drawn in order of x",
         "points have a smaller x than an earlier point; they are drawn in order of x");
    note(unplaced, "point without a finite x is left out", "points without a finite x are left out");
    return notes;
}

PlotPainter::Frame PlotPainter::frame(const QRectF& area, const ChartStyle& style) const {
    const QFontMetricsF metrics(style.font);
    Frame frame;
    frame.area = area;
    const double title = style.print || axes_.y_title_on_screen ? metrics.height() : 0;
    const double top = area.top() + title + 3 * kSpace;
    const double below = (area.height() < kCompact ? 1 : 2) * metrics.height() + 3 * kSpace;
    const double bottom = std::max(area.bottom() - below, top + 1);
    if (y_zoom) {
        frame.y = Axis(axes_.y, y_range(), bottom, top);
    } else {
        const Range x = x_range();
        frame.cut = cut_of_log(x);
        const std::optional<Range> points = y_of_points(x, frame.cut);
        frame.y = Axis(axes_.y, padded_y(points), bottom, top);
        frame.cut_off = points && points->low < axes_.y_limit && points->high > axes_.y_limit;
    }
    double left = 0;
    for (const Tick& tick : frame.y.ticks(wanted_ticks(bottom - top, 2.5 * metrics.height())))
        left = std::max(left, metrics.horizontalAdvance(text(tick.text)));
    for (const CurvePoints& curve : curves_)
        if (labeled(curve.curve()))
            frame.label_width = std::max(frame.label_width, metrics.horizontalAdvance(curve.curve().label));
    frame.label_width = std::min(std::ceil(frame.label_width), area.width() * kLabelShare);
    const double right = frame.label_width > 0 ? frame.label_width + 4 * kSpace : 3 * kSpace;
    frame.plot = QRectF(QPointF(std::floor(area.left() + left + kTickGap + 2 * kSpace), top),
                        QPointF(std::floor(area.right() - right), bottom));
    if (frame.plot.width() < 1) frame.plot.setWidth(1);
    frame.x = Axis(axes_.x, x_range(), frame.plot.left(), frame.plot.right());
    frame.notes = notes_of(frame);
    return frame;
}

bool PlotPainter::dimmed(const CurvePoints& curve) const {
    if (highlight_.isEmpty() || curve.curve().id == highlight_) return false;
    return std::any_of(curves_.begin(), curves_.end(), [&](const auto& c) { return c.curve().id == highlight_; });
}

void PlotPainter::paint(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    painter.save();
    painter.setFont(style.font);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(frame.area, style.palette.surface);
    if (empty()) {
        painter.setPen(style.palette.muted);
        painter.drawText(frame.area.adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, empty_text_);
        return painter.restore();
    }
    paint_axes(painter, frame, style);
    painter.setClipRect(frame.plot.adjusted(0, -2, 1, 2));
    // Faint ones beneath, then the rest, what is highlighted on top.
    const auto layer = [&](const CurvePoints& curve) {
        if (curve.curve().faint) return 0;
        return curve.curve().id == highlight_ && !highlight_.isEmpty() ? 2 : 1;
    };
    for (const CurvePoints& curve : curves_) paint_raw(painter, frame, style, curve);
    for (int level = 0; level < 3; ++level)
        for (const CurvePoints& curve : curves_)
            if (layer(curve) == level) paint_curve(painter, frame, style, curve);
    painter.setClipping(false);
    paint_flags(painter, frame, style);
    paint_markers(painter, frame, style);
    paint_end_labels(painter, frame, style);
    paint_limit(painter, frame, style);
    paint_notes(painter, frame, style);
    painter.restore();
}

void PlotPainter::paint_axes(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    const QFontMetricsF metrics(style.font);
    const double line = metrics.height();
    const QRectF& plot = frame.plot;
    const auto crisp = [](double at) { return std::floor(at) + 0.5; };
    for (const Tick& tick : frame.y.ticks(wanted_ticks(plot.height(), 2.5 * line))) {
        const double y = crisp(frame.y.pixel(tick.value));
        painter.setPen(line_pen(
            tick.text.empty() ? mixed(style.palette.grid, style.palette.surface, 0.5) : style.palette.grid, 1));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setPen(style.palette.muted);
        const QRectF box(frame.area.left(), y - line / 2, plot.left() - kTickGap - frame.area.left(), line);
        draw_label(painter, box, Qt::AlignRight | Qt::AlignVCenter, text(tick.text));
    }
    painter.setPen(line_pen(style.palette.line, 1));
    painter.drawLine(QPointF(plot.left(), crisp(plot.bottom())), QPointF(plot.right(), crisp(plot.bottom())));
    for (const Tick& tick : frame.x.ticks(wanted_ticks(plot.width(), 6 * line))) {
        const double x = crisp(frame.x.pixel(tick.value));
        painter.setPen(line_pen(style.palette.line, 1));
        const double length = tick.text.empty() ? 3 : 5;
        painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + length));
        painter.setPen(style.palette.muted);
        const QString label = text(tick.text);
        const double half = metrics.horizontalAdvance(label) / 2 + 1;
        draw_label(painter, {x - half, plot.bottom() + kTickGap, 2 * half, line}, Qt::AlignCenter, label);
    }
    painter.setPen(style.palette.muted);
    if (frame.area.height() >= kCompact)
        draw_label(painter, {plot.left(), plot.bottom() + kTickGap + line, plot.width(), line + 2},
                   Qt::AlignRight | Qt::AlignVCenter, axes_.x_title);
    if (!style.print && !axes_.y_title_on_screen) return;
    painter.setPen(style.palette.text);
    draw_label(painter,
               {frame.area.left() + 2 * kSpace, frame.area.top() + kSpace, frame.area.width() - 4 * kSpace, line},
               Qt::AlignLeft | Qt::AlignVCenter, axes_.y_title);
}

QColor PlotPainter::ink(const ChartStyle& style, const CurvePoints& points) const {
    const QColor color = style.ink(points.curve().color);
    if (dimmed(points)) return mixed(color, style.palette.surface, 0.75);
    return points.curve().faint ? style.faint(points.curve().color) : color;
}

// What smoothing has smoothed: smoothing must not invent features.
void PlotPainter::paint_raw(QPainter& painter, const Frame& frame, const ChartStyle& style,
                            const CurvePoints& points) const {
    if (!points.smoothed()) return;
    painter.setPen(line_pen(mixed(ink(style, points), style.palette.surface, 0.72), 1));
    for (const QPolygonF& part : points.parts(CurvePoints::Line::raw, frame.x, frame.y)) draw_line(painter, part);
}

void PlotPainter::paint_curve(QPainter& painter, const Frame& frame, const ChartStyle& style,
                              const CurvePoints& points) const {
    const Curve& curve = points.curve();
    const QColor ink = this->ink(style, points);
    QColor wash = ink;
    wash.setAlphaF(0.15F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(wash);
    for (const QPolygonF& band : points.band(frame.x, frame.y)) painter.drawPolygon(band);
    painter.setBrush(Qt::NoBrush);
    const bool strong = !highlight_.isEmpty() && curve.id == highlight_ && !curve.faint;
    const auto parts = points.parts(CurvePoints::Line::shown, frame.x, frame.y);
    for (const QPolygonF& part : parts) {
        // A crowded line covers the same pixels at any width; the thin one is painted several times faster.
        const bool crowded = part.size() > 2 * frame.plot.width();
        const double width = curve.faint || crowded ? 1 : strong ? 2.25 : 1.5;
        painter.setPen(line_pen(ink, width, crowded ? Qt::SolidLine : curve.dash));
        if (part.size() == 1) painter.setPen(QPen(ink, 4, Qt::SolidLine, Qt::RoundCap));
        draw_line(painter, part);
    }
}

// Spikes where they happened; non-finite values at the top edge; what is below a logarithmic axis at the bottom.
void PlotPainter::paint_markers(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    const double top = frame.plot.top();
    for (const CurvePoints& points : curves_) {
        const Curve& curve = points.curve();
        painter.setPen(line_pen(dimmed(points) ? style.faint(curve.color) : style.ink(curve.color), 1.5));
        for (const double x : points.missing_columns(true, frame.x, axes_.y, frame.cut, 3 * kMarkerSize)) {
            painter.drawLine(QPointF(x - kMarkerSize, top - kMarkerSize), QPointF(x + kMarkerSize, top + kMarkerSize));
            painter.drawLine(QPointF(x - kMarkerSize, top + kMarkerSize), QPointF(x + kMarkerSize, top - kMarkerSize));
        }
        painter.setBrush(painter.pen().color());
        painter.setPen(Qt::NoPen);
        const double bottom = frame.plot.bottom() - 1;
        for (const double x : points.missing_columns(false, frame.x, axes_.y, frame.cut, 3 * kMarkerSize))
            painter.drawPolygon(QPolygonF{{x, bottom}, {x - 4, bottom - 6}, {x + 4, bottom - 6}});
        painter.setBrush(style.palette.warning);
        for (const auto& [at, text] : curve.marks) {
            const auto index = points.nearest(at);
            if (!index || !std::isfinite(points.raw()[*index])) continue;
            const QPointF tip(frame.x.pixel(at), frame.y.pixel(points.raw()[*index]) - kMarkerSize);
            if (!frame.plot.adjusted(0, -8, 1, 8).contains(tip)) continue;
            painter.drawPolygon(QPolygonF{tip, tip + QPointF(-4, -6), tip + QPointF(4, -6)});
        }
        painter.setBrush(Qt::NoBrush);
    }
}

// Where a run collapsed: a dashed line and its cause, each text in its own row where two would touch.
void PlotPainter::paint_flags(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    const QFontMetricsF metrics(style.font);
    const QRectF& plot = frame.plot;
    const bool worded = plot.height() > 8 * metrics.height() && plot.width() > 240;
    std::vector<QRectF> taken;
    for (const CurvePoints& points : curves_) {
        for (const auto& [at, text] : points.curve().flags) {
            const double x = frame.x.pixel(at);
            if (!(x >= plot.left() - 0.5 && x <= plot.right() + 0.5)) continue;
            painter.setPen(line_pen(style.palette.danger, 1, Qt::DashLine));
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
            painter.setPen(Qt::NoPen);
            painter.setBrush(style.palette.danger);
            painter.drawPolygon(QPolygonF{{x, plot.bottom() - 8}, {x + 7, plot.bottom() - 5}, {x, plot.bottom() - 2}});
            painter.setBrush(Qt::NoBrush);
            if (!worded) continue;
            const bool leftward = x > plot.center().x();
            const double width =
                std::min(metrics.horizontalAdvance(text) + 2, (leftward ? x - plot.left() : plot.right() - x) - 8);
            QRectF box(leftward ? x - 6 - width : x + 6, plot.top() + 4, width, metrics.height());
            const auto touches = [&](const QRectF& other) { return box.adjusted(-4, 0, 4, 0).intersects(other); };
            while (std::any_of(taken.begin(), taken.end(), touches)) box.translate(0, metrics.height());
            taken.push_back(box);
            if (box.bottom() > plot.bottom() - metrics.height()) continue;  // the dashed line has to do
            painter.fillRect(box, style.palette.surface);
            painter.setPen(style.palette.danger);
            draw_label(painter, box, (leftward ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, text);
        }
    }
}

// In the plot itself, so that a file says it too.
void PlotPainter::paint_limit(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    if (!frame.cut_off) return;
    const QString text = "cut off above " + QString::fromStdString(significant(axes_.y_limit, 3));
    const QFontMetricsF metrics(style.font);
    const double width = metrics.horizontalAdvance(text) + 2 * kSpace;
    const QRectF box(frame.plot.right() - width, frame.plot.top(), width, metrics.height());
    painter.fillRect(box, style.palette.surface);
    painter.setPen(style.palette.muted);
    draw_label(painter, box, Qt::AlignCenter, text);
}

// At the foot of the plot, each on its own line; notes that do not fit are counted.
void PlotPainter::paint_notes(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    if (frame.notes.isEmpty()) return;
    const QFontMetricsF metrics(style.font);
    const double line = metrics.height(), room = frame.plot.width() - 4 * kSpace;
    const auto most = std::max<qsizetype>(1, static_cast<qsizetype>(frame.plot.height() / 4 / line));
    QStringList lines = frame.notes;
    if (lines.size() > most) {
        const qsizetype left = lines.size() - most;
        lines = lines.mid(0, most);
        lines.last() += QString("; %1 more notes").arg(left);
    }
    double y = frame.plot.bottom() - 3 * kMarkerSize - line * static_cast<double>(lines.size());
    for (const QString& text : lines) {
        const double width = std::min(room, metrics.horizontalAdvance(text) + kSpace);
        const QRectF box(frame.plot.left() + kSpace, y, width, line);
        QColor ground = style.palette.surface;
        ground.setAlphaF(0.85F);
        painter.fillRect(box, ground);
        painter.setPen(style.palette.muted);
        draw_label(painter, box.adjusted(kSpace / 2.0, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text);
        y += line;
    }
}

void PlotPainter::paint_end_labels(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    if (frame.label_width <= 0) return;
    const double height = QFontMetricsF(style.font).height();
    const auto room = static_cast<std::size_t>(frame.plot.height() / height);
    std::vector<const CurvePoints*> shown;
    std::vector<double> wanted;
    for (const CurvePoints& points : curves_) {
        if (!labeled(points.curve()) || shown.size() >= room) continue;
        const auto last = points.nearest(std::min(frame.x.range().high, points.x().empty() ? 0 : points.x().back()));
        if (!last || points.x()[*last] < frame.x.range().low) continue;
        double y = frame.plot.top();  // a run that ends in NaN is labeled at its marker
        if (std::isfinite(points.shown()[*last])) y = frame.y.pixel(points.shown()[*last]);
        if (!std::isfinite(y)) y = frame.plot.bottom();
        shown.push_back(&points);
        wanted.push_back(std::clamp(y, frame.plot.top(), frame.plot.bottom()));
    }
    const std::vector<double> centers =
        plot::spread_labels(wanted, height, frame.plot.top() - height / 2, frame.plot.bottom() + height / 2);
    const double left = frame.plot.right() + 3 * kSpace;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const Curve& curve = shown[i]->curve();
        const bool dim = dimmed(*shown[i]);
        const QColor ink = dim ? style.faint(curve.color) : style.ink(curve.color);
        painter.setPen(line_pen(ink, 1));
        painter.drawLine(QPointF(frame.plot.right() + 2, wanted[i]), QPointF(left - 3, centers[i]));
        // A color that is bright for a line is too bright for text: it is drawn toward the text color.
        painter.setPen(dim ? ink : mixed(ink, style.palette.text, 0.35));
        draw_label(painter, {left, centers[i] - height / 2, frame.label_width + 2, height},
                   Qt::AlignLeft | Qt::AlignVCenter, curve.label);
    }
}

QString PlotPainter::curve_near(const Frame& frame, const QPointF& point) const {
    QString id;
    double nearest = kReach;
    for (const CurvePoints& points : curves_) {
        const auto index = points.nearest(frame.x.value(point.x()));
        if (!index || !std::isfinite(points.shown()[*index])) continue;
        const double distance = std::abs(frame.y.pixel(points.shown()[*index]) - point.y());
        if (distance < nearest) nearest = distance, id = points.curve().id;
    }
    return id;
}

}  // namespace ablate::ui
