#include "ui/pages/compare/cells_delegate.h"

#include "ui/theme/figures.h"

#include <QPainter>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kMargin = 8, kAbove = 6, kTallest = 4000;  // px

bool wraps(const QStyleOptionViewItem& item) { return item.features & QStyleOptionViewItem::WrapText; }
bool is_number(const QStyleOptionViewItem& item) { return item.displayAlignment & Qt::AlignRight; }

}  // namespace

void CellsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QString text = draw_cell_ground(*painter, item);
    painter->save();
    painter->setClipRect(option.rect);
    painter->setFont(item.font);
    painter->setPen(item.palette.color(QPalette::Text));
    const QRect area = option.rect.adjusted(kMargin, 0, -kMargin, 0);
    if (is_number(item)) {
        draw_figures(*painter, area, Qt::AlignRight, fitted_figures(text, area.width(), QFontMetricsF(item.font)));
    } else if (wraps(item))
        painter->drawText(area.adjusted(0, kAbove, 0, -kAbove), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, text);
    else
        painter->drawText(area, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                          QFontMetrics(item.font).elidedText(
                              text, index.column() == 0 ? Qt::ElideMiddle : Qt::ElideRight, area.width()));
    painter->restore();
}

QSize CellsDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QFontMetrics metrics(item.font);
    if (wraps(item) && option.rect.width() > 2 * kMargin) {
        const QRect room(0, 0, option.rect.width() - 2 * kMargin, kTallest);
        return {option.rect.width(), metrics.boundingRect(room, Qt::TextWordWrap, item.text).height() + 2 * kAbove};
    }
    const double width =
        is_number(item) ? figures_width(item.text, QFontMetricsF(item.font)) : metrics.horizontalAdvance(item.text);
    return {static_cast<int>(std::ceil(width)) + 2 * kMargin, metrics.height() + 2 * kAbove};
}

}  // namespace ablate::ui
