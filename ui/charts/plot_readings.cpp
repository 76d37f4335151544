#include "core/base/text.h"
#include "core/plot/number_text.h"
#include "ui/bridge/text.h"
#include "ui/charts/plot_painter.h"
#include "ui/theme/figures.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

// The crosshair of a plot and what it reads.
namespace ablate::ui {
namespace {

constexpr double kSwatch = 16;    // px
constexpr double kNear = 5;       // px within which a flag or mark is told
constexpr double kMaximum = 320;  // px, width of the panel

}  // namespace

struct PlotPainter::Reading {
    const CurvePoints* points;
    std::size_t index;
    double value;
    QString text;
    QString
        beside;  // "(raw 3.6)" of a smoothed value, "at 280" where it is not of the position the panel is headed with
    double x() const { return points->x()[index]; }
};

double PlotPainter::read_position(const std::vector<Reading>& list, double x) {
    const auto nearer = [x](const Reading& a, const Reading& b) { return std::abs(a.x() - x) < std::abs(b.x() - x); };
    const auto nearest = std::min_element(list.begin(), list.end(), nearer);
    return nearest == list.end() ? x : nearest->x();
}

QString PlotPainter::heading(const std::vector<Reading>& list, double x) const {
    const bool smoothed = std::any_of(list.begin(), list.end(), [](const Reading& r) { return r.points->smoothed(); });
    return axes_.x_title + " " + text(plot::position_text(read_position(list, x))) + (smoothed ? ", smoothed" : "");
}

// Every curve that covers x, the highest first, as in the plot.
std::vector<PlotPainter::Reading> PlotPainter::readings(const Frame& frame, double x) const {
    std::vector<Reading> list;
    const double slack = std::abs(frame.x.value(frame.x.pixel(x) + kNear) - x);
    // On a logarithmic axis a pixel is a share of the value: four digits say more than it shows.
    const double middle = frame.plot.center().y();
    const double per_pixel = frame.y.scale() == Scale::linear ? frame.y.value(middle) - frame.y.value(middle + 1) : 0;
    const auto number = [per_pixel](double value) { return ui::text(plot::resolved_text(value, per_pixel)); };
    for (const CurvePoints& points : curves_) {
        if (points.curve().faint) continue;
        const auto index = points.nearest(x, slack);
        if (!index) continue;
        const double value = points.shown()[*index];
        list.push_back({&points, *index, value, number(value), {}});
        if (points.smoothed()) list.back().beside = " (raw " + number(points.raw()[*index]) + ")";
    }
    // The panel is headed with the point nearest to the pointer; a value from elsewhere says from where.
    const double head = read_position(list, x);
    for (Reading& reading : list)
        if (reading.x() != head) reading.beside += " at " + text(plot::position_text(reading.x()));
    std::stable_sort(list.begin(), list.end(), [](const Reading& a, const Reading& b) {
        const auto rank = [](double v) { return std::isnan(v) ? std::numeric_limits<double>::infinity() : v; };
        return rank(a.value) > rank(b.value);
    });
    return list;
}

void PlotPainter::paint_crosshair(QPainter& painter, const Frame& frame, const ChartStyle& style, double x,
                                  bool with_readings) const {
    const double column = frame.x.pixel(x);
    if (empty() || !(column >= frame.plot.left() && column <= frame.plot.right())) return;
    painter.save();
    painter.setFont(style.font);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(style.palette.muted, 1));
    const double crisp = std::floor(column) + 0.5;
    painter.drawLine(QPointF(crisp, frame.plot.top()), QPointF(crisp, frame.plot.bottom()));
    const std::vector<Reading> list = readings(frame, x);
    for (const Reading& reading : list) {
        const QPointF dot(frame.x.pixel(reading.points->x()[reading.index]), frame.y.pixel(reading.value));
        if (!std::isfinite(dot.y()) || !frame.plot.adjusted(-1, -1, 1, 1).contains(dot)) continue;
        painter.setPen(QPen(style.palette.surface, 1.5));
        painter.setBrush(style.ink(reading.points->curve().color));
        const double radius = reading.points->curve().id == highlight_ ? 4 : 3;
        painter.drawEllipse(dot, radius, radius);
    }
    if (with_readings) paint_readings(painter, frame, style, x, list);
    painter.restore();
}

