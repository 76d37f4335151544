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

void paint_box(QPainter& painter, const QRectF& box, const QString& words, const QColor& ink) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(Theme::instance().palette().surface, ink, 0.14));
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2);
    painter.setPen(ink);
    painter.drawText(box, Qt::AlignCenter, words);
}

// Paints the chip at the right end of `area` and returns what is left of it.
QRectF paint_chip(QPainter& painter, const QRectF& area, const QString& words, const QColor& ink) {
    const QFontMetricsF metrics(painter.font(), painter.device());
    const double width = metrics.horizontalAdvance(words) + 2 * kMargin;
    paint_box(painter, {area.right() - width, area.top(), width, area.height()}, words, ink);
    return area.adjusted(0, 0, -width - kMargin, 0);
}

// What happened to the run, with the number of its mark in the charts: the first of several, and how many follow.
void paint_flags(QPainter& painter, const QRectF& area, const QStringList& lines, const QColor& ink) {
    const QFontMetricsF metrics(painter.font(), painter.device());
    const QString number = lines.front().section(' ', 0, 0);
    const QString more = lines.size() > 1 ? QString(" (%1 more)").arg(lines.size() - 1) : QString();
    const double height = std::min(area.height(), metrics.height());
    const double width = std::max(height, metrics.horizontalAdvance(number) + kMargin);
    paint_box(painter, {area.left(), area.center().y() - height / 2, width, height}, number, ink);
    const QRectF words = area.adjusted(width + kMargin / 2.0, 0, 0, 0);
    painter.setPen(Theme::instance().palette().muted);
    const QString told = lines.front().section(' ', 1).trimmed();
    painter.drawText(words, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                     metrics.elidedText(told, Qt::ElideRight, words.width() - metrics.horizontalAdvance(more)) + more);
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
        return metrics.elidedText(study, Qt::ElideMiddle, left) + behind;
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
    const QString status = index.data(LiveRunModel::status).toString();
    QRectF left = below;
    if (status != "healthy") left = paint_chip(*painter, left, status, look_color(status_look(status)));
    for (const auto& [role, words] : {std::pair(LiveRunModel::solo, "solo"), {LiveRunModel::pinned, "pinned"}})
        if (index.data(role).toBool()) left = paint_chip(*painter, left, words, c.accent);
    left.setLeft(left.left() + kSwatch + kMargin);
    const QRectF spark(left.right() - kSparkWidth, left.top() + 3, kSparkWidth, left.height() - 6);
    const QStringList flags = index.data(LiveRunModel::flag_lines).toStringList();
    if (!flags.isEmpty()) {
        paint_flags(*painter, left, flags, status == "collapsed" ? c.danger : c.warning);
        painter->restore();
        return;
    }
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
