#include "ui/charts/bar_view.h"

#include "core/base/text.h"
#include "core/plot/axis.h"
#include "core/plot/number_text.h"
#include "ui/bridge/text.h"
#include "ui/charts/chart_style.h"

#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <cmath>

namespace ablate::ui {

using plot::Axis;
using plot::has_place;
using plot::padded;
using plot::Range;
using plot::Tick;

namespace {

constexpr double kBarShare = 0.55;  // of a bar's slot
constexpr double kWidest = 72;      // px
constexpr double kCap = 4;          // px, half an interval's cap

double interval(const Bar& bar) { return has_place(Scale::linear, bar.half_width) ? std::abs(bar.half_width) : 0; }
bool drawn(const Bar& bar) { return !bar.collapsed && has_place(Scale::linear, bar.value); }
QString word_for(const Bar& bar) {
    if (bar.collapsed) return "collapsed";
    return std::isfinite(bar.value) ? QString("beyond 1e300") : QString::fromStdString(significant(bar.value));
}

}  // namespace

struct BarView::State {
    std::vector<Bar> bars;
    QString y_title;

    struct Frame {
        QRectF area, plot;
        Axis y;
        double slot = 0;
    };
    Frame frame(const QRectF& area, const ChartStyle& style) const;
    QRectF slot(const Frame& frame, std::size_t index) const {
        return {frame.plot.left() + frame.slot * static_cast<double>(index), frame.plot.top(), frame.slot,
                frame.plot.height()};
    }
    void paint(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_bar(QPainter& painter, const Frame& frame, const ChartStyle& style, std::size_t index) const;
    QString told(const Bar& bar, const std::function<std::string(double)>& number) const;
};

// Bars start at zero: a cut axis would show a small difference as a large one.
BarView::State::Frame BarView::State::frame(const QRectF& area, const ChartStyle& style) const {
    Range range{0, 0};
    for (const Bar& bar : bars) {
        if (!drawn(bar)) continue;
        range.low = std::min(range.low, bar.value - interval(bar));
        range.high = std::max(range.high, bar.value + interval(bar));
    }
    const Range with_margin = padded(Scale::linear, range, 0.08);
    if (range.low == 0)
        range = {0, with_margin.high};
    else if (range.high == 0)
        range = {with_margin.low, 0};
    else
        range = with_margin;
    const QFontMetricsF metrics(style.font);
    Frame frame;
    frame.area = area;
    // The title, and below it room for the highest bar's value.
    const double top = area.top() + 2 * metrics.height() + 3 * kSpace,
                 bottom = area.bottom() - metrics.height() - 3 * kSpace;
    frame.y = Axis(Scale::linear, range, bottom, top);
    double left = 0;
    for (const Tick& tick : frame.y.ticks(5)) left = std::max(left, metrics.horizontalAdvance(text(tick.text)));
    frame.plot =
        QRectF(QPointF(std::floor(area.left() + left + 4 * kSpace), top), QPointF(area.right() - 3 * kSpace, bottom));
    frame.slot = frame.plot.width() / static_cast<double>(std::max<std::size_t>(bars.size(), 1));
    return frame;
}

void BarView::State::paint(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    painter.setFont(style.font);
    for (std::size_t i = 0; i < bars.size(); ++i) paint_bar(painter, frame, style, i);
    const double line = QFontMetricsF(style.font).height();
    painter.setPen(style.palette.text);
    draw_label(painter,
               {frame.area.left() + 2 * kSpace, frame.area.top() + kSpace, frame.area.width() - 4 * kSpace, line},
               Qt::AlignLeft | Qt::AlignVCenter, y_title);
}

void BarView::State::paint_bar(QPainter& painter, const Frame& frame, const ChartStyle& style,
                               std::size_t index) const {
    const Bar& bar = bars[index];
    const QRectF slot = this->slot(frame, index);
    const double line = QFontMetricsF(style.font).height();
    const double width = std::min(slot.width() * kBarShare, kWidest), x = slot.center().x();
    painter.setPen(bar.collapsed ? style.palette.danger : style.palette.muted);
    draw_label(painter, {slot.left() + 2, frame.plot.bottom() + kSpace, slot.width() - 4, line}, Qt::AlignCenter,
               bar.label, Qt::ElideMiddle);
    if (!drawn(bar)) {
        const QRectF box(x - width / 2, frame.plot.bottom() - 3 * line, width, 3 * line);
        painter.fillRect(box, QBrush(style.palette.danger, Qt::BDiagPattern));
        painter.setPen(style.palette.danger);
        draw_label(painter, {slot.left() + 2, box.top() - line - 2, slot.width() - 4, line}, Qt::AlignCenter,
                   word_for(bar));
        return;
    }
    const double top = frame.y.pixel(bar.value);
    double above = std::min(top, frame.y.pixel(0));
    if (const double half = interval(bar); half > 0) {
        const double high = frame.y.pixel(bar.value + half), low = frame.y.pixel(bar.value - half);
        painter.setPen(QPen(style.palette.text, 1.5));
        painter.drawLine(QPointF(x, high), QPointF(x, low));
        for (const double y : {high, low}) painter.drawLine(QPointF(x - kCap, y), QPointF(x + kCap, y));
        above = std::min(above, high);
    }
    painter.setPen(style.palette.text);
    draw_label(painter, {slot.left(), std::max(above - line - 2, frame.area.top()), slot.width(), line},
               Qt::AlignCenter, QString::fromStdString(significant(bar.value)));
}

QString BarView::State::told(const Bar& bar, const std::function<std::string(double)>& number) const {
    if (bar.collapsed) return bar.label + ": collapsed";
    QString text = bar.label + ": " + QString::fromStdString(number(bar.value));
    if (interval(bar) > 0) text += " ± " + QString::fromStdString(number(interval(bar)));
    return text;
}

BarView::BarView(QWidget* parent) : BaseChart(parent), state_(std::make_unique<State>()) { setMinimumSize(160, 120); }

BarView::~BarView() = default;

void BarView::set_bars(std::vector<Bar> bars, const QString& y_title) {
    state_->bars = std::move(bars);
    state_->y_title = y_title;
    setAccessibleName(y_title);
    QStringList told;
    for (const Bar& bar : state_->bars) told += state_->told(bar, full_precision);
    setAccessibleDescription(told.join("; "));
    redraw();
}

bool BarView::empty() const { return state_->bars.empty(); }
QString BarView::title() const { return state_->y_title; }

void BarView::fill(ChartScene& scene, const QRectF& area, const ChartStyle& style) const {
    const State::Frame frame = state_->frame(area, style);
    std::vector<ChartScene::Tick> ticks;
    for (const Tick& tick : frame.y.ticks(5)) ticks.push_back({frame.y.pixel(tick.value), text(tick.text)});
    scene.set_axes(frame.plot, {}, ticks, style);
    const double zero = frame.y.pixel(0);
    scene.add_item(ChartScene::Layer::grid, [ticks, frame, zero, style](QPainter& painter) {
        for (const ChartScene::Tick& tick : ticks) {
            const double y = std::floor(tick.pixel) + 0.5;
            painter.setPen(QPen(tick.pixel == zero ? style.palette.line : style.palette.grid, 1));
            painter.drawLine(QPointF(frame.plot.left(), y), QPointF(frame.plot.right(), y));
        }
    });
    for (std::size_t i = 0; i < state_->bars.size(); ++i) {
        const Bar& bar = state_->bars[i];
        if (!drawn(bar)) continue;
        const QRectF slot = state_->slot(frame, i);
        const double half = std::min(slot.width() * kBarShare, kWidest) / 2, x = slot.center().x();
        const double value = frame.y.pixel(bar.value), top = std::min(value, zero), bottom = std::max(value, zero);
        scene.add_area({{x - half, top}, {x + half, top}}, {{x - half, bottom}, {x + half, bottom}},
                       mixed(style.ink(bar.color), style.palette.surface, 0.2));
    }
    scene.add_item(ChartScene::Layer::marks,
                   [state = state_.get(), frame, style](QPainter& painter) { state->paint(painter, frame, style); });
}

void BarView::mouseMoveEvent(QMouseEvent* event) {
    const auto frame = state_->frame(rect(), ChartStyle::for_screen());
    const double per_pixel = std::abs(frame.y.value(frame.plot.top()) - frame.y.value(frame.plot.top() + 1));
    const auto rounded = [per_pixel](double value) { return plot::resolved_text(value, per_pixel); };
    for (std::size_t i = 0; i < state_->bars.size(); ++i)
        if (state_->slot(frame, i).contains(event->position()))
            return QToolTip::showText(event->globalPosition().toPoint(),
                                      plain_tooltip({state_->told(state_->bars[i], rounded)}), this);
    QToolTip::hideText();
}

}  // namespace ablate::ui
