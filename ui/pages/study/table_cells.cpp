#include "ui/pages/study/table_cells.h"

#include "ui/pages/study/marks.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QPainter>
#include <QWidget>

namespace ablate::ui {
namespace {

constexpr int kMargin = 2 * kSpace;  // as the header's
constexpr int kMarkRoom = kMarkSize + kSpace;

void paint_cell(QPainter& painter, QStyleOptionViewItem item, int left) {
    const QString text = draw_cell_ground(painter, item);
    const QRect inside = item.rect.adjusted(left, 0, -kMargin, 0);
    const bool selected = item.state & QStyle::State_Selected;
    painter.save();
    painter.setFont(item.font);
    painter.setPen(item.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
    painter.drawText(inside, item.displayAlignment, item.fontMetrics.elidedText(text, Qt::ElideRight, inside.width()));
    painter.restore();
}

}  // namespace

void TextCell::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    paint_cell(*painter, std::move(item), kMargin);
}

QSize TextCell::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    return {size.width() + 2 * kMargin, size.height()};
}

void MarkCell::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    paint_cell(*painter, item, kMargin + kMarkRoom);
    draw_mark(*painter, {option.rect.left() + kMargin + kMarkSize / 2.0, QRectF(option.rect).center().y()},
              static_cast<Mark>(index.data(role_).toInt()));
}

}  // namespace ablate::ui
