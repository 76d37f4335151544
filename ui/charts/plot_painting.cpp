#include "core/base/text.h"
#include "core/plot/label_layout.h"
#include "ui/bridge/text.h"
#include "ui/charts/plot_painter.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

// The layers of a plot: its grid, its curves, and what is marked on them.
namespace ablate::ui {

using plot::has_place;

namespace {

constexpr double kTickGap = 6;     // px between a tick's text and the plot
constexpr double kMarkerSize = 3;  // px from the center of a marker
constexpr double kAbove = 14;      // px between two marks of what is cut off
constexpr double kEarly = 12;      // px before the plot's edge at which a curve ended early
constexpr double kNoisy = 5;       // times the plot's width that a line climbs and falls
constexpr double kSparse = 0.3;    // points a column below which a line is stroked
constexpr std::size_t kLines = 6;  // flags whose places are ruled: more would be a fence

QPen line_pen(const QColor& color, double width, Qt::PenStyle dash = Qt::SolidLine) {
    return QPen(color, width, dash, Qt::FlatCap, Qt::RoundJoin);
}

QPolygonF polygon(const plot::Line& line) {
    QPolygonF made;
    made.reserve(static_cast<qsizetype>(line.size()));
    for (const plot::Point& point : line) made << QPointF(point.x, point.y);
    return made;
}

plot::Box box_of(const QRectF& area) { return {area.left(), area.top(), area.right(), area.bottom()}; }

// A band as a closed area.
plot::Line area_of(const plot::Band& band) {
    plot::Line area = band.upper;
    area.insert(area.end(), band.lower.rbegin(), band.lower.rend());
    return area;
}

// A bar for each column of the device, and an area where the next one is further away: a large area is slow to fill.
void fill_columns(QPainter& painter, const plot::Band& band, double column) {
    QList<QRectF> bars;
    bars.reserve(static_cast<qsizetype>(band.upper.size()));
    for (std::size_t i = 0; i < band.upper.size(); ++i) {
        const QPointF top(band.upper[i].x, band.upper[i].y), bottom(band.lower[i].x, band.lower[i].y);
        bars << QRectF(top, bottom + QPointF(column, 0));
        if (i + 1 == band.upper.size() || band.upper[i + 1].x - top.x() < 1.5 * column) continue;
        const double next = band.upper[i + 1].x;
        painter.drawPolygon(QPolygonF{{top.x() + column, top.y()},
                                      {next, band.upper[i + 1].y},
                                      {next, band.lower[i + 1].y},
                                      {top.x() + column, bottom.y()}});
    }
    painter.drawRects(bars);
}

}  // namespace

bool PlotPainter::dimmed(const CurvePoints& curve) const {
    if (highlight_.isEmpty() || curve.curve().id == highlight_) return false;
    return std::any_of(curves_.begin(), curves_.end(), [&](const auto& c) { return c.curve().id == highlight_; });
}

QColor PlotPainter::ink(const ChartStyle& style, const CurvePoints& points) const {
    const QColor color = style.ink(points.curve().color);
    if (dimmed(points)) return mixed(color, style.palette.surface, 0.75);
    return points.curve().faint ? style.faint(points.curve().color) : color;
}

void PlotPainter::paint_grid(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    const QRectF& plot = frame.plot;
    const auto crisp = [](double at) { return std::floor(at) + 0.5; };
    painter.setFont(style.font);
    for (const ChartScene::Tick& tick : frame.y_ticks) {
        const double y = crisp(tick.pixel);
        const bool minor = tick.text.isEmpty();
        painter.setPen(line_pen(minor ? mixed(style.palette.grid, style.palette.surface, 0.5) : style.palette.grid, 1));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    }
    painter.setPen(line_pen(style.palette.line, 1));
    for (const ChartScene::Tick& tick : frame.x_ticks) {
        const double x = crisp(tick.pixel);
        painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + (tick.text.isEmpty() ? 3 : 5)));
    }
    const double line = QFontMetricsF(style.font).height();
    painter.setPen(style.palette.muted);
    if (frame.area.height() >= kCompactHeight)
        draw_label(painter, {plot.left(), plot.bottom() + kTickGap + line, plot.width(), line + 2},
                   Qt::AlignRight | Qt::AlignVCenter, axes_.x_title);
    if (!style.print && !axes_.y_title_on_screen) return;
    painter.setPen(style.palette.text);
    draw_label(painter,
               {frame.area.left() + 2 * kSpace, frame.area.top() + kSpace, frame.area.width() - 4 * kSpace, line},
               Qt::AlignLeft | Qt::AlignVCenter, axes_.y_title);
}

