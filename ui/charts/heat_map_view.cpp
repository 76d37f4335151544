#include "core/base/text.h"
#include "ui/bridge/text.h"
#include "ui/charts/axis.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/chart_style.h"
#include "ui/charts/color_map.h"
#include "ui/charts/plot_view.h"

#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QImage>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace ablate::ui {
namespace {

constexpr double kRowHeight = 16;  // px at most
constexpr double kKeyWidth = 12;   // px, the strip that tells what a colour means

}  // namespace

struct HeatMapView::State {
    std::vector<QString> sites;
    std::vector<double> steps;
    std::vector<std::vector<double>> values;
    QString title, empty_text;
    QImage cells;        // one pixel a value; a transparent one where nothing was measured
    Range range{1, 10};  // of the positive finite values

    struct Frame {
        QRectF area, plot, key;
        double row = 0;
        Axis steps;
    };
    void color_cells();
    Frame frame(const QRectF& area, const ChartStyle& style) const;
    void paint(QPainter& painter, const QRectF& area, const ChartStyle& style) const;
    void paint_key(QPainter& painter, const Frame& frame, const ChartStyle& style) const;
    std::optional<std::pair<std::size_t, std::size_t>> cell_at(const Frame& frame, const QPointF& point) const;
};

void HeatMapView::State::color_cells() {
    std::optional<Range> found;
    for (const auto& row : values)
        for (const double v : row)
            if (std::isfinite(v) && v > 0)
                found = found ? Range{std::min(found->low, v), std::max(found->high, v)} : Range{v, v};
    range = padded(Scale::logarithmic, found.value_or(Range{1, 10}), 0);
    const double low = std::log(range.low), span = std::log(range.high) - low;
    cells = QImage(static_cast<int>(steps.size()), static_cast<int>(sites.size()), QImage::Format_ARGB32_Premultiplied);
    cells.fill(Qt::transparent);
    const QColor collapsed = Theme::instance().palette().danger;
    for (int y = 0; y < cells.height(); ++y) {
        for (int x = 0; x < cells.width(); ++x) {
            const double value = values[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
            if (std::isinf(value))
                cells.setPixelColor(x, y, collapsed);
            else if (value > 0)
                cells.setPixelColor(x, y, viridis((std::log(value) - low) / span));
            else if (value == 0)
                cells.setPixelColor(x, y, viridis(0));
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
    const double first = steps.empty() ? 0 : steps.front(), last = steps.empty() ? 1 : steps.back();
    frame.steps = Axis(Scale::linear, padded(Scale::linear, {first, last}, 0), frame.plot.left(), frame.plot.right());
    return frame;
}

void HeatMapView::State::paint(QPainter& painter, const QRectF& area, const ChartStyle& style) const {
    painter.save();
    painter.setFont(style.font);
    painter.fillRect(area, style.palette.surface);
    if (sites.empty() || steps.empty()) {
        painter.setPen(style.palette.muted);
        painter.drawText(area.adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, empty_text);
        return painter.restore();
    }
    const Frame frame = this->frame(area, style);
    const double line = QFontMetricsF(style.font).height();
    painter.drawImage(frame.plot, cells);
    painter.setPen(style.palette.muted);
    double free = frame.plot.top() - 1;  // labels that would touch the one above are left out
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const double centre = frame.plot.top() + frame.row * (static_cast<double>(i) + 0.5);
        if (centre - line / 2 < free) continue;
        draw_label(painter,
                   {area.left() + 2 * kSpace, centre - line / 2, frame.plot.left() - area.left() - 3.5 * kSpace, line},
                   Qt::AlignRight | Qt::AlignVCenter, sites[i]);
        free = centre + line / 2 - 1;
    }
    for (const Tick& tick : frame.steps.ticks(static_cast<int>(frame.plot.width() / (6 * line)))) {
        const double x = frame.steps.pixel(tick.value);
        draw_label(painter, {x - 40, frame.plot.bottom() + 4, 80, line}, Qt::AlignCenter, tick.text);
    }
    draw_label(painter, {frame.plot.left(), frame.plot.bottom() + 4 + line, frame.plot.width(), line + 2},
               Qt::AlignRight | Qt::AlignVCenter, "Step");
    painter.setPen(style.palette.text);
    draw_label(painter, {area.left() + 2 * kSpace, area.top() + kSpace, area.width() - 4 * kSpace, line},
               Qt::AlignLeft | Qt::AlignVCenter, title);
    paint_key(painter, frame, style);
    painter.restore();
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
    const auto part = [](double share, std::size_t count) {
        return std::min(static_cast<std::size_t>(share * static_cast<double>(count)), count - 1);
    };
    return std::pair{part((point.y() - frame.plot.top()) / frame.plot.height(), sites.size()),
                     part((point.x() - frame.plot.left()) / frame.plot.width(), steps.size())};
}

HeatMapView::HeatMapView(QWidget* parent) : QWidget(parent), state_(std::make_unique<State>()) {
    setMouseTracking(true);
    setMinimumSize(240, 120);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        state_->color_cells();
        update();
    });
}

HeatMapView::~HeatMapView() = default;
QSize HeatMapView::sizeHint() const { return {480, 240}; }

void HeatMapView::set_values(std::vector<QString> sites, std::vector<double> steps,
                             std::vector<std::vector<double>> values, const QString& title) {
    if (values.size() != sites.size()) throw std::logic_error("a heat map needs a row of values for every site");
    for (const auto& row : values)
        if (row.size() != steps.size()) throw std::logic_error("a heat map needs a value for every step");
    state_->sites = std::move(sites);
    state_->steps = std::move(steps);
    state_->values = std::move(values);
    state_->title = title;
    state_->color_cells();
    setAccessibleName(title);
    update();
}

void HeatMapView::set_empty_text(const QString& text) {
    state_->empty_text = text;
    update();
}

void HeatMapView::save(const QString& file, PlotView::Format format) const {
    const ChartStyle style = ChartStyle::for_print();
    save_chart(file, format, size(), state_->title,
               [&](QPainter& painter, const QRectF& area) { state_->paint(painter, area, style); });
}

void HeatMapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    state_->paint(painter, rect(), ChartStyle::for_screen());
}

void HeatMapView::mouseMoveEvent(QMouseEvent* event) {
    const auto cell = state_->cell_at(state_->frame(rect(), ChartStyle::for_screen()), event->position());
    if (!cell) return QToolTip::hideText();
    const auto [site, step] = *cell;
    const double value = state_->values[site][step];
    const QString text =
        QString("%1, step %2: %3")
            .arg(state_->sites[site], QString::fromStdString(with_thousands(std::llround(state_->steps[step]))),
                 QString::fromStdString(full_precision(value)));
    QToolTip::showText(event->globalPosition().toPoint(), plain_tooltip({text}), this);
}

void HeatMapView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    add_export_actions(
        menu, this, state_->title, [this](const QString& file, PlotView::Format format) { save(file, format); },
        [this] {
            const ChartStyle style = ChartStyle::for_print();
            copy_chart(size(), [&](QPainter& painter, const QRectF& area) { state_->paint(painter, area, style); });
        });
    menu.exec(event->globalPos());
}

}  // namespace ablate::ui
