#include "ui/charts/heat_map_view.h"

#include "core/base/text.h"
#include "core/plot/axis.h"
#include "core/plot/number_text.h"
#include "ui/bridge/text.h"
#include "ui/charts/chart_style.h"
#include "ui/charts/color_map.h"

#include <QFontMetricsF>
#include <QImage>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace ablate::ui {

using plot::Axis;
using plot::has_place;
using plot::padded;
using plot::Range;
using plot::Tick;

namespace {

constexpr double kRowHeight = 16;  // px at most
constexpr double kKeyWidth = 12;   // px, the strip that tells what a color means

}  // namespace

struct HeatMapView::State {
    std::vector<QString> sites;
    std::vector<double> steps;
    std::vector<std::vector<double>> values;
    QString title;
    QImage cells;        // one pixel a value; a transparent one where nothing was measured
    Range range{1, 10};  // of the positive values
    std::int64_t not_finite = 0, beyond = 0, not_positive = 0;

    struct Frame {
        QRectF area, plot, key;
        double row = 0;
        Axis steps;
    };
    void color_cells();
    Frame frame(const QRectF& area, const ChartStyle& style) const;
    void paint(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    void paint_key(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    std::pair<double, double> column(const Frame& frame, std::size_t index) const;  // its edges
    QString notes() const;  // what is not shown by a color of the scale, counted
    void paint_notes(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    std::optional<std::pair<std::size_t, std::size_t>> cell_at(const Frame& frame, const QPointF& point) const;
};

void HeatMapView::State::color_cells() {
    std::optional<Range> found;
    for (const auto& row : values)
        for (const double v : row)
            if (has_place(Scale::logarithmic, v))
                found = found ? Range{std::min(found->low, v), std::max(found->high, v)} : Range{v, v};
    range = padded(Scale::logarithmic, found.value_or(Range{1, 10}), 0);
    const double low = std::log(range.low), span = std::log(range.high) - low;
    cells = QImage(static_cast<int>(steps.size()), static_cast<int>(sites.size()), QImage::Format_ARGB32_Premultiplied);
    cells.fill(Qt::transparent);
    const QColor collapsed = Theme::instance().palette().danger, dark = Theme::instance().palette().text;
    not_finite = beyond = not_positive = 0;
    for (int y = 0; y < cells.height(); ++y) {
        for (int x = 0; x < cells.width(); ++x) {
            const double value = values[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
            if (std::isnan(value)) continue;
            const bool shown = has_place(Scale::linear, value);
            not_finite += !std::isfinite(value);
            beyond += !shown && std::isfinite(value);
            not_positive += shown && value <= 0;
            cells.setPixelColor(x, y, !shown ? collapsed : value > 0 ? viridis((std::log(value) - low) / span) : dark);
        }
    }
}

HeatMapView::State::Frame HeatMapView::State::frame(const QRectF& area, const ChartStyle& style) const {
    const QFontMetricsF metrics(style.font);
    Frame frame;
    frame.area = area;
    double left = 0;
    for (const QString& site : sites) left = std::max(left, metrics.horizontalAdvance(site));
    left = std::min(left, area.width() * 0.3);
    const double top = area.top() + metrics.height() + 3 * kSpace,
                 bottom = area.bottom() - 2 * metrics.height() - 3 * kSpace;
    const auto rows = static_cast<double>(std::max<std::size_t>(sites.size(), 1));
    frame.row = std::min(kRowHeight, (bottom - top) / rows);
    const double right = area.right() - 6 * kSpace - kKeyWidth - metrics.horizontalAdvance("0.00000");
    frame.plot = QRectF(QPointF(area.left() + left + 4 * kSpace, top),
                        QPointF(std::max(right, area.left() + left + 17), top + frame.row * rows));
    frame.key =
        QRectF(frame.plot.right() + 3 * kSpace, top, kKeyWidth, std::max(frame.plot.height(), 4 * metrics.height()));
    // A column reaches half way to its neighbors; the first and the last reach as far outwards.
    Range along{0, 1};
    if (!steps.empty()) along = {steps.front(), steps.back()};
    if (steps.size() > 1) {
        along.low -= (steps[1] - steps[0]) / 2;
        along.high += (steps.back() - steps[steps.size() - 2]) / 2;
    }
    frame.steps = Axis(Scale::linear, padded(Scale::linear, along, 0), frame.plot.left(), frame.plot.right());
    return frame;
}

void HeatMapView::State::paint(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    painter.setFont(style.font);
    painter.setRenderHint(QPainter::Antialiasing, false);
    const QRectF& area = frame.area;
    const double line = QFontMetricsF(style.font).height();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto [left, right] = column(frame, i);
        painter.drawImage(QRectF(left, frame.plot.top(), right - left, frame.plot.height()), cells,
                          QRectF(static_cast<double>(i), 0, 1, static_cast<double>(cells.height())));
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(style.palette.muted);
    double free = frame.plot.top() - 1;  // labels that would touch the one above are left out
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const double center = frame.plot.top() + frame.row * (static_cast<double>(i) + 0.5);
        if (center - line / 2 < free) continue;
        draw_label(painter,
                   {area.left() + 2 * kSpace, center - line / 2, frame.plot.left() - area.left() - 3.5 * kSpace, line},
                   Qt::AlignRight | Qt::AlignVCenter, sites[i], Qt::ElideMiddle);
        free = center + line / 2 - 1;
    }
    draw_label(painter, {frame.plot.left(), frame.plot.bottom() + 4 + line, frame.plot.width(), line + 2},
               Qt::AlignRight | Qt::AlignVCenter, "Step");
    painter.setPen(style.palette.text);
    draw_label(painter, {area.left() + 2 * kSpace, area.top() + kSpace, area.width() - 4 * kSpace, line},
               Qt::AlignLeft | Qt::AlignVCenter, title);
    paint_key(painter, frame, style);
    paint_notes(painter, frame, style);
}

std::pair<double, double> HeatMapView::State::column(const Frame& frame, std::size_t index) const {
    const auto between = [&](std::size_t i) { return frame.steps.pixel(steps[i] + (steps[i + 1] - steps[i]) / 2); };
    return {index == 0 ? frame.plot.left() : between(index - 1),
            index + 1 == steps.size() ? frame.plot.right() : between(index)};
}

QString HeatMapView::State::notes() const {
    QStringList notes;
    if (not_positive > 0) notes += QString("%1 at 0 or less: drawn in the color of text").arg(not_positive);
    if (not_finite > 0) notes += QString("%1 not finite: red").arg(not_finite);
    if (beyond > 0) notes += QString("%1 beyond 1e300: red").arg(beyond);
    return notes.join("; ");
}

void HeatMapView::State::paint_notes(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    const double line = QFontMetricsF(style.font).height();
    painter.setPen(style.palette.muted);
    draw_label(painter, {frame.plot.left(), frame.plot.bottom() + 4 + line, frame.plot.width() - 40, line + 2},
               Qt::AlignLeft | Qt::AlignVCenter, notes());
}

void HeatMapView::State::paint_key(QPainter& painter, const Frame& frame, const ChartStyle& style) const {
    QLinearGradient gradient(frame.key.bottomLeft(), frame.key.topLeft());
    for (int i = 0; i <= 8; ++i) gradient.setColorAt(i / 8.0, viridis(i / 8.0));
    painter.fillRect(frame.key, gradient);
    const double line = QFontMetricsF(style.font).height();
    painter.setPen(style.palette.muted);
    const auto label = [&](double y, double value) {
        draw_label(painter, {frame.key.right() + 4, y, frame.area.right() - frame.key.right() - 6, line},
                   Qt::AlignLeft | Qt::AlignVCenter, QString::fromStdString(significant(value, 2)));
    };
    label(frame.key.top() - 2, range.high);
    label(frame.key.bottom() - line + 2, range.low);
}

std::optional<std::pair<std::size_t, std::size_t>> HeatMapView::State::cell_at(const Frame& frame,
                                                                               const QPointF& point) const {
    if (sites.empty() || steps.empty() || !frame.plot.contains(point)) return std::nullopt;
    const double row = (point.y() - frame.plot.top()) / frame.plot.height() * static_cast<double>(sites.size());
    std::size_t step = 0;
    while (step + 1 < steps.size() && point.x() >= column(frame, step).second) ++step;
    return std::pair{std::min(static_cast<std::size_t>(row), sites.size() - 1), step};
}

HeatMapView::HeatMapView(QWidget* parent) : BaseChart(parent), state_(std::make_unique<State>()) {
    setMinimumSize(240, 120);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        state_->color_cells();
        redraw();
    });
}

HeatMapView::~HeatMapView() = default;
QSize HeatMapView::sizeHint() const { return {480, 240}; }

void HeatMapView::set_values(std::vector<QString> sites, std::vector<double> steps,
                             std::vector<std::vector<double>> values, const QString& title) {
    if (values.size() != sites.size()) throw std::logic_error("a heat map needs a row of values for every site");
    for (const auto& row : values)
        if (row.size() != steps.size()) throw std::logic_error("a heat map needs a value for every step");
    if (!std::is_sorted(steps.begin(), steps.end())) throw std::logic_error("the steps of a heat map ascend");
    state_->sites = std::move(sites);
    state_->steps = std::move(steps);
    state_->values = std::move(values);
    state_->title = title;
    state_->color_cells();
    setAccessibleName(title);
    setAccessibleDescription(state_->notes());
    redraw();
}

bool HeatMapView::empty() const { return state_->sites.empty() || state_->steps.empty(); }
QString HeatMapView::title() const { return state_->title; }

void HeatMapView::fill(ChartScene& scene, const QRectF& area, const ChartStyle& style) const {
    const State::Frame frame = state_->frame(area, style);
    std::vector<ChartScene::Tick> ticks;
    const int wanted = static_cast<int>(frame.plot.width() / (6 * QFontMetricsF(style.font).height()));
    for (const Tick& tick : frame.steps.ticks(wanted))
        ticks.push_back({frame.steps.pixel(tick.value), text(tick.text)});
    scene.set_axes(frame.plot, ticks, {}, style);
    scene.add_item(ChartScene::Layer::marks,
                   [state = state_.get(), frame, style](QPainter& painter) { state->paint(painter, frame, style); });
}

void HeatMapView::mouseMoveEvent(QMouseEvent* event) {
    const auto cell = state_->cell_at(state_->frame(rect(), ChartStyle::for_screen()), event->position());
    if (!cell) return QToolTip::hideText();
    const auto [site, step] = *cell;
    const double value = state_->values[site][step];
    const QString text =
        QString("%1, step %2: %3")
            .arg(state_->sites[site], QString::fromStdString(with_thousands(std::llround(state_->steps[step]))),
                 std::isnan(value)   ? QString("not measured")
                 : std::isinf(value) ? QString("not finite")
                                     : QString::fromStdString(significant(value, 3)));  // a color tells no more
    QToolTip::showText(event->globalPosition().toPoint(), plain_tooltip({text}), this);
}

}  // namespace ablate::ui
