#include "ui/charts/forest_view.h"

#include "core/base/text.h"
#include "core/plot/axis.h"
#include "core/plot/number_text.h"
#include "ui/bridge/text.h"
#include "ui/charts/chart_style.h"
#include "ui/theme/figures.h"

#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <cmath>
#include <optional>

namespace ablate::ui {

using plot::Axis;
using plot::has_place;
using plot::padded;
using plot::Range;

namespace {

constexpr double kRow = 22;          // px, a row with room to breathe
constexpr double kTightRow = 16;     // px, the least that a line of text needs
constexpr double kNamesShare = 0.5;  // of the width that names may take before they are elided
constexpr double kDot = 4;           // px, its radius
constexpr double kNarrowPlot = 120;  // px

bool drawn(const ForestRow& row) { return !row.collapsed && has_place(Scale::linear, row.value); }
bool has_interval(const ForestRow& row) {
    return drawn(row) && has_place(Scale::linear, row.low) && has_place(Scale::linear, row.high);
}

}  // namespace

struct ForestView::State {
    std::vector<ForestRow> rows;
    QString x_title;
    double reference = 0;

    struct Frame {
        QRectF area, plot;
        Axis x;
        std::vector<ChartScene::Tick> ticks;
        double row = kRow, notes = 0;
    };
    Frame frame(const QRectF& area, const ChartStyle& style) const;
    Range range() const;
    double height(double row, const QFontMetricsF& metrics) const {
        return row * static_cast<double>(rows.size()) + 2 * metrics.height() + 7 * kSpace;
    }
    std::size_t row_at(const Frame& frame, const QPointF& point) const;
    void paint_ground(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_row(QPainter& painter, const Frame& frame, const ChartStyle& style, std::size_t index) const;
    QString note(const ForestRow& row) const { return row.collapsed ? QString("collapsed") : row.note; }
    QString told(const ForestRow& row, double per_pixel) const;
};

Range ForestView::State::range() const {
    std::optional<Range> range;
    const auto add = [&](double value) {
        if (!has_place(Scale::linear, value)) return;
        range = range ? Range{std::min(range->low, value), std::max(range->high, value)} : Range{value, value};
    };
    for (const ForestRow& row : rows) {
        if (!drawn(row)) continue;
        add(row.value);
        if (has_interval(row)) add(row.low), add(row.high);
    }
    add(reference);
    return padded(Scale::linear, range.value_or(Range{0, 1}), 0.04);
}

ForestView::State::Frame ForestView::State::frame(const QRectF& area, const ChartStyle& style) const {
    QFont strong = style.font;
    strong.setWeight(QFont::DemiBold);
    const QFontMetricsF metrics(style.font), bold(strong);
    Frame frame;
    frame.area = area;
    double names = 0;
    for (const ForestRow& row : rows) {
        names = std::max(names, (row.baseline ? bold : metrics).horizontalAdvance(row.label));
        frame.notes = std::max(frame.notes, metrics.horizontalAdvance(note(row)));
    }
    const double all = area.width() - 4 * kSpace;
    if (frame.notes > 0) frame.notes = std::min(std::ceil(frame.notes) + 4 * kSpace, all * 0.3);
    names = std::min(std::ceil(names), std::max(all * kNamesShare, all - frame.notes - 3 * kNarrowPlot));
    const double top = area.top() + 2 * kSpace, bottom = area.bottom() - 2 * metrics.height() - 4 * kSpace;
    frame.row = std::min(kRow * 1.6, std::max(1.0, (bottom - top) / static_cast<double>(rows.size())));
    frame.plot = QRectF(QPointF(std::floor(area.left() + names + 6 * kSpace), top),
                        QPointF(std::floor(area.right() - 3 * kSpace - frame.notes),
                                std::floor(top + frame.row * static_cast<double>(rows.size()))));
    if (frame.plot.width() < 1) frame.plot.setWidth(1);
    frame.x = Axis(Scale::linear, range(), frame.plot.left(), frame.plot.right());
    const int wanted = std::max(2, static_cast<int>(frame.plot.width() / (4 * metrics.height())));
    for (const plot::Tick& tick : frame.x.ticks(wanted)) {
        const bool signed_axis = frame.x.range().low < 0 && tick.value > 0;
        frame.ticks.push_back({frame.x.pixel(tick.value), (signed_axis ? "+" : "") + text(tick.text)});
    }
    return frame;
}

std::size_t ForestView::State::row_at(const Frame& frame, const QPointF& point) const {
    if (rows.empty() || point.y() < frame.plot.top() || point.y() >= frame.plot.bottom()) return rows.size();
    return std::min(static_cast<std::size_t>((point.y() - frame.plot.top()) / frame.row), rows.size() - 1);
}

void ForestView::State::paint_ground(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    painter.setPen(QPen(style.palette.grid, 1));
    const auto rule = [&](double pixel) {
        const double x = std::floor(pixel) + 0.5;
        painter.drawLine(QPointF(x, frame.plot.top()), QPointF(x, frame.plot.bottom()));
    };
    for (const ChartScene::Tick& tick : frame.ticks) rule(tick.pixel);
    if (!has_place(Scale::linear, reference)) return;
    painter.setPen(QPen(style.palette.muted, 1));
    rule(frame.x.pixel(reference));
}

void ForestView::State::paint_row(QPainter& painter, const Frame& frame, const ChartStyle& style,
                                  std::size_t index) const {
    const ForestRow& row = rows[index];
    const double y = frame.plot.top() + frame.row * (static_cast<double>(index) + 0.5);
    const double line = QFontMetricsF(style.font).height();
    QFont font = style.font;
    if (row.baseline) font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(row.collapsed ? style.palette.danger : style.palette.text);
    const double left = frame.area.left() + 2 * kSpace;
    draw_label(painter, {left, y - line / 2, frame.plot.left() - left - 3 * kSpace, line},
               Qt::AlignLeft | Qt::AlignVCenter, row.label, Qt::ElideMiddle);
    painter.setFont(style.font);
    if (!row.collapsed) painter.setPen(style.palette.muted);
    draw_label(painter, {frame.plot.right() + 3 * kSpace, y - line / 2, frame.notes, line},
               Qt::AlignLeft | Qt::AlignVCenter, note(row));
    if (!drawn(row)) return;
    const QColor ink = style.ink(row.color);
    const double x = frame.x.pixel(row.value);
    if (has_interval(row)) {
        painter.setPen(QPen(ink, 2, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(QPointF(frame.x.pixel(row.low), y), QPointF(frame.x.pixel(row.high), y));
    }
    painter.setPen(QPen(style.palette.surface, 1));
    painter.setBrush(ink);
    if (row.baseline)
        painter.drawPolygon(QPolygonF{{x, y - 6}, {x + 6, y}, {x, y + 6}, {x - 6, y}});
    else
        painter.drawEllipse(QPointF(x, y), kDot, kDot);
    painter.setBrush(Qt::NoBrush);
}

QString ForestView::State::told(const ForestRow& row, double per_pixel) const {
    if (row.collapsed) return row.label + ": collapsed";
    const auto number = [&](double value) {
        return text(per_pixel > 0 ? plot::resolved_text(value, per_pixel) : full_precision(value));
    };
    QString told = row.label + ": " + number(row.value);
    if (has_interval(row)) told += QString(", interval %1 to %2").arg(number(row.low), number(row.high));
    return row.note.isEmpty() ? told : told + ", " + row.note;
}

ForestView::ForestView(QWidget* parent) : BaseChart(parent), state_(std::make_unique<State>()) {}
ForestView::~ForestView() = default;

void ForestView::set_rows(std::vector<ForestRow> rows, const QString& x_title, double reference) {
    state_->rows = std::move(rows);
    state_->x_title = x_title;
    state_->reference = reference;
    setAccessibleName(x_title);
    QStringList told;
    for (const ForestRow& row : state_->rows) told += state_->told(row, 0);
    setAccessibleDescription(told.join("; "));
    updateGeometry();
    redraw();
}

QSize ForestView::sizeHint() const {
    const QFontMetricsF metrics(Theme::instance().font(-1));
    return {640, static_cast<int>(std::ceil(std::max(120.0, state_->height(kRow, metrics))))};
}

QSize ForestView::minimumSizeHint() const {
    const QFontMetricsF metrics(Theme::instance().font(-1));
    return {320, static_cast<int>(std::ceil(std::max(80.0, state_->height(kTightRow, metrics))))};
}

bool ForestView::empty() const { return state_->rows.empty(); }
QString ForestView::title() const { return state_->x_title; }

void ForestView::fill(ChartScene& scene, const QRectF& area, const ChartStyle& style) const {
    const State::Frame frame = state_->frame(area, style);
    scene.set_axes(frame.plot, frame.ticks, {}, style);
    scene.add_item(ChartScene::Layer::grid, [state = state_.get(), frame, style](QPainter& painter) {
        state->paint_ground(painter, frame, style);
    });
    scene.add_item(ChartScene::Layer::marks, [state = state_.get(), frame, style](QPainter& painter) {
        for (std::size_t i = 0; i < state->rows.size(); ++i) state->paint_row(painter, frame, style, i);
        const double line = QFontMetricsF(style.font).height();
        painter.setPen(style.palette.muted);
        const double left = frame.area.left() + 2 * kSpace;
        draw_label(painter, {left, frame.plot.bottom() + 3 * kSpace + line, frame.plot.right() - left, line + 2},
                   Qt::AlignRight | Qt::AlignVCenter, state->x_title);
    });
}

void ForestView::mouseMoveEvent(QMouseEvent* event) {
    const State::Frame frame = state_->frame(rect(), ChartStyle::for_screen());
    const std::size_t row = state_->row_at(frame, event->position());
    setCursor(row < state_->rows.size() ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (row == state_->rows.size()) return QToolTip::hideText();
    const double per_pixel = frame.x.value(frame.plot.left() + 1) - frame.x.value(frame.plot.left());
    QToolTip::showText(event->globalPosition().toPoint(), plain_tooltip({state_->told(state_->rows[row], per_pixel)}),
                       this);
}

void ForestView::mouseReleaseEvent(QMouseEvent* event) {
    const std::size_t row = state_->row_at(state_->frame(rect(), ChartStyle::for_screen()), event->position());
    if (event->button() == Qt::LeftButton && row < state_->rows.size()) Q_EMIT clicked(state_->rows[row].label);
}

}  // namespace ablate::ui
