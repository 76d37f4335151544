#include "ui/charts/grid_curve_view.h"

#include "core/base/text.h"
#include "core/plot/axis.h"
#include "core/plot/label_layout.h"
#include "core/plot/number_text.h"
#include "ui/bridge/text.h"
#include "ui/charts/chart_style.h"

#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace ablate::ui {

using plot::Axis;
using plot::has_place;
using plot::padded;
using plot::Range;

namespace {

constexpr double kLabelShare = 0.28;  // of the width that labels may take
constexpr double kDot = 8;            // px, the diameter of a point
constexpr double kRing = 8;           // px, the radius around the best
constexpr double kCross = 4;          // px, half a cross
constexpr double kReach = 12;         // px within which a point is meant by the pointer
constexpr float kBand = 0.14F;        // opacity

struct Extent {
    std::optional<Range> range;
    void add(Scale scale, double value) {
        if (!has_place(scale, value)) return;
        range = range ? Range{std::min(range->low, value), std::max(range->high, value)} : Range{value, value};
    }
};

bool has_band(const GridCurve& curve, std::size_t i) {
    return !curve.low.empty() && has_place(Scale::linear, curve.low[i]) && has_place(Scale::linear, curve.high[i]);
}

}  // namespace

struct GridCurveView::State {
    std::vector<GridCurve> curves;
    QString x_title, y_title;
    Scale x_scale = Scale::linear;

