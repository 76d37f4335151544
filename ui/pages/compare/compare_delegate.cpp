#include "ui/pages/compare/compare_delegate.h"

#include "ui/pages/compare/compare_model.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QPainter>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kMargin = 8, kSwatch = 20;  // px
constexpr int kRowSpace = 12;             // px above and below the text together

bool has_half_widths(int column) {
    const auto at = static_cast<CompareColumn>(column);
    return at == CompareColumn::final_loss || at == CompareColumn::delta || at == CompareColumn::best_loss;
}

// Of every cell of such a column, so that the means before them align.
double half_width_room(const QFontMetricsF& metrics) { return figures_width(" ± 0.0000", metrics); }

// Where a number has fewer decimals than others of its column, so that all have their point at the same place.
double decimals_room(const QModelIndex& index, const QFontMetricsF& metrics) {
    return index.data(CompareModel::spare_decimals).toInt() * figures_width("0", metrics);
}

bool is_seed(const QModelIndex& index) { return index.parent().isValid(); }

}  // namespace

void CompareDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QString text = draw_cell_ground(*painter, item);

    painter->save();
    painter->setClipRect(option.rect);
    painter->setRenderHint(QPainter::Antialiasing);
    const bool strong = index.column() == 0 && index.data(CompareModel::reference).toBool();
    painter->setFont(Theme::instance().font(0, strong ? QFont::DemiBold : QFont::Normal));
    const QFontMetricsF metrics(painter->font());
    const QColor ink = index.data(Qt::ForegroundRole).value<QColor>();
    QRectF area = QRectF(option.rect).adjusted(kMargin, 0, -kMargin, 0);
    if (index.column() == 0 && !is_seed(index)) {
        const int color = index.data(CompareModel::color).toInt();
        const QPen line(Theme::instance().run_color(color), 2.5, Qt::SolidLine, Qt::FlatCap);
        painter->setPen(line);
        painter->drawLine(QPointF(area.left(), area.center().y()), QPointF(area.left() + kSwatch, area.center().y()));
        area.setLeft(area.left() + kSwatch + kMargin);
    }
    painter->setPen(ink);
    if (compare_columns()[static_cast<std::size_t>(index.column())].number) {
        const QString half = index.data(CompareModel::half_width).toString();
        QRectF value = area;
        if (has_half_widths(index.column())) {
            const QString shown = " ± " + half;
            const double room = half.isEmpty() ? half_width_room(metrics)
                                               : std::max(half_width_room(metrics), figures_width(shown, metrics));
            // A narrow column shows the mean without its interval, which the tooltip has.
            const bool fits = figures_width(text, metrics) + decimals_room(index, metrics) + room <= area.width();
            if (fits) value.setRight(value.right() - room);
            painter->setPen(Theme::instance().palette().muted);
            if (!half.isEmpty() && fits)
                draw_figures(*painter, {value.right(), area.top(), room, area.height()}, Qt::AlignLeft, shown);
            painter->setPen(ink);
            if (fits) value.setRight(value.right() - decimals_room(index, metrics));
        }
        draw_figures(*painter, value, Qt::AlignRight, fitted_figures(text, value.width(), metrics));
    } else {
        painter->drawText(
            area, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
            metrics.elidedText(text, index.column() == 0 ? Qt::ElideMiddle : Qt::ElideRight, area.width()));
    }
    painter->restore();
}

QSize CompareDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QFontMetricsF metrics(Theme::instance().font());
    double width = figures_width(index.data().toString(), metrics) + 2 * kMargin;
    if (has_half_widths(index.column())) {
        const QString half = index.data(CompareModel::half_width).toString();
        width += decimals_room(index, metrics);
        width += std::max(half_width_room(metrics), half.isEmpty() ? 0 : figures_width(" ± " + half, metrics));
    }
    if (index.column() == 0) width += kSwatch + kMargin;
    return {static_cast<int>(std::ceil(width)), option.fontMetrics.height() + kRowSpace};
}

}  // namespace ablate::ui