void PlotPainter::paint_curves(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    if (is_raster(painter)) painter.setClipRect(frame.plot.adjusted(0, -2, 1, 2));
    for (const CurvePoints& curve : curves_) paint_bands(painter, frame, style, curve);
    for (const CurvePoints& curve : curves_) paint_raw(painter, frame, style, curve);
    // Faint ones beneath, then the rest, what is highlighted on top.
    const auto layer = [&](const CurvePoints& curve) {
        if (curve.curve().faint) return 0;
        return curve.curve().id == highlight_ && !highlight_.isEmpty() ? 2 : 1;
    };
    for (int level = 0; level < 3; ++level)
        for (const CurvePoints& curve : curves_)
            if (layer(curve) == level) paint_curve(painter, frame, style, curve);
}

void PlotPainter::paint_marks(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    painter.setFont(style.font);
    paint_flags(painter, frame, style);
    paint_markers(painter, frame, style);
    paint_end_labels(painter, frame, style);
    paint_outliers(painter, frame, style);
    paint_notes(painter, frame, style);
}

// One part of a curve. Vector files get whole clipped paths; a raster gets bars where points crowd.
void PlotPainter::paint_line(QPainter& painter, const Frame& frame, const ChartStyle& style, const plot::Line& part,
                             const QPen& pen) const {
    painter.setPen(pen);
    if (!is_raster(painter)) {
        for (const plot::Line& inside : plot::clip_line(part, box_of(frame.plot.adjusted(0, -1, 0, 1))))
            draw_line(painter, polygon(inside));
        return;
    }
    const double columns = frame.plot.width() * style.ratio;
    if (pen.style() != Qt::SolidLine || static_cast<double>(part.size()) < kSparse * columns)
        return draw_line(painter, polygon(part));
    const double ratio = painter.deviceTransform().m11();
    // A line that is many times as long as the plot is wide covers the same pixels at any width; a thin pen is quicker.
    const auto shown = [&](std::size_t i) { return std::clamp(part[i].y, frame.plot.top(), frame.plot.bottom()); };
    double length = 0;
    for (std::size_t i = 1; i < part.size(); ++i) length += std::abs(shown(i) - shown(i - 1));
    const double width = length > kNoisy * frame.plot.width() ? 1 / ratio : pen.widthF();
    painter.setPen(QPen(pen.color(), width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    const plot::RasterLine made = plot::raster_line(part, width, ratio);
    for (const plot::Line& stroke : made.strokes) draw_line(painter, polygon(stroke));
    QList<QLineF> bars;
    bars.reserve(static_cast<qsizetype>(made.bars.size()));
    for (const plot::ColumnBar& bar : made.bars) bars << QLineF(bar.x, bar.top, bar.x, bar.bottom);
    painter.setPen(QPen(pen.color(), 1 / ratio, Qt::SolidLine, Qt::FlatCap));
    painter.drawLines(bars);
}

// What smoothing has smoothed: smoothing must not invent features.
void PlotPainter::paint_raw(QPainter& painter, const Frame& frame, const ChartStyle& style,
                            const CurvePoints& points) const {
    if (!points.smoothed()) return;
    const QPen pen = line_pen(mixed(ink(style, points), style.palette.surface, 0.72), 1);
    for (const plot::Line& part : points.parts(CurvePoints::Line::raw, frame.x, frame.y, style.ratio))
        paint_line(painter, frame, style, part, pen);
}

void PlotPainter::paint_bands(QPainter& painter, const Frame& frame, const ChartStyle& style,
                              const CurvePoints& points) const {
    QColor wash = ink(style, points);
    wash.setAlphaF(0.15F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(wash);
    const bool raster = is_raster(painter);
    for (const plot::Band& band : points.bands(frame.x, frame.y, style.ratio)) {
        if (raster && band.by_columns) {
            fill_columns(painter, band, 1 / style.ratio);
        } else {
            const plot::Line area = area_of(band);
            painter.drawPolygon(polygon(raster ? area : plot::clip_area(area, box_of(frame.plot))));
        }
    }
    painter.setBrush(Qt::NoBrush);
}

void PlotPainter::paint_curve(QPainter& painter, const Frame& frame, const ChartStyle& style,
                              const CurvePoints& points) const {
    const Curve& curve = points.curve();
    const QColor ink = this->ink(style, points);
    const bool strong = !highlight_.isEmpty() && curve.id == highlight_ && !curve.faint;
    const double width = curve.faint ? 1 : strong ? 2.25 : 1.5;
    for (const plot::Line& part : points.parts(CurvePoints::Line::shown, frame.x, frame.y, style.ratio)) {
        if (part.size() == 1) {
            if (!frame.plot.adjusted(-1, -1, 1, 1).contains({part[0].x, part[0].y})) continue;
            painter.setPen(QPen(ink, 4, Qt::SolidLine, Qt::RoundCap));
            painter.drawPoint(QPointF(part[0].x, part[0].y));
            continue;
        }
        // The dashes of a crowded line would be lost among its own points.
        const bool crowded = static_cast<double>(part.size()) > 2 * frame.plot.width() * style.ratio;
        paint_line(painter, frame, style, part, line_pen(ink, width, crowded ? Qt::SolidLine : curve.dash));
    }
}

// Spikes where they happened; non-finite values and what is cut off at the top edge; what is below a logarithmic axis
// at the bottom.
void PlotPainter::paint_markers(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    const double top = frame.plot.top(), bottom = frame.plot.bottom() - 1;
    for (const CurvePoints& points : curves_) {
        const Curve& curve = points.curve();
        painter.setPen(line_pen(dimmed(points) ? style.faint(curve.color) : style.ink(curve.color), 1.5));
        using Columns = std::vector<double>;
        const auto columns = [&](bool at_top, bool any) {
            return any ? points.missing_columns(at_top, frame.x, axes_.y, frame.cut, 3 * kMarkerSize) : Columns();
        };
        for (const double x : columns(true, frame.missing_above)) {
            painter.drawLine(QPointF(x - kMarkerSize, top - kMarkerSize), QPointF(x + kMarkerSize, top + kMarkerSize));
            painter.drawLine(QPointF(x - kMarkerSize, top + kMarkerSize), QPointF(x + kMarkerSize, top - kMarkerSize));
        }
        painter.setBrush(painter.pen().color());
        painter.setPen(Qt::NoPen);
        for (const double x : columns(false, frame.missing_below))
            painter.drawPolygon(QPolygonF{{x, bottom}, {x - 4, bottom - 6}, {x + 4, bottom - 6}});
        if (frame.outliers.cut_off && !curve.faint)
            for (const double x : points.columns_above(frame.y.range().high, frame.x, kAbove))
                painter.drawPolygon(QPolygonF{{x, top - 4}, {x - 4, top + 2}, {x + 4, top + 2}});
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

// Where a run collapsed: a number on the axis, whose text the pointer shows.
void PlotPainter::paint_flags(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    QFont font = style.font;
    font.setWeight(QFont::DemiBold);
    if (font.pixelSize() > 0)
        font.setPixelSize(std::max(8, font.pixelSize() - 2));
    else
        font.setPointSizeF(std::max(6.0, font.pointSizeF() - 1.5));
    const QColor danger = style.palette.danger;
    for (const FlagMark& mark : frame.flags) {
        if (frame.flags.size() <= kLines) {
            painter.setPen(line_pen(mixed(danger, style.palette.surface, 0.4), 1, Qt::DashLine));
            const double x = std::floor(mark.pixel) + 0.5;
            painter.drawLine(QPointF(x, frame.plot.top()), QPointF(x, mark.badge.top()));
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(danger);
        painter.drawRoundedRect(mark.badge, mark.badge.height() / 2, mark.badge.height() / 2);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(style.palette.surface);
        painter.setFont(font);
        painter.drawText(mark.badge, static_cast<int>(Qt::AlignCenter) | Qt::TextSingleLine, number_of(mark));
    }
    painter.setFont(style.font);
}

// In the plot itself, so that a file says it too.
void PlotPainter::paint_outliers(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    const Outliers& outliers = frame.outliers;
    if (outliers.mark.isEmpty()) return;
    QColor ground = style.palette.surface;
    ground.setAlphaF(0.9F);
    painter.fillRect(outliers.mark, ground);
    const QRectF inner = outliers.mark.adjusted(kSpace, 0, -kSpace, 0);
    painter.setPen(style.palette.muted);
    draw_label(painter, inner, Qt::AlignLeft | Qt::AlignVCenter, outliers.words);
    painter.setPen(style.palette.accent);
    draw_label(painter, inner, Qt::AlignRight | Qt::AlignVCenter, outliers.action);
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
        lines.last() += QString("; %1 more note%2").arg(left).arg(left == 1 ? "" : "s");
    }
    const double foot = frame.flags.empty() ? 3 * kMarkerSize : frame.flags.front().badge.height() + kSpace;
    double y = frame.plot.bottom() - foot - line * static_cast<double>(lines.size());
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

struct PlotPainter::EndLabel {
    const CurvePoints* points;
    QPointF end;         // of the curve, inside the plot
    bool early = false;  // it ended before the axis does: it is labeled there
};

std::vector<PlotPainter::EndLabel> PlotPainter::end_labels(const Frame& frame) const {
    std::vector<EndLabel> labels;
    for (const CurvePoints& points : curves_) {
        if (!has_end_label(points.curve()) || points.x().empty()) continue;
        auto last = points.nearest(std::min(frame.x.range().high, points.x().back()));
        if (!last || points.x()[*last] < frame.x.range().low) continue;
        // A run that ends in NaN is labeled where it could be drawn last.
        const auto drawn = [&](std::size_t i) { return has_place(axes_.y, points.shown()[i]); };
        while (*last > 0 && !drawn(*last) && points.x()[*last - 1] >= frame.x.range().low) --*last;
        double y = frame.plot.top();
        if (std::isfinite(points.shown()[*last])) y = frame.y.pixel(points.shown()[*last]);
        if (!std::isfinite(y)) y = frame.plot.bottom();
        const double x = std::min(frame.x.pixel(points.x()[*last]), frame.plot.right());
        labels.push_back(
            {&points, {x, std::clamp(y, frame.plot.top(), frame.plot.bottom())}, x < frame.plot.right() - kEarly});
    }
    return labels;
}

void PlotPainter::paint_end_labels(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    if (frame.label_width <= 0) return;
    const double height = QFontMetricsF(style.font).height();
    const double top = frame.plot.top() - height / 2, bottom = frame.plot.bottom() + height / 2;
    std::vector<EndLabel> labels = end_labels(frame);
    std::vector<QRectF> taken{frame.outliers.mark};
    std::size_t no_room = 0;
    for (const EndLabel& label : labels)
        if (label.early) no_room += !paint_early_label(painter, frame, style, label, taken);
    std::erase_if(labels, [](const EndLabel& label) { return label.early; });
    plot::FittedLabels fitted = plot::fit_labels(labels.size() + (no_room > 0), height, top, bottom);
    if (no_room > 0) fitted.shown = std::min(fitted.shown, labels.size());
    fitted.more = labels.size() - fitted.shown + no_room;
    std::vector<double> wanted;
    for (std::size_t i = 0; i < fitted.shown; ++i) wanted.push_back(labels[i].end.y());
    if (fitted.more > 0) wanted.push_back(bottom);
    const std::vector<double> centers = plot::spread_labels(wanted, height, top, bottom);
    const double left = frame.plot.right() + 3 * kSpace;
    for (std::size_t i = 0; i < centers.size(); ++i) {
        const QRectF box(left, centers[i] - height / 2, frame.label_width + 2, height);
        if (i == fitted.shown) {
            painter.setPen(style.palette.muted);
            draw_label(painter, box, Qt::AlignLeft | Qt::AlignVCenter, QString("%1 more").arg(fitted.more));
            break;
        }
        const Curve& curve = labels[i].points->curve();
        const bool dim = dimmed(*labels[i].points);
        const QColor ink = dim ? style.faint(curve.color) : style.ink(curve.color);
        painter.setPen(line_pen(ink, 1));
        painter.drawLine(QPointF(frame.plot.right() + 2, wanted[i]), QPointF(left - 3, centers[i]));
        // A color that is bright for a line is too bright for text: it is drawn toward the text color.
        painter.setPen(dim ? ink : mixed(ink, style.palette.text, 0.35));
        draw_label(painter, box, Qt::AlignLeft | Qt::AlignVCenter, curve.label, Qt::ElideMiddle);
    }
}

// Beside the curve's end, or at its other side where the plot ends; below what is there already.
bool PlotPainter::paint_early_label(QPainter& painter, const Frame& frame, const ChartStyle& style,
                                    const EndLabel& label, std::vector<QRectF>& taken) const {
    const QFontMetricsF metrics(style.font);
    const Curve& curve = label.points->curve();
    const double width = std::min(std::ceil(metrics.horizontalAdvance(curve.label)) + 2, frame.plot.width() / 2);
    const bool leftward = label.end.x() + 2 * kSpace + width > frame.plot.right();
    QRectF box(leftward ? label.end.x() - 2 * kSpace - width : label.end.x() + 2 * kSpace,
               label.end.y() - metrics.height() / 2, width, metrics.height());
    const double highest = frame.plot.top(), lowest = frame.plot.bottom() - metrics.height();
    box.moveTop(std::clamp(box.top(), highest, std::max(highest, lowest)));
    const auto touches = [&](const QRectF& other) { return other.intersects(box); };
    while (std::any_of(taken.begin(), taken.end(), touches) && box.top() < lowest) box.translate(0, metrics.height());
    if (std::any_of(taken.begin(), taken.end(), touches)) return false;
    taken.push_back(box);
    const bool dim = dimmed(*label.points);
    const QColor ink = dim ? style.faint(curve.color) : style.ink(curve.color);
    QColor ground = style.palette.surface;
    ground.setAlphaF(0.8F);
    painter.fillRect(box, ground);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ink);
    if (label.end.y() > frame.plot.top()) painter.drawEllipse(label.end, kMarkerSize, kMarkerSize);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(dim ? ink : mixed(ink, style.palette.text, 0.35));
    draw_label(painter, box, (leftward ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, curve.label,
               Qt::ElideMiddle);
    return true;
}

}  // namespace ablate::ui
