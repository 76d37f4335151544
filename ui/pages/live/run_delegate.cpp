#include "ui/pages/live/run_delegate.h"

#include "ui/pages/live/live_run_model.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/widgets/run_words.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kMargin = 8, kCheck = 16, kSwatch = 20, kSparkWidth = 56;
constexpr double kLeastStudy = 48;  // px of its name that still say something

QRect check_rect(const QRect& row) { return {row.left() + kMargin, row.top() + kMargin, kCheck, kCheck}; }

struct Chip {
    QColor ink;
    bool shown;
};

Chip chip_of(const QString& status) { return {look_color(status_look(status)), status != "healthy"}; }

// Paints the chip at the right end of `area` and returns what is left of it.
QRectF paint_chip(QPainter& painter, const QRectF& area, const QString& status) {
    const Chip chip = chip_of(status);
    if (!chip.shown) return area;
    const QFontMetricsF metrics(painter.font(), painter.device());
    const double width = metrics.horizontalAdvance(status) + 2 * kMargin;
    const QRectF box(area.right() - width, area.top(), width, area.height());
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(Theme::instance().palette().surface, chip.ink, 0.14));
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2);
    painter.setPen(chip.ink);
    painter.drawText(box, Qt::AlignCenter, status);
    return area.adjusted(0, 0, -width - kMargin, 0);
}

void paint_sparkline(QPainter& painter, const QRectF& area, const QVariantList& values, const QColor& color) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const QVariant& value : values) {
        const double v = value.toDouble();
        if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
    }
    if (values.size() < 2 || !(high >= low) || !std::isfinite(high - low)) return;
    const double span = high > low ? high - low : 1;
    QPolygonF line;
    for (qsizetype i = 0; i < values.size(); ++i) {
        const double v = values[i].toDouble();
        if (!std::isfinite(v)) break;
        const double share = static_cast<double>(i) / static_cast<double>(values.size() - 1);
        line << QPointF(area.left() + share * area.width(), area.bottom() - (v - low) / span * area.height());
    }
    painter.setPen(QPen(color, 1.25));
    painter.drawPolyline(line);
}

}  // namespace

bool on_check_box(const QRect& row, const QPoint& at) { return check_rect(row).adjusted(-4, -4, 4, 4).contains(at); }

QString fitted_detail(const QModelIndex& run, double room, const QFontMetricsF& metrics) {
    const QString steps = run.data(LiveRunModel::steps).toString(), behind = " · " + steps;
    const double left = room - metrics.horizontalAdvance(behind);
    const QString study = run.data(LiveRunModel::study).toString();
    if (left >= std::min(kLeastStudy, metrics.horizontalAdvance(study)))
        return metrics.elidedText(study, Qt::ElideRight, left) + behind;
    if (metrics.horizontalAdvance(steps) <= room) return steps;
    return metrics.elidedText(run.data(LiveRunModel::percent).toString(), Qt::ElideRight, room);
}

void RunDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const Palette& c = Theme::instance().palette();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver))
        painter->fillRect(option.rect, option.state & QStyle::State_Selected ? c.selection : c.hover);

    QStyleOptionButton check;
    check.rect = check_rect(option.rect);
    const bool chosen = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    check.state = QStyle::State_Enabled | (chosen ? QStyle::State_On : QStyle::State_Off);
    check.palette = option.palette;
    QApplication::style()->drawPrimitive(QStyle::PE_IndicatorCheckBox, &check, painter, option.widget);

    const QColor color = index.data(LiveRunModel::color).value<QColor>();
    const QRectF row = QRectF(option.rect).adjusted(2 * kMargin + kCheck, 6, -kMargin, -6);
    const double half = row.height() / 2;
    const QRectF above(row.left(), row.top(), row.width(), half),
        below(row.left(), row.top() + half, row.width(), half);
    painter->setPen(QPen(color, 2.5, static_cast<Qt::PenStyle>(index.data(LiveRunModel::dash).toInt()), Qt::FlatCap));
    painter->drawLine(QPointF(above.left(), above.center().y()), QPointF(above.left() + kSwatch, above.center().y()));

    painter->setFont(Theme::instance().font(0, QFont::Medium));
    const QString value = index.data(LiveRunModel::value).toString();
    const double value_width = value.isEmpty() ? 0 : figures_width(value, QFontMetricsF(painter->font())) + kMargin;
    const QRectF name = above.adjusted(kSwatch + kMargin, 0, -value_width, 0);
    painter->setPen(c.text);
    const QString title = index.data(Qt::DisplayRole).toString();
    painter->drawText(name, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                      painter->fontMetrics().elidedText(title, Qt::ElideMiddle, static_cast<int>(name.width())));
    const QVariant last = index.data(LiveRunModel::full_value);
    if (last.isValid() && !std::isfinite(last.toDouble())) painter->setPen(c.danger);
    draw_figures(*painter, above, Qt::AlignRight, value);

    painter->setFont(Theme::instance().font(-1));
    QRectF left = paint_chip(*painter, below, index.data(LiveRunModel::status).toString());
    left.setLeft(left.left() + kSwatch + kMargin);
    const QRectF spark(left.right() - kSparkWidth, left.top() + 3, kSparkWidth, left.height() - 6);
    if (left.width() > 2.5 * kSparkWidth) {  // beside a chip the text has no room to spare
        paint_sparkline(*painter, spark, index.data(LiveRunModel::sparkline).toList(), color);
        left.adjust(0, 0, -kSparkWidth - kMargin, 0);
    }
    painter->setPen(c.muted);
    painter->drawText(left, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                      fitted_detail(index, left.width(), QFontMetricsF(painter->font(), painter->device())));
    painter->restore();
}

QSize RunDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {200, 2 * option.fontMetrics.height() + 20};
}

bool RunDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                              const QModelIndex& index) {
    const bool key = event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space;
    const bool click = event->type() == QEvent::MouseButtonRelease &&
                       on_check_box(option.rect, static_cast<QMouseEvent*>(event)->pos());
    if (!key && !click) return false;
    const bool chosen = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    return model->setData(index, chosen ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

}  // namespace ablate::ui
