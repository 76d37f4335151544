#include "ui/charts/chart_view.h"

#include "ui/charts/chart_export.h"
#include "ui/charts/chart_style.h"

#include <QAreaSeries>
#include <QCategoryAxis>
#include <QChart>
#include <QContextMenuEvent>
#include <QGraphicsItem>
#include <QGraphicsLayout>
#include <QGraphicsScene>
#include <QLegend>
#include <QLineSeries>
#include <QMenu>
#include <QPainter>
#include <QPixmap>
#include <QScatterSeries>

namespace ablate::ui {
namespace {

// An item of ours among those of QtCharts.
class PaintedItem : public QGraphicsItem {
  public:
    PaintedItem(QGraphicsItem* parent, const QRectF& bounds, std::function<void(QPainter&)> paint)
        : QGraphicsItem(parent), bounds_(bounds), paint_(std::move(paint)) {}
    QRectF boundingRect() const override { return bounds_; }
    void paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) override { paint_(*painter); }

  private:
    QRectF bounds_;
    std::function<void(QPainter&)> paint_;
};

// Charts show their tooltips as the pointer moves. Once it rests, QGraphicsView asks the scene, which has none, and
// would hide them.
class TooltipKeeper : public QObject {
  public:
    using QObject::QObject;

  protected:
    bool eventFilter(QObject*, QEvent* event) override { return event->type() == QEvent::ToolTip; }
};

double depth(ChartScene::Layer layer) {
    switch (layer) {
        case ChartScene::Layer::grid:
            return 1;
        case ChartScene::Layer::curves:
            return 20;  // QtCharts' own items are below 16
        case ChartScene::Layer::marks:
            return 30;
    }
    return 0;
}

QChart* new_chart() {
    auto* chart = new QChart;
    chart->setAnimationOptions(QChart::NoAnimation);
    chart->legend()->hide();
    chart->setDropShadowEnabled(false);
    chart->setBackgroundRoundness(0);
    chart->setMargins({0, 0, 0, 0});
    chart->layout()->setContentsMargins(0, 0, 0, 0);
    chart->setBackgroundVisible(false);  // with a fixed plot area it is not resized: the scene has a ground instead
    return chart;
}

}  // namespace

// Both axes reach from 0 to 1, whatever they show: values, their logarithms and ticks are placed by core/plot, and no
// number reaches QtCharts that it has no place for.
struct ChartScene::State {
    QGraphicsScene& scene;
    QChart& chart;
    QCategoryAxis *x = nullptr, *y = nullptr;
    QRectF plot;
    std::vector<QGraphicsItem*> items;

    QPointF unit(const QPointF& at) const {
        return {(at.x() - plot.left()) / plot.width(), (plot.bottom() - at.y()) / plot.height()};
    }
    QList<QPointF> units(const QList<QPointF>& points) const {
        QList<QPointF> made;
        for (const QPointF& point : points) made << unit(point);
        return made;
    }
    void add(QAbstractSeries* series) {
        chart.addSeries(series);
        series->attachAxis(x);
        series->attachAxis(y);
    }
};

ChartScene::ChartScene(QGraphicsScene& scene, QChart& chart)
    : state_(new State{.scene = scene, .chart = chart, .plot = {}, .items = {}}) {
    scene.setItemIndexMethod(QGraphicsScene::NoIndex);
    for (auto [axis, side] : {std::pair(&state_->x, Qt::AlignBottom), std::pair(&state_->y, Qt::AlignLeft)}) {
        *axis = new QCategoryAxis;
        (*axis)->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
        (*axis)->setGridLineVisible(false);  // it rules the range's ends as well: the charts draw their own
        (*axis)->setShadesVisible(false);
        (*axis)->setRange(0, 1);
        chart.addAxis(*axis, side);
    }
    state_->y->setLineVisible(false);
}

ChartScene::~ChartScene() = default;

