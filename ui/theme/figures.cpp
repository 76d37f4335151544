#include "ui/theme/figures.h"

#include <QApplication>
#include <QPainter>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kCellMargin = 8;  // px beside a number

double cell(QChar c, const QFontMetricsF& metrics) { return metrics.horizontalAdvance(c.isDigit() ? QChar('0') : c); }

}  // namespace

double figures_width(const QString& text, const QFontMetricsF& metrics) {
    double width = 0;
    for (const QChar c : text) width += cell(c, metrics);
    return width;
}

void draw_figures(QPainter& painter, const QRectF& area, Qt::Alignment alignment, const QString& text) {
    const QFontMetricsF metrics(painter.font(), painter.device());
    const double spare = area.width() - figures_width(text, metrics);
    double x = area.left();
    if (alignment & Qt::AlignRight) x += spare;
    if (alignment & Qt::AlignHCenter) x += spare / 2;
    const double y = area.center().y() + (metrics.ascent() - metrics.descent()) / 2;
    for (const QChar c : text) {
        const double width = cell(c, metrics);
        painter.drawText(QPointF(x + (width - metrics.horizontalAdvance(c)) / 2, y), QString(c));
        x += width;
    }
}

QString fitted_figures(const QString& text, double width, const QFontMetricsF& metrics) {
    if (figures_width(text, metrics) <= width) return text;
    static const QRegularExpression number("^([≈Δ] )?[-+−±<>]?[0-9][0-9.,]*([eE][-+]?[0-9]+)?[%kMBGTdhms]?([ /–]|$)");
    if (!number.match(text).hasMatch()) return metrics.elidedText(text, Qt::ElideRight, width);
    for (const char* interval : {" ± ", " +- ", " ["}) {
        const QString mark = QString::fromUtf8(interval);
        const QString alone = text.section(mark, 0, 0);
        if (alone != text && figures_width(alone, metrics) <= width) return alone;
    }
    return QStringLiteral("…");
}

QString draw_cell_ground(QPainter& painter, QStyleOptionViewItem item) {
    const QString text = std::exchange(item.text, {});
    const QStyle* style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, &painter, item.widget);
    return text;
}

void FiguresDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QString text = draw_cell_ground(*painter, item);
    painter->save();
    painter->setClipRect(option.rect);
    painter->setFont(item.font);
    const bool selected = item.state & QStyle::State_Selected;
    painter->setPen(item.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
    const QRectF area = QRectF(item.rect).adjusted(kCellMargin, 0, -kCellMargin, 0);
    const QString fitted = fitted_figures(text, area.width(), QFontMetricsF(item.font, painter->device()));
    draw_figures(*painter, area, item.displayAlignment, fitted);
    painter->restore();
}

QSize FiguresDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    const double width = figures_width(item.text, QFontMetricsF(item.font)) + 2 * kCellMargin;
    size.setWidth(std::max(size.width(), static_cast<int>(std::ceil(width))));
    return size;
}

}  // namespace ablate::ui
