#include "core/base/atomic_file.h"
#include "ui/bridge/text.h"
#include "ui/charts/chart_export.h"
#include "ui/charts/chart_view.h"
#include "ui/charts/curve_table.h"
#include "ui/charts/plot_painter.h"

#include <QMenu>
#include <QMetaMethod>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <cmath>
#include <limits>

// Curves: what the mouse and the keys do with them. How they are painted is in plot_painting.cpp.
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

ChartView::ChartView(QWidget* parent) : BaseChart(parent), state_(std::make_unique<State>()) {}
ChartView::~ChartView() = default;

QSize ChartView::minimumSizeHint() const { return {160, 104}; }

void ChartView::set_axes(const PlotAxes& axes) {
    const PlotAxes& before = state_->plot.axes();
    if (axes.x_title != before.x_title || axes.x != before.x)
        state_->reset();  // another quantity
    else if (axes.y != before.y || axes.y_title != before.y_title || axes.include_outliers != before.include_outliers)
        state_->plot.y_zoom.reset();
    state_->plot.set_axes(axes);
    setAccessibleName(axes.y_title + " against " + axes.x_title);
    redraw();
}

void ChartView::set_curves(std::vector<Curve> curves) {
    state_->plot.set_curves(std::move(curves));
    redraw();
}

void ChartView::set_smoothing(double weight) {
    state_->plot.set_smoothing(weight);
    redraw();
}

void ChartView::set_highlight(const QString& id) {
    if (id == state_->plot.highlight()) return;
    state_->plot.set_highlight(id);
    redraw();
}

void ChartView::set_crosshair(double x) {
    state_->crosshair = x;
    state_->hovering = false;
    repaint_over();
}

void ChartView::set_x_range(double low, double high) {
    if (std::isfinite(low) && std::isfinite(high))
        state_->zoom_x({low, high});
    else
        state_->reset();
    redraw();
}

bool ChartView::zoomed() const { return state_->plot.x_zoom.has_value(); }

QString ChartView::csv() const {
    std::vector<Curve> curves;
    for (const CurvePoints& points : state_->plot.curves())
        if (!points.curve().x->empty()) curves.push_back(points.curve());
    return curve_table(curves, state_->plot.axes().x_title);
}

void ChartView::save_csv(const QString& file) const { atomic_write(file.toStdString(), csv().toStdString()); }

QStringList ChartView::told_at(double x) const {
    return state_->plot.told_at(state_->plot.frame(rect(), ChartStyle::for_screen()), x);
}

QStringList ChartView::notes() const {
    const auto frame = state_->plot.frame(rect(), ChartStyle::for_screen());
    return frame.outliers.words.isEmpty() ? frame.notes : QStringList(frame.outliers.words) + frame.notes;
}

bool ChartView::empty() const { return state_->plot.empty(); }
QString ChartView::title() const { return state_->plot.axes().y_title; }

void ChartView::fill(ChartScene& scene, const QRectF& area, const ChartStyle& style) const {
    const PlotPainter& plot = state_->plot;
    const bool answered = isSignalConnected(QMetaMethod::fromSignal(&ChartView::outliers_clicked));
    const PlotPainter::Frame frame = plot.frame(area, style, answered);
    scene.set_axes(frame.plot, frame.x_ticks, frame.y_ticks, style);
    using Layer = ChartScene::Layer;
    scene.add_item(Layer::grid, [&plot, frame, style](QPainter& painter) { plot.paint_grid(painter, frame, style); });
    scene.add_item(Layer::curves,
                   [&plot, frame, style](QPainter& painter) { plot.paint_curves(painter, frame, style); });
    scene.add_item(Layer::marks, [&plot, frame, style](QPainter& painter) { plot.paint_marks(painter, frame, style); });
    if (!style.print) state_->frame = frame;
}