void PlotPainter::paint_readings(QPainter& painter, const Frame& frame, const ChartStyle& style, double x,
                                 const std::vector<Reading>& all) const {
    const QFontMetricsF metrics(style.font);
    const double line = metrics.height() + 2, pad = 2 * kSpace;
    const auto room = static_cast<std::size_t>(std::max(1.0, (frame.area.height() - 4 * pad) / line - 2));
    std::vector<Reading> rows(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), room)));
    const QString more = all.size() > rows.size() ? QString("%1 more").arg(all.size() - rows.size()) : QString();
    std::vector<QString> events;
    for (const Reading& reading : all) {
        const Curve& curve = reading.points->curve();
        for (const auto& [at, words] : curve.marks)
            if (std::abs(frame.x.pixel(at) - frame.x.pixel(x)) <= kNear) events.push_back(with_label(curve, words));
    }
    for (const FlagMark& mark : frame.flags)
        if (std::abs(mark.pixel - frame.x.pixel(x)) <= kNear)
            for (const QString& words : mark.texts) events.push_back(words);
    const QString title = heading(all, x);
    double names = 0, values = 0, wide = metrics.horizontalAdvance(title);
    for (const Reading& row : rows) {
        names = std::max(names, metrics.horizontalAdvance(row.points->curve().label));
        values = std::max(values, figures_width(row.text, metrics) + metrics.horizontalAdvance(row.beside));
    }
    for (const QString& event : events) wide = std::max(wide, metrics.horizontalAdvance(event));
    const double inner = std::min(kMaximum, std::max(wide, kSwatch + pad + names + 2 * pad + values));
    const double height = line * static_cast<double>(1 + rows.size() + events.size() + !more.isEmpty()) + 2 * pad;
    const double column = frame.x.pixel(x);
    const bool leftward = column + 16 + inner + 2 * pad > frame.area.right();
    QRectF box(leftward ? column - 16 - inner - 2 * pad : column + 16, frame.plot.top() + 4, inner + 2 * pad, height);
    box.moveLeft(std::max(box.left(), frame.area.left() + 2));
    box.moveTop(std::max(frame.area.top() + 2, std::min(box.top(), frame.area.bottom() - height - 2)));

    painter.setPen(QPen(style.palette.line, 1));
    painter.setBrush(style.palette.raised);
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    painter.setPen(style.palette.muted);
    QRectF row(box.left() + pad, box.top() + pad, inner, line);
    draw_label(painter, row, Qt::AlignLeft | Qt::AlignVCenter, title);
    for (const Reading& reading : rows) {
        row.translate(0, line);
        const Curve& curve = reading.points->curve();
        painter.setPen(QPen(style.ink(curve.color), 2.5, curve.dash, Qt::FlatCap));
        painter.drawLine(QPointF(row.left(), row.center().y()), QPointF(row.left() + kSwatch, row.center().y()));
        QFont font = style.font;
        if (!highlight_.isEmpty() && curve.id == highlight_) font.setWeight(QFont::DemiBold);
        painter.setFont(font);
        painter.setPen(std::isfinite(reading.value) ? style.palette.text : style.palette.danger);
        draw_label(painter, row.adjusted(kSwatch + pad, 0, -values - pad, 0), Qt::AlignLeft | Qt::AlignVCenter,
                   curve.label, Qt::ElideMiddle);
        const double beside = metrics.horizontalAdvance(reading.beside);
        draw_figures(painter, row.adjusted(0, 0, -beside, 0), Qt::AlignRight, reading.text);
        painter.setFont(style.font);
        painter.setPen(style.palette.muted);
        if (beside > 0) draw_label(painter, row, Qt::AlignRight | Qt::AlignVCenter, reading.beside);
    }
    painter.setFont(style.font);
    painter.setPen(style.palette.muted);
    if (!more.isEmpty()) row.translate(0, line), draw_label(painter, row, Qt::AlignLeft | Qt::AlignVCenter, more);
    painter.setPen(style.palette.danger);
    for (const QString& event : events)
        row.translate(0, line), draw_label(painter, row, Qt::AlignLeft | Qt::AlignVCenter, event);
}

QStringList PlotPainter::told_at(const Frame& frame, double x) const {
    const std::vector<Reading> list = readings(frame, x);
    QStringList lines{heading(list, x)};
    for (const Reading& reading : list) lines += reading.points->curve().label + ": " + reading.text + reading.beside;
    return lines;
}

}  // namespace ablate::ui
