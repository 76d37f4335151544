#include "ui/charts/chart_view.h"

#include "ui/charts/chart_export.h"
#include "ui/charts/plot_painter.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QPixmap>
#include <cmath>
#include <limits>

namespace ablate::ui {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kDragStart = 4;       // px before a press becomes a drag
constexpr int kTallDrag = 24;       // px of height from which a drag zooms in y too
constexpr double kWheelStep = 0.8;  // range left per notch
constexpr double kPanStep = 0.1;    // of the range per key

// A range scaled about one of its values, or moved, as it looks on the axis.
Range between(const Axis& axis, double first_pixel, double last_pixel) {
    return {axis.value(std::min(first_pixel, last_pixel)), axis.value(std::max(first_pixel, last_pixel))};
}

}  // namespace

struct ChartView::State {
    PlotPainter plot;
    PlotPainter::Frame frame;
    QPixmap picture;  // everything but crosshair and drag
    bool stale = true;
    double crosshair = kNaN;
    bool hovering = false;  // the crosshair is the pointer's own
    enum class Drag { none, pressed, zoom, pan } drag = Drag::none;
    QPointF press, pointer;
    Range pan_x, pan_y;

    void zoom_x(const Range& range) {
        if (!(range.high > range.low) || !std::isfinite(range.low) || !std::isfinite(range.high)) return;
        // Live data must not move a zoomed view: what y showed stays.
        if (!plot.y_zoom) {
            plot.x_zoom = range;
            plot.y_zoom = plot.y_range();
        }
        plot.x_zoom = range;
    }
    void reset() {
        plot.x_zoom.reset();
        plot.y_zoom.reset();
    }
};

ChartView::ChartView(QWidget* parent) : QWidget(parent), state_(std::make_unique<State>()) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        state_->stale = true;
        update();
    });
}

ChartView::~ChartView() = default;

QSize ChartView::sizeHint() const { return {480, 280}; }
QSize ChartView::minimumSizeHint() const { return {160, 104}; }

void ChartView::set_axes(const PlotAxes& axes) {
    const PlotAxes& before = state_->plot.axes();
    if (axes.x_title != before.x_title || axes.x != before.x)
        state_->reset();  // another quantity
    else if (axes.y != before.y || axes.y_title != before.y_title)
        state_->plot.y_zoom.reset();
    state_->plot.set_axes(axes);
    setAccessibleName(axes.y_title + " against " + axes.x_title);
    state_->stale = true;
    update();
}

void ChartView::set_curves(std::vector<Curve> curves) {
    state_->plot.set_curves(std::move(curves));
    state_->stale = true;
    update();
}

void ChartView::set_smoothing(double weight) {
    state_->plot.set_smoothing(weight);
    state_->stale = true;
    update();
}

void ChartView::set_highlight(const QString& id) {
    if (id == state_->plot.highlight()) return;
    state_->plot.set_highlight(id);
    state_->stale = true;
    update();
}

void ChartView::set_crosshair(double x) {
    state_->crosshair = x;
    state_->hovering = false;
    update();
}

void ChartView::set_x_range(double low, double high) {
    if (std::isfinite(low) && std::isfinite(high))
        state_->zoom_x({low, high});
    else
        state_->reset();
    state_->stale = true;
    update();
}

bool ChartView::zoomed() const { return state_->plot.x_zoom.has_value(); }

void ChartView::set_empty_text(const QString& text) {
    state_->plot.set_empty_text(text);
    state_->stale = true;
    update();
}

void ChartView::save(const QString& file, Format format) const {
    const ChartStyle style = ChartStyle::for_print();
    save_chart(file, format, size(), state_->plot.axes().y_title, [&](QPainter& painter, const QRectF& area) {
        state_->plot.paint(painter, state_->plot.frame(area, style), style);
    });
}

void ChartView::copy_to_clipboard() const {
    const ChartStyle style = ChartStyle::for_print();
    copy_chart(size(), [&](QPainter& painter, const QRectF& area) {
        state_->plot.paint(painter, state_->plot.frame(area, style), style);
    });
}

void ChartView::paintEvent(QPaintEvent*) {
    State& s = *state_;
    const ChartStyle style = ChartStyle::for_screen();
    const double scale = devicePixelRatioF();
    const QSize wanted = (QSizeF(size()) * scale).toSize();
    if (s.stale || s.picture.size() != wanted || s.picture.devicePixelRatio() != scale) {
        if (s.picture.size() != wanted) s.picture = QPixmap(wanted);
        s.picture.setDevicePixelRatio(scale);
        s.frame = s.plot.frame(rect(), style);
        QPainter painter(&s.picture);
        s.plot.paint(painter, s.frame, style);
        s.stale = false;
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, s.picture);
    if (s.drag == State::Drag::zoom) {
        QRectF chosen = QRectF(s.press, s.pointer).normalized();
        if (chosen.height() < kTallDrag)
            chosen = QRectF(chosen.left(), s.frame.plot.top(), chosen.width(), s.frame.plot.height());
        QColor wash = style.palette.accent;
        wash.setAlphaF(0.15F);
        painter.fillRect(chosen.intersected(s.frame.plot), wash);
    } else if (std::isfinite(s.crosshair) && s.drag != State::Drag::pan) {
        s.plot.paint_crosshair(painter, s.frame, style, s.crosshair, s.hovering);
    }
    if (hasFocus()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(style.palette.accent, 1.5));
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
    }
}

void ChartView::mousePressEvent(QMouseEvent* event) {
    State& s = *state_;
    if (event->button() != Qt::LeftButton || s.plot.empty()) return;
    s.press = s.pointer = event->position();
    s.drag = event->modifiers() & Qt::ShiftModifier ? State::Drag::pan : State::Drag::pressed;
    s.pan_x = s.plot.x_range();
    s.pan_y = s.plot.y_range();
}