    struct Frame {
        QRectF area, plot;
        Axis x, y;
        std::vector<ChartScene::Tick> x_ticks, y_ticks;
        double labels = 0;
    };
    bool shown(const GridCurve& curve, std::size_t i) const {
        return has_place(x_scale, curve.x[i]) && has_place(Scale::linear, curve.y[i]);
    }
    Frame frame(const QRectF& area, const ChartStyle& style) const;
    QPointF at(const Frame& frame, const GridCurve& curve, std::size_t i) const {
        return {frame.x.pixel(curve.x[i]), frame.y.pixel(curve.y[i])};
    }
    void add_series(ChartScene& scene, const Frame& frame, const ChartStyle& style, const GridCurve& curve) const;
    void paint_ground(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_marks(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_labels(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    QString told(const GridCurve& curve, std::size_t i, double per_pixel) const;
    QString description() const;
};

GridCurveView::State::Frame GridCurveView::State::frame(const QRectF& area, const ChartStyle& style) const {
    const QFontMetricsF metrics(style.font);
    const double line = metrics.height();
    Extent along, up, band;
    Frame frame;
    frame.area = area;
    for (const GridCurve& curve : curves) {
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            along.add(x_scale, curve.x[i]);
            if (!shown(curve, i)) continue;
            up.add(Scale::linear, curve.y[i]);
            if (has_band(curve, i)) band.add(Scale::linear, curve.low[i]), band.add(Scale::linear, curve.high[i]);
        }
        for (const double x : curve.collapsed_x) along.add(x_scale, x);
        frame.labels = std::max(frame.labels, metrics.horizontalAdvance(curve.label));
    }
    Range y = up.range.value_or(Range{0, 1});
    // The band of two seeds would flatten the curves: it widens the axis by the height of the curves at most.
    if (const double height = y.high - y.low; band.range && height > 0)
        y = {std::min(y.low, std::max(band.range->low, y.low - height)),
             std::max(y.high, std::min(band.range->high, y.high + height))};
    else if (band.range)
        y = {std::min(y.low, band.range->low), std::max(y.high, band.range->high)};
    frame.labels = std::min(std::ceil(frame.labels), area.width() * kLabelShare);
    const double top = area.top() + line + 4 * kSpace, bottom = area.bottom() - 2 * line - 3 * kSpace;
    frame.y = Axis(Scale::linear, padded(Scale::linear, y, 0.08), bottom, top);
    double left = 0;
    for (const plot::Tick& tick : frame.y.ticks(std::max(3, static_cast<int>((bottom - top) / (2.5 * line))))) {
        frame.y_ticks.push_back({frame.y.pixel(tick.value), text(tick.text)});
        left = std::max(left, metrics.horizontalAdvance(frame.y_ticks.back().text));
    }
    frame.plot = QRectF(QPointF(std::floor(area.left() + left + 4 * kSpace), top),
                        QPointF(std::floor(area.right() - frame.labels - 5 * kSpace), bottom));
    if (frame.plot.width() < 1) frame.plot.setWidth(1);
    const Range x = along.range.value_or(x_scale == Scale::linear ? Range{0, 1} : Range{1, 10});
    frame.x = Axis(x_scale, padded(x_scale, x, 0.04), frame.plot.left(), frame.plot.right());
    for (const plot::Tick& tick : frame.x.ticks(std::max(3, static_cast<int>(frame.plot.width() / (6 * line)))))
        frame.x_ticks.push_back({frame.x.pixel(tick.value), text(tick.text)});
    return frame;
}

void GridCurveView::State::add_series(ChartScene& scene, const Frame& frame, const ChartStyle& style,
                                      const GridCurve& curve) const {
    const QColor ink = style.ink(curve.color);
    QColor wash = ink;
    wash.setAlphaF(kBand);
    QList<QPointF> line, upper, lower;
    const auto bounded = [&](double value) {
        return std::clamp(frame.y.pixel(value), frame.plot.top(), frame.plot.bottom());
    };
    const auto close_band = [&] {
        if (upper.size() > 1) scene.add_area(upper, lower, wash);
        upper.clear(), lower.clear();
    };
    QList<QList<QPointF>> lines;
    QList<QPointF> points;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
        if (!shown(curve, i)) {  // a gap, not a bridge
            lines << line;
            line.clear(), close_band();
            continue;
        }
        line << at(frame, curve, i);
        points << at(frame, curve, i);
        if (!has_band(curve, i)) {
            close_band();
            continue;
        }
        upper << QPointF(line.back().x(), bounded(curve.high[i]));
        lower << QPointF(line.back().x(), bounded(curve.low[i]));
    }
    close_band();
    lines << line;
    for (const QList<QPointF>& part : lines)
        if (part.size() > 1) scene.add_line(part, QPen(ink, 1.75, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    if (!points.isEmpty()) scene.add_points(points, ink, style.palette.surface, kDot);
}

void GridCurveView::State::paint_ground(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    painter.setPen(QPen(style.palette.grid, 1));
    for (const ChartScene::Tick& tick : frame.y_ticks) {
        const double y = std::floor(tick.pixel) + 0.5;
        painter.drawLine(QPointF(frame.plot.left(), y), QPointF(frame.plot.right(), y));
    }
    painter.setPen(QPen(style.palette.line, 1));
    for (const ChartScene::Tick& tick : frame.x_ticks) {
        const double x = std::floor(tick.pixel) + 0.5;
        painter.drawLine(QPointF(x, frame.plot.bottom()),
                         QPointF(x, frame.plot.bottom() + (tick.text.isEmpty() ? 3 : 5)));
    }
}

// The best of each curve is ringed, and a collapse is a cross at the top edge.
void GridCurveView::State::paint_marks(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    const double line = QFontMetricsF(style.font).height();
    painter.setFont(style.font);
    painter.setBrush(Qt::NoBrush);
    std::vector<std::pair<double, int>> crosses;  // several at one value are drawn below each other
    for (const GridCurve& curve : curves) {
        painter.setPen(QPen(style.ink(curve.color), 1.5));
        for (const std::size_t i : curve.best)
            if (i < curve.x.size() && shown(curve, i)) painter.drawEllipse(at(frame, curve, i), kRing, kRing);
        painter.setPen(QPen(style.ink(curve.color), 2));
        for (const double value : curve.collapsed_x) {
            if (!has_place(x_scale, value)) continue;
            int row = 0;
            for (const auto& [at, count] : crosses) row += at == value ? 1 : 0;
            crosses.emplace_back(value, row);
            const QPointF c(frame.x.pixel(value), frame.plot.top() + row * 3 * kCross);
            painter.drawLine(c + QPointF(-kCross, -kCross), c + QPointF(kCross, kCross));
            painter.drawLine(c + QPointF(-kCross, kCross), c + QPointF(kCross, -kCross));
        }
    }
    painter.setPen(style.palette.text);
    draw_label(painter,
               {frame.area.left() + 2 * kSpace, frame.area.top() + kSpace, frame.area.width() - 4 * kSpace, line},
               Qt::AlignLeft | Qt::AlignVCenter, y_title);
    painter.setPen(style.palette.muted);
    const QString legend = crosses.empty() ? x_title : "× collapsed    " + x_title;
    draw_label(painter, {frame.plot.left(), frame.plot.bottom() + 6 + line, frame.plot.width(), line + 2},
               Qt::AlignRight | Qt::AlignVCenter, legend);
}

void GridCurveView::State::paint_labels(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    const double height = QFontMetricsF(style.font).height();
    std::vector<const GridCurve*> labeled;
    std::vector<QPointF> ends;
    for (const GridCurve& curve : curves) {
        std::optional<std::size_t> last;
        for (std::size_t i = 0; i < curve.x.size(); ++i)
            if (shown(curve, i)) last = i;
        // A variant that only collapsed is labeled at its crosses.
        const QPointF end = last ? at(frame, curve, *last) : QPointF(frame.plot.right(), frame.plot.top());
        if (!last && curve.collapsed_x.empty()) continue;
        labeled.push_back(&curve);
        ends.push_back(end);
    }
    const plot::FittedLabels fitted =
        plot::fit_labels(labeled.size(), height, frame.plot.top() - height / 2, frame.plot.bottom() + height / 2);
    std::vector<double> wanted;
    for (std::size_t i = 0; i < fitted.shown; ++i) wanted.push_back(ends[i].y());
    if (fitted.more > 0) wanted.push_back(frame.plot.bottom() + height / 2);
    const std::vector<double> centers =
        plot::spread_labels(wanted, height, frame.plot.top() - height / 2, frame.plot.bottom() + height / 2);
    const double left = frame.plot.right() + 3 * kSpace;
    for (std::size_t i = 0; i < centers.size(); ++i) {
        const bool more = i == fitted.shown;
        const QColor ink = more ? style.palette.muted : style.ink(labeled[i]->color);
        if (!more) {
            painter.setPen(QPen(mixed(ink, style.palette.surface, 0.4), 1));
            painter.drawLine(ends[i] + QPointF(kDot, 0), QPointF(left - 3, centers[i]));
        }
        painter.setPen(more ? ink : mixed(ink, style.palette.text, 0.35));
        draw_label(painter, {left, centers[i] - height / 2, frame.labels + 2, height}, Qt::AlignLeft | Qt::AlignVCenter,
                   more ? QString("%1 more").arg(fitted.more) : labeled[i]->label, Qt::ElideMiddle);
    }
}

QString GridCurveView::State::told(const GridCurve& curve, std::size_t i, double per_pixel) const {
    const auto number = [&](double value) {
        return text(per_pixel > 0 ? plot::resolved_text(value, per_pixel) : full_precision(value));
    };
    QString told = QString("%1 at %2: %3").arg(curve.label, text(full_precision(curve.x[i])), number(curve.y[i]));
    if (has_band(curve, i)) told += QString(", %1 to %2").arg(number(curve.low[i]), number(curve.high[i]));
    return std::find(curve.best.begin(), curve.best.end(), i) == curve.best.end() ? told : told + ", the best";
}

QString GridCurveView::State::description() const {
    QStringList lines;
    int left_out = 0;
    for (const GridCurve& curve : curves) {
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            if (shown(curve, i))
                lines += told(curve, i, 0);
            else
                ++left_out;
        }
        for (const double x : curve.collapsed_x)
            lines += QString("%1 at %2: collapsed").arg(curve.label, text(full_precision(x)));
    }
    if (left_out > 0)
        lines += left_out == 1 ? QString("1 point is left out") : QString("%1 points are left out").arg(left_out);
    return lines.join("; ");
}

GridCurveView::GridCurveView(QWidget* parent) : BaseChart(parent), state_(std::make_unique<State>()) {
    setMinimumSize(240, 160);
}
GridCurveView::~GridCurveView() = default;

void GridCurveView::set_curves(std::vector<GridCurve> curves, const QString& x_title, const QString& y_title,
                               bool log_x) {
    for (const GridCurve& curve : curves) {
        const std::size_t n = curve.x.size();
        if (curve.y.size() != n || curve.low.size() != curve.high.size() ||
            (!curve.low.empty() && curve.low.size() != n))
            throw std::logic_error("a curve over a grid needs a value for every x");
    }
    state_->curves = std::move(curves);
    state_->x_title = x_title;
    state_->y_title = y_title;
    state_->x_scale = log_x ? Scale::logarithmic : Scale::linear;
    setAccessibleName(y_title + " against " + x_title);
    setAccessibleDescription(state_->description());
    redraw();
}

bool GridCurveView::empty() const {
    return std::all_of(state_->curves.begin(), state_->curves.end(), [&](const GridCurve& curve) {
        for (std::size_t i = 0; i < curve.x.size(); ++i)
            if (state_->shown(curve, i)) return false;
        return curve.collapsed_x.empty();
    });
}
QString GridCurveView::title() const { return state_->y_title; }

void GridCurveView::fill(ChartScene& scene, const QRectF& area, const ChartStyle& style) const {
    const State::Frame frame = state_->frame(area, style);
    scene.set_axes(frame.plot, frame.x_ticks, frame.y_ticks, style);
    scene.add_item(ChartScene::Layer::grid, [state = state_.get(), frame, style](QPainter& painter) {
        state->paint_ground(painter, frame, style);
    });
    for (const GridCurve& curve : state_->curves) state_->add_series(scene, frame, style, curve);
    scene.add_item(ChartScene::Layer::marks, [state = state_.get(), frame, style](QPainter& painter) {
        state->paint_marks(painter, frame, style);
        state->paint_labels(painter, frame, style);
    });
}

void GridCurveView::mouseMoveEvent(QMouseEvent* event) {
    const State::Frame frame = state_->frame(rect(), ChartStyle::for_screen());
    const double per_pixel = std::abs(frame.y.value(frame.plot.top()) - frame.y.value(frame.plot.top() + 1));
    QStringList lines;
    for (const GridCurve& curve : state_->curves) {
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            if (!state_->shown(curve, i)) continue;
            const QPointF away = state_->at(frame, curve, i) - event->position();
            if (std::hypot(away.x(), away.y()) <= kReach) lines += state_->told(curve, i, per_pixel);
        }
        for (const double x : curve.collapsed_x)
            if (std::abs(frame.x.pixel(x) - event->position().x()) <= kReach &&
                event->position().y() < frame.plot.top() + 2 * kReach)
                lines += QString("%1 at %2: collapsed").arg(curve.label, text(full_precision(x)));
    }
    if (lines.isEmpty()) return QToolTip::hideText();
    QToolTip::showText(event->globalPosition().toPoint(), plain_tooltip(lines), this);
}

}  // namespace ablate::ui