void ChartScene::clear(const QSizeF& size, const ChartStyle& style) {
    State& s = *state_;
    for (QGraphicsItem* item : s.items) delete item;
    s.items.clear();
    if (!s.chart.series().isEmpty()) s.chart.removeAllSeries();
    s.x->setVisible(false);
    s.y->setVisible(false);
    s.scene.setSceneRect(QRectF(QPointF(), size));
    s.scene.setBackgroundBrush(style.palette.surface);
    if (s.chart.size() != size) s.chart.resize(size);
    s.plot = QRectF(QPointF(), size);
}

void ChartScene::set_axes(const QRectF& plot, const std::vector<Tick>& x, const std::vector<Tick>& y,
                          const ChartStyle& style) {
    State& s = *state_;
    s.plot = plot;
    const auto feed = [&](QCategoryAxis* axis, const std::vector<Tick>& ticks, bool across) {
        const QSignalBlocker block(axis);  // one pass for all labels, below
        for (const QString& label : axis->categoriesLabels()) axis->remove(label);
        axis->setStartValue(-1e-9);
        double last = -1e-9;
        for (const Tick& tick : ticks) {
            if (tick.text.isEmpty()) continue;
            const QPointF at = s.unit({tick.pixel, tick.pixel});
            last = std::max(across ? at.x() : at.y(), last + 1e-9);  // they have to ascend
            axis->append(tick.text.toHtmlEscaped(), last);
        }
    };
    feed(s.x, x, true);
    feed(s.y, y, false);
    for (QCategoryAxis* axis : {s.x, s.y}) {
        axis->setLabelsFont(style.font);
        axis->setLabelsColor(style.palette.muted);
        axis->setLinePen(QPen(style.palette.line, 1));
        axis->setVisible(true);
    }
    s.y->setLineVisible(false);
    s.chart.setPlotArea(plot);
    // setPlotArea() moves series alone: the axes follow at the next pass of the layout, which it does not ask for.
    s.chart.layout()->invalidate();
    s.chart.layout()->activate();
}

void ChartScene::add_item(Layer layer, std::function<void(QPainter&)> paint) {
    auto* item = new PaintedItem(&state_->chart, state_->scene.sceneRect(), std::move(paint));
    item->setZValue(depth(layer));
    item->setAcceptedMouseButtons({});
    state_->items.push_back(item);
}

void ChartScene::add_line(const QList<QPointF>& points, const QPen& pen) {
    auto* line = new QLineSeries;
    line->replace(state_->units(points));
    line->setPen(pen);
    state_->add(line);
}

void ChartScene::add_points(const QList<QPointF>& points, const QColor& color, const QColor& edge, double size) {
    auto* dots = new QScatterSeries;
    dots->setMarkerSize(size);
    dots->replace(state_->units(points));
    dots->setColor(color);
    dots->setBorderColor(edge);
    state_->add(dots);
}

void ChartScene::add_area(const QList<QPointF>& upper, const QList<QPointF>& lower, const QBrush& brush) {
    auto *top = new QLineSeries, *bottom = new QLineSeries;
    top->replace(state_->units(upper));
    bottom->replace(state_->units(lower));
    auto* area = new QAreaSeries(top, bottom);
    top->setParent(area);
    bottom->setParent(area);
    area->setPen(Qt::NoPen);
    area->setBrush(brush);
    state_->add(area);
}

void ChartScene::render(QPainter& painter, const QRectF& area) {
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    state_->scene.render(&painter, area, state_->scene.sceneRect());
}

struct BaseChart::State {
    ChartScene scene;
    QString empty_text;
    QPixmap picture;  // everything but what is painted over it
    bool stale = true, unfilled = true;