void ChartView::mouseMoveEvent(QMouseEvent* event) {
    State& s = *state_;
    s.pointer = event->position();
    if (s.drag == State::Drag::pressed && (s.pointer - s.press).manhattanLength() >= kDragStart)
        s.drag = State::Drag::zoom;
    if (s.drag == State::Drag::pan) {
        const QRectF& plot = s.frame.plot;
        const QPointF moved = s.pointer - s.press;
        const Axis x(s.plot.axes().x, s.pan_x, plot.left(), plot.right());
        const Axis y(s.plot.axes().y, s.pan_y, plot.bottom(), plot.top());
        s.plot.x_zoom = between(x, plot.left() - moved.x(), plot.right() - moved.x());
        s.plot.y_zoom = Range{y.value(plot.bottom() - moved.y()), y.value(plot.top() - moved.y())};
        s.stale = true;
        Q_EMIT x_range_changed(s.plot.x_zoom->low, s.plot.x_zoom->high);
    } else if (s.frame.plot.contains(s.pointer) && !s.plot.empty()) {
        s.crosshair = s.frame.x.value(s.pointer.x());
        s.hovering = true;
        Q_EMIT hovered(s.crosshair, s.plot.curve_near(s.frame, s.pointer));
    } else if (s.hovering) {
        s.crosshair = kNaN;
        s.hovering = false;
        Q_EMIT hover_left();
    }
    update();
}

void ChartView::mouseReleaseEvent(QMouseEvent* event) {
    State& s = *state_;
    if (event->button() != Qt::LeftButton) return;
    const bool zoom = s.drag == State::Drag::zoom, click = s.drag == State::Drag::pressed;
    s.drag = State::Drag::none;
    update();
    if (click && s.frame.plot.contains(event->position()))
        return Q_EMIT clicked(s.plot.curve_near(s.frame, event->position()));
    const QRectF chosen = QRectF(s.press, event->position()).normalized().intersected(s.frame.plot);
    if (!zoom || chosen.width() < kDragStart) return;
    if (chosen.height() >= kTallDrag)
        s.plot.y_zoom = Range{s.frame.y.value(chosen.bottom()), s.frame.y.value(chosen.top())};
    else
        s.plot.y_zoom.reset();  // as high as the points of the chosen stretch
    s.zoom_x(between(s.frame.x, chosen.left(), chosen.right()));
    s.stale = true;
    Q_EMIT x_range_changed(s.plot.x_zoom->low, s.plot.x_zoom->high);
}

void ChartView::mouseDoubleClickEvent(QMouseEvent*) {
    set_x_range(kNaN, kNaN);
    Q_EMIT x_range_changed(kNaN, kNaN);
}

void ChartView::wheelEvent(QWheelEvent* event) {
    State& s = *state_;
    const QPointF at = event->position();
    const double notches = event->angleDelta().y() / 120.0;
    if (s.plot.empty() || !s.frame.plot.contains(at) || notches == 0) return event->ignore();
    const double share = std::pow(kWheelStep, notches);
    s.zoom_x(between(s.frame.x, at.x() + (s.frame.plot.left() - at.x()) * share,
                     at.x() + (s.frame.plot.right() - at.x()) * share));
    s.stale = true;
    s.frame = s.plot.frame(rect(), ChartStyle::for_screen());
    event->accept();
    update();
    Q_EMIT x_range_changed(s.plot.x_zoom->low, s.plot.x_zoom->high);
}

void ChartView::keyPressEvent(QKeyEvent* event) {
    State& s = *state_;
    const QRectF& plot = s.frame.plot;
    const double width = plot.width();
    const auto show = [&](double left, double right) {
        s.zoom_x(between(s.frame.x, left, right));
        s.frame = s.plot.frame(rect(), ChartStyle::for_screen());
        s.stale = true;
        update();
        Q_EMIT x_range_changed(s.plot.x_zoom->low, s.plot.x_zoom->high);
    };
    if (s.plot.empty()) return QWidget::keyPressEvent(event);
    switch (event->key()) {
        case Qt::Key_Left:
            return show(plot.left() - width * kPanStep, plot.right() - width * kPanStep);
        case Qt::Key_Right:
            return show(plot.left() + width * kPanStep, plot.right() + width * kPanStep);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return show(plot.left() + width * kPanStep, plot.right() - width * kPanStep);
        case Qt::Key_Minus:
            return show(plot.left() - width * kPanStep, plot.right() + width * kPanStep);
        case Qt::Key_Home:
        case Qt::Key_0:
            set_x_range(kNaN, kNaN);
            Q_EMIT x_range_changed(kNaN, kNaN);
            return;
        default:
            if (event->matches(QKeySequence::Copy)) return copy_to_clipboard();
            QWidget::keyPressEvent(event);
    }
}

void ChartView::leaveEvent(QEvent*) {
    if (!state_->hovering) return;
    state_->crosshair = kNaN;
    state_->hovering = false;
    update();
    Q_EMIT hover_left();
}

void ChartView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    menu.addAction("Show all", this,
                   [this] {
                       set_x_range(kNaN, kNaN);
                       Q_EMIT x_range_changed(kNaN, kNaN);
                   })
        ->setEnabled(zoomed());
    menu.addSeparator();
    add_export_actions(
        menu, this, state_->plot.axes().y_title, [this](const QString& file, Format format) { save(file, format); },
        [this] { copy_to_clipboard(); });
    menu.exec(event->globalPos());
}

}  // namespace ablate::ui
