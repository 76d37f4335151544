#include "core/base/text.h"
#include "core/plot/axis.h"
#include "ui/bridge/text.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/chart_style.h"
#include "ui/charts/chart_view.h"

#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QMenu>
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
    QString y_title, empty_text;

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
    void paint(QPainter& painter, const QRectF& area, const ChartStyle& style) const;
    void paint_bar(QPainter& painter, const Frame& frame, const ChartStyle& style, std::size_t index) const;
    QString told(const Bar& bar) const;
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

void BarView::State::paint(QPainter& painter, const QRectF& area, const ChartStyle& style) const {
    painter.save();
    painter.setFont(style.font);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(area, style.palette.surface);
    if (bars.empty()) {
        painter.setPen(style.palette.muted);
        painter.drawText(area.adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, empty_text);
        return painter.restore();
    }
    const Frame frame = this->frame(area, style);
    const double line = QFontMetricsF(style.font).height();
    for (const Tick& tick : frame.y.ticks(5)) {
        const double y = std::floor(frame.y.pixel(tick.value)) + 0.5;
        painter.setPen(QPen(tick.value == 0 ? style.palette.line : style.palette.grid, 1));
        painter.drawLine(QPointF(frame.plot.left(), y), QPointF(frame.plot.right(), y));
        painter.setPen(style.palette.muted);
        draw_label(painter, {area.left(), y - line / 2, frame.plot.left() - 6 - area.left(), line},
                   Qt::AlignRight | Qt::AlignVCenter, text(tick.text));
    }
    for (std::size_t i = 0; i < bars.size(); ++i) paint_bar(painter, frame, style, i);
    painter.setPen(style.palette.text);
    draw_label(painter, {area.left() + 2 * kSpace, area.top() + kSpace, area.width() - 4 * kSpace, line},
               Qt::AlignLeft | Qt::AlignVCenter, y_title);
    painter.restore();
}

void BarView::State::paint_bar(QPainter& painter, const Frame& frame, const ChartStyle& style,
                               std::size_t index) const {
    const Bar& bar = bars[index];
    const QRectF slot = this->slot(frame, index);
    const double line = QFontMetricsF(style.font).height();
    const double width = std::min(slot.width() * kBarShare, kWidest), x = slot.center().x();
    painter.setPen(bar.collapsed ? style.palette.danger : style.palette.muted);
    draw_label(painter, {slot.left() + 2, frame.plot.bottom() + kSpace, slot.width() - 4, line}, Qt::AlignCenter,
               bar.label);
    if (!drawn(bar)) {
        const QRectF box(x - width / 2, frame.plot.bottom() - 3 * line, width, 3 * line);
        painter.fillRect(box, QBrush(style.palette.danger, Qt::BDiagPattern));
        painter.setPen(style.palette.danger);
        draw_label(painter, {slot.left() + 2, box.top() - line - 2, slot.width() - 4, line}, Qt::AlignCenter,
                   word_for(bar));
        return;
    }
    const double top = frame.y.pixel(bar.value);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(style.ink(bar.color), style.palette.surface, 0.2));
    painter.drawRect(QRectF(QPointF(x - width / 2, top), QPointF(x + width / 2, frame.y.pixel(0))).normalized());
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

QString BarView::State::told(const Bar& bar) const {
    if (bar.collapsed) return bar.label + ": collapsed";
    QString text = bar.label + ": " + QString::fromStdString(full_precision(bar.value));
    if (interval(bar) > 0) text += " ± " + QString::fromStdString(full_precision(interval(bar)));
    return text;
}

BarView::BarView(QWidget* parent) : QWidget(parent), state_(std::make_unique<State>()) {
    setMouseTracking(true);
    setMinimumSize(160, 120);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

BarView::~BarView() = default;
QSize BarView::sizeHint() const { return {480, 280}; }

void BarView::set_bars(std::vector<Bar> bars, const QString& y_title) {
    state_->bars = std::move(bars);
    state_->y_title = y_title;
    setAccessibleName(y_title);
    QStringList told;
    for (const Bar& bar : state_->bars) told += state_->told(bar);
    setAccessibleDescription(told.join("; "));
    update();
}

void BarView::set_empty_text(const QString& text) {
    state_->empty_text = text;
    update();
}

void BarView::save(const QString& file, ChartView::Format format) const {
    const ChartStyle style = ChartStyle::for_print();
    save_chart(file, format, size(), state_->y_title,
               [&](QPainter& painter, const QRectF& area) { state_->paint(painter, area, style); });
}

void BarView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    state_->paint(painter, rect(), ChartStyle::for_screen());
}

void BarView::mouseMoveEvent(QMouseEvent* event) {
    const auto frame = state_->frame(rect(), ChartStyle::for_screen());
    for (std::size_t i = 0; i < state_->bars.size(); ++i)
        if (state_->slot(frame, i).contains(event->position()))
            return QToolTip::showText(event->globalPosition().toPoint(), plain_tooltip({state_->told(state_->bars[i])}),
                                      this);
    QToolTip::hideText();
}

void BarView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    add_export_actions(
        menu, this, state_->y_title, [this](const QString& file, ChartView::Format format) { save(file, format); },
        [this] {
            const ChartStyle style = ChartStyle::for_print();
            copy_chart(size(), [&](QPainter& painter, const QRectF& area) { state_->paint(painter, area, style); });
        });
    menu.exec(event->globalPos());
}

}  // namespace ablate::ui
