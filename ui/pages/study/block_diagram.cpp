#include "ui/pages/study/block_diagram.h"

#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

namespace ablate::ui {
namespace {

constexpr double kTitle = 20, kLine = 16, kPadding = 4;  // px, heights in a box
constexpr double kGap = 12, kBranchGap = 16;             // between parts; where the residual path leaves
constexpr double kSum = 16;                              // diameter
constexpr double kInset = 20;                            // of what is in the block, for the residual path
constexpr double kBlockHead = 24, kBlockFoot = 8;
constexpr double kMargin = 4;
constexpr double kStream = kMargin + kInset + 24;  // where the residual stream runs down
constexpr double kDot = 6;
constexpr int kUsualWidth = 300;

double height_of(const DiagramPart& part) {
    if (part.shape == DiagramPart::Shape::sum) return kSum;
    return 2 * kPadding + kTitle + kLine * static_cast<double>(part.lines.size());
}

void draw_arrow_head(QPainter& painter, const QPointF& tip, bool down) {
    const double back = 4;
    if (down)
        painter.drawPolyline(QPolygonF{tip + QPointF(-3, -back), tip, tip + QPointF(3, -back)});
    else
        painter.drawPolyline(QPolygonF{tip + QPointF(-back, -3), tip, tip + QPointF(-back, 3)});
}

}  // namespace

struct BlockDiagram::Placed {
    std::vector<QRectF> rects;  // by part
    QRectF block;
    double height = 0;
};

BlockDiagram::BlockDiagram(QWidget* parent) : QWidget(parent) {
    setAccessibleName("Diagram of the model");
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void BlockDiagram::show_model(const RunConfig& config, const RunConfig& baseline) {
    diagram_ = diagram_of(config, baseline);
    setAccessibleDescription(diagram_.in_words());
    updateGeometry();
    update();
}

QSize BlockDiagram::sizeHint() const {
    return {kUsualWidth, diagram_.parts.empty() ? 0 : static_cast<int>(place().height)};
}
QSize BlockDiagram::minimumSizeHint() const { return {kUsualWidth / 2, sizeHint().height()}; }

BlockDiagram::Placed BlockDiagram::place() const {
    Placed placed;
    const double width = this->width() - 2 * kMargin;
    double y = kMargin;
    bool in_block = false, first = true;
    for (const DiagramPart& part : diagram_.parts) {
        if (part.in_block && !in_block) {
            y += first ? 0 : kGap;
            placed.block = QRectF(kMargin, y, width, 0);
            y += kBlockHead;
        } else if (!part.in_block && in_block) {
            y += kBlockFoot;
            placed.block.setBottom(y);
            y += kGap;
        } else if (!first) {
            y += kGap;
        }
        if (part.branches) y += kBranchGap - kGap;
        in_block = part.in_block;
        first = false;
        const double inset = part.in_block ? kInset : 0;
        const double right = part.in_block ? 2 * kPadding : 0;
        QRectF rect(kMargin + inset, y, width - inset - right, height_of(part));
        if (part.shape == DiagramPart::Shape::sum) rect = QRectF(kStream - kSum / 2, y, kSum, kSum);
        placed.rects.push_back(rect);
        y += rect.height();
    }
    placed.height = y + kMargin;
    return placed;
}

void BlockDiagram::paintEvent(QPaintEvent*) {
    if (diagram_.parts.empty()) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Placed placed = place();
    paint_block(painter, placed);
    paint_residuals(painter, placed);
    for (std::size_t i = 0; i < diagram_.parts.size(); ++i) {
        const DiagramPart& part = diagram_.parts[i];
        if (part.shape == DiagramPart::Shape::sum)
            paint_sum(painter, placed.rects[i]);
        else
            paint_part(painter, part, placed.rects[i]);
    }
}

void BlockDiagram::paint_block(QPainter& painter, const Placed& placed) const {
    const Palette& c = Theme::instance().palette();
    painter.setPen(QPen(diagram_.block_differs ? c.accent : c.line, diagram_.block_differs ? 1.5 : 1));
    painter.setBrush(c.window);
    painter.drawRoundedRect(placed.block.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    painter.setFont(Theme::instance().font(-1));
    painter.setPen(diagram_.block_differs ? c.text : c.muted);
    const QRectF head(kStream + 10, placed.block.top(), placed.block.right() - kStream - 10, kBlockHead);
    painter.drawText(head.translated(0, 1), Qt::AlignLeft | Qt::AlignVCenter, diagram_.block_title);
    if (!diagram_.block_differs) return;
    painter.setPen(Qt::NoPen);
    painter.setBrush(c.accent);
    painter.drawEllipse(QRectF(head.right() - kDot - 12, head.center().y() - kDot / 2 + 1, kDot, kDot));
}

// The stream from part to part, and around each sub-layer to its sum.
void BlockDiagram::paint_residuals(QPainter& painter, const Placed& placed) const {
    painter.setPen(QPen(Theme::instance().palette().muted, 1));
    painter.setBrush(Qt::NoBrush);
    double branch = 0;
    for (std::size_t i = 0; i < diagram_.parts.size(); ++i) {
        const QRectF& rect = placed.rects[i];
        const bool sum = diagram_.parts[i].shape == DiagramPart::Shape::sum;
        if (i > 0) {
            painter.drawLine(QPointF(kStream, placed.rects[i - 1].bottom()), QPointF(kStream, rect.top()));
            draw_arrow_head(painter, {kStream, rect.top()}, true);
        }
        if (diagram_.parts[i].branches) branch = rect.top() - kBranchGap / 2 - 2;
        if (!sum) continue;
        const double left = placed.block.left() + 10;
        QPainterPath path(QPointF(kStream, branch));
        path.lineTo(left + 6, branch);
        path.quadTo(left, branch, left, branch + 6);
        path.lineTo(left, rect.center().y() - 6);
        path.quadTo(left, rect.center().y(), left + 6, rect.center().y());
        path.lineTo(kStream - kSum / 2, rect.center().y());
        painter.drawPath(path);
        draw_arrow_head(painter, {kStream - kSum / 2, rect.center().y()}, false);
    }
}

void BlockDiagram::paint_sum(QPainter& painter, const QRectF& rect) const {
    const Palette& c = Theme::instance().palette();
    painter.setPen(QPen(c.muted, 1));
    painter.setBrush(c.surface);
    painter.drawEllipse(rect.adjusted(0.5, 0.5, -0.5, -0.5));
    painter.drawLine(rect.center() - QPointF(4, 0), rect.center() + QPointF(4, 0));
    painter.drawLine(rect.center() - QPointF(0, 4), rect.center() + QPointF(0, 4));
}

void BlockDiagram::paint_part(QPainter& painter, const DiagramPart& part, const QRectF& rect) const {
    const Palette& c = Theme::instance().palette();
    const bool differs = !part.difference.isEmpty();
    QPen frame(differs ? c.accent : c.line, differs ? 1.5 : 1);
    if (part.absent) frame.setStyle(Qt::DashLine);
    painter.setPen(frame);
    painter.setBrush(part.absent ? c.window : differs ? c.selection : c.raised);
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);

    QRectF inside = rect.adjusted(10, kPadding, -8, -kPadding);
    QRectF line(inside.left(), inside.top(), inside.width(), kTitle);
    if (differs) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(c.accent);
        painter.drawEllipse(QRectF(line.right() - kDot, line.center().y() - kDot / 2, kDot, kDot));
        line.setRight(line.right() - 2 * kDot);
    }
    painter.setFont(Theme::instance().font(-1));
    painter.setPen(c.muted);
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, part.site);
    painter.setFont(Theme::instance().font(0, QFont::Medium));
    painter.setPen(part.absent ? c.muted : c.text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, part.title);

    painter.setFont(Theme::instance().font(-1));
    painter.setPen(differs ? c.text : c.muted);
    line = QRectF(inside.left(), inside.top() + kTitle, inside.width(), kLine);
    for (const QString& said : part.lines) {
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(said, Qt::ElideRight, static_cast<int>(line.width())));
        line.translate(0, kLine);
    }
}

bool BlockDiagram::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const Placed placed = place();
    for (std::size_t i = 0; i < placed.rects.size(); ++i) {
        const DiagramPart& part = diagram_.parts[i];
        if (part.shape == DiagramPart::Shape::sum || !placed.rects[i].contains(help->pos())) continue;
        QStringList lines{part.title};
        lines += part.lines;
        lines += part.difference;
        if (!part.source.isEmpty()) lines += part.source;
        QString tip;
        for (const QString& line : lines) tip += (tip.isEmpty() ? "" : "<br>") + line.toHtmlEscaped();
        QToolTip::showText(help->globalPos(), "<p style='white-space:pre-wrap'>" + tip + "</p>", this);
        return true;
    }
    QToolTip::hideText();
    return true;
}

}  // namespace ablate::ui
