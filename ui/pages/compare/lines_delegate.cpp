#include "ui/pages/compare/lines_delegate.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kMargin = 8, kAbove = 4;  // px

}  // namespace

void LinesDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const bool right = item.displayAlignment & Qt::AlignRight;
    const QStringList lines = draw_cell_ground(*painter, item).split('\n');
    const QFontMetricsF metrics(item.font);
    painter->save();
    painter->setClipRect(option.rect);
    painter->setFont(item.font);
    painter->setPen(item.palette.color(QPalette::Text));
    QRectF line(QRectF(option.rect).adjusted(kMargin, kAbove, -kMargin, 0));
    line.setHeight(metrics.height());
    for (const QString& text : lines) {
        if (right)
            draw_figures(*painter, line, Qt::AlignRight, fitted_figures(text, line.width(), metrics));
        else
            painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
                              metrics.elidedText(text, Qt::ElideMiddle, line.width()));
        line.translate(0, metrics.height());
        painter->setFont(Theme::instance().font());
        painter->setPen(Theme::instance().palette().muted);
    }
    painter->restore();
}

QSize LinesDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QFontMetricsF metrics(item.font);
    const QStringList lines = item.text.split('\n');
    double width = 0;
    for (const QString& line : lines) width = std::max(width, figures_width(line, metrics));
    return {static_cast<int>(std::ceil(width)) + 2 * kMargin,
            static_cast<int>(std::ceil(metrics.height() * static_cast<double>(lines.size()))) + 2 * kAbove};
}

}  // namespace ablate::ui