void ChartView::paint_over(QPainter& painter) const {
    const State& s = *state_;
    const ChartStyle style = ChartStyle::for_screen();
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
    const bool on_mark = !s.frame.outliers.action.isEmpty() && s.frame.outliers.mark.contains(s.pointer);
    const PlotPainter::FlagMark* flag = s.plot.empty() ? nullptr : s.plot.flag_at(s.frame, s.pointer);
    viewport()->setCursor(on_mark ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (flag && s.drag == State::Drag::none)
        QToolTip::showText(event->globalPosition().toPoint(), plain_tooltip(flag->texts), this);
    else
        QToolTip::hideText();
    if (s.drag == State::Drag::pan) {
        const QRectF& plot = s.frame.plot;
        const QPointF moved = s.pointer - s.press;
        const Axis x(s.plot.axes().x, s.pan_x, plot.left(), plot.right());
        const Axis y(s.plot.axes().y, s.pan_y, plot.bottom(), plot.top());
        s.plot.x_zoom = between(x, plot.left() - moved.x(), plot.right() - moved.x());
        s.plot.y_zoom = Range{y.value(plot.bottom() - moved.y()), y.value(plot.top() - moved.y())};
        redraw();
        Q_EMIT x_range_changed(s.plot.x_zoom->low, s.plot.x_zoom->high);
    } else if (s.frame.plot.contains(s.pointer) && !s.plot.empty()) {
        s.crosshair = s.frame.x.value(s.pointer.x());
        s.hovering = !flag;  // the tooltip would cover the panel
        Q_EMIT hovered(s.crosshair, s.plot.curve_near(s.frame, s.pointer));
    } else if (std::isfinite(s.crosshair) && s.hovering) {
        s.crosshair = kNaN;
        s.hovering = false;
        Q_EMIT hover_left();
    }
    repaint_over();
}

void ChartView::mouseReleaseEvent(QMouseEvent* event) {
    State& s = *state_;
    if (event->button() != Qt::LeftButton) return;
    const bool zoom = s.drag == State::Drag::zoom, click = s.drag == State::Drag::pressed;
    s.drag = State::Drag::none;
    repaint_over();
    if (click && !s.frame.outliers.action.isEmpty() && s.frame.outliers.mark.contains(event->position()))
        return Q_EMIT outliers_clicked();
    if (click && s.frame.plot.contains(event->position()))
        return Q_EMIT clicked(s.plot.curve_near(s.frame, event->position()));
    const QRectF chosen = QRectF(s.press, event->position()).normalized().intersected(s.frame.plot);
    if (!zoom || chosen.width() < kDragStart) return;
    if (chosen.height() >= kTallDrag)
        s.plot.y_zoom = Range{s.frame.y.value(chosen.bottom()), s.frame.y.value(chosen.top())};
    else
        s.plot.y_zoom.reset();  // as high as the points of the chosen stretch
    s.zoom_x(between(s.frame.x, chosen.left(), chosen.right()));
    redraw();
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
    redraw();
    fill_now();
    event->accept();
    Q_EMIT x_range_changed(s.plot.x_zoom->low, s.plot.x_zoom->high);
}

void ChartView::keyPressEvent(QKeyEvent* event) {
    State& s = *state_;
    const QRectF plot = s.frame.plot;
    const double width = plot.width();
    const auto show = [&](double left, double right) {
        s.zoom_x(between(s.frame.x, left, right));
        redraw();
        fill_now();
        Q_EMIT x_range_changed(s.plot.x_zoom->low, s.plot.x_zoom->high);
    };
    if (s.plot.empty()) return BaseChart::keyPressEvent(event);
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
            BaseChart::keyPressEvent(event);
    }
}

void ChartView::leaveEvent(QEvent*) {
    if (!std::isfinite(state_->crosshair)) return;
    state_->crosshair = kNaN;
    state_->hovering = false;
    repaint_over();
    Q_EMIT hover_left();
}

void ChartView::add_actions(QMenu& menu) {
    menu.addAction("Show all", this,
                   [this] {
                       set_x_range(kNaN, kNaN);
                       Q_EMIT x_range_changed(kNaN, kNaN);
                   })
        ->setEnabled(zoomed());
    if (!state_->frame.outliers.action.isEmpty())
        menu.addAction(state_->frame.outliers.cut_off ? "Include outliers" : "Leave out outliers", this,
                       &ChartView::outliers_clicked);
    menu.addSeparator();
    add_file_action(menu, this, title(), {"CSV", ".csv"}, [this](const QString& file) { save_csv(file); });
}

}  // namespace ablate::ui