    static void fill(ChartScene& scene, const BaseChart& chart, const QSize& size, const ChartStyle& style) {
        scene.clear(size, style);
        const QRectF area(QPointF(), size);
        if (!chart.empty()) return chart.fill(scene, area, style);
        scene.add_item(ChartScene::Layer::marks, [area, style, text = chart.state_->empty_text](QPainter& painter) {
            painter.setFont(style.font);
            painter.setPen(style.palette.muted);
            painter.drawText(area.adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, text);
        });
    }
    // A file is drawn from a separate scene: the one on the screen stays as it is.
    static PaintChart on_paper(const BaseChart& chart) {
        return [&chart](QPainter& painter, const QRectF& area, const ChartStyle& style) {
            QGraphicsScene scene;
            QChart* made = new_chart();
            scene.addItem(made);
            ChartScene paper(scene, *made);
            fill(paper, chart, area.size().toSize(), style);
            paper.render(painter, area);
        };
    }
};

BaseChart::BaseChart(QWidget* parent) : QChartView(new_chart(), parent) {
    state_.reset(new State{.scene = ChartScene(*scene(), *chart()), .empty_text = {}, .picture = {}});
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setViewportUpdateMode(QGraphicsView::NoViewportUpdate);         // the kept picture is all that is painted
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);  // as a widget, not as an area that scrolls
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    viewport()->installEventFilter(new TooltipKeeper(viewport()));
    connect(&Theme::instance(), &Theme::changed, this, &BaseChart::redraw);
}

BaseChart::~BaseChart() = default;

QSize BaseChart::sizeHint() const { return {480, 280}; }

void BaseChart::set_empty_text(const QString& text) {
    state_->empty_text = text;
    redraw();
}

void BaseChart::redraw() {
    state_->stale = state_->unfilled = true;
    viewport()->update();
}

void BaseChart::repaint_over() { viewport()->update(); }

void BaseChart::fill_now() {
    if (!std::exchange(state_->unfilled, false)) return;
    ChartStyle style = ChartStyle::for_screen();
    style.ratio = devicePixelRatioF();
    State::fill(state_->scene, *this, size(), style);
}

void BaseChart::save(const QString& file, Format format) const {
    save_chart(file, format, size(), title(), State::on_paper(*this));
}

void BaseChart::copy_to_clipboard() const { copy_chart(size(), State::on_paper(*this)); }

// An event sent to the chart itself means the same as one sent to its viewport, which covers all of it.
bool BaseChart::event(QEvent* event) {
    switch (event->type()) {
        case QEvent::MouseButtonPress:
        case QEvent::MouseButtonRelease:
        case QEvent::MouseButtonDblClick:
        case QEvent::MouseMove:
        case QEvent::Wheel:
            return QAbstractScrollArea::viewportEvent(event);
        case QEvent::FocusIn:
        case QEvent::FocusOut:
            viewport()->update();
            break;
        default:
            break;
    }
    return QChartView::event(event);
}

void BaseChart::paintEvent(QPaintEvent*) {
    State& s = *state_;
    const double ratio = devicePixelRatioF();
    const QSize wanted = (QSizeF(size()) * ratio).toSize();
    if (s.stale || s.picture.size() != wanted || s.picture.devicePixelRatio() != ratio) {
        s.unfilled = s.unfilled || s.picture.size() != wanted;
        fill_now();
        if (s.picture.size() != wanted) s.picture = QPixmap(wanted);
        s.picture.setDevicePixelRatio(ratio);
        QPainter painter(&s.picture);
        s.scene.render(painter, QRectF(QPointF(), size()));
        s.stale = false;
    }
    QPainter painter(viewport());
    painter.drawPixmap(0, 0, s.picture);
    paint_over(painter);
    if (!hasFocus()) return;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Theme::instance().palette().accent, 1.5));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
}

// The chart is filled for its new size before it is painted; QtCharts would lay it out twice.
void BaseChart::resizeEvent(QResizeEvent*) { redraw(); }

void BaseChart::wheelEvent(QWheelEvent* event) { event->ignore(); }

void BaseChart::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && !empty()) return copy_to_clipboard();
    event->ignore();
}

void BaseChart::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    add_actions(menu);
    add_export_actions(
        menu, this, title(), [this](const QString& file, Format format) { save(file, format); },
        [this] { copy_to_clipboard(); });
    menu.exec(event->globalPos());
}

}  // namespace ablate::ui
