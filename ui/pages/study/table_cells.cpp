#include "ui/pages/study/table_cells.h"

#include "ui/pages/study/marks.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QLineEdit>
#include <QPainter>
#include <QWidget>

namespace ablate::ui {
namespace {

constexpr int kMargin = 2 * kSpace;  // as the header's
constexpr int kMarkRoom = kMarkSize + kSpace;

void draw_line(QPainter& painter, const QStyleOptionViewItem& item, const QRect& inside, const QString& text,
               const QColor& color) {
    painter.save();
    painter.setFont(item.font);
    painter.setPen(color);
    if (item.displayAlignment & Qt::AlignRight)
        draw_figures(painter, inside, item.displayAlignment,
                     fitted_figures(text, inside.width(), QFontMetricsF(item.font)));
    else
        painter.drawText(inside, static_cast<int>(item.displayAlignment),
                         item.fontMetrics.elidedText(text, Qt::ElideRight, inside.width()));
    painter.restore();
}

QColor ink(const QStyleOptionViewItem& item) {
    return item.palette.color(item.state & QStyle::State_Selected ? QPalette::HighlightedText : QPalette::Text);
}

void paint_cell(QPainter& painter, const QStyleOptionViewItem& item, int left) {
    const QString text = draw_cell_ground(painter, item);
    draw_line(painter, item, item.rect.adjusted(left, 0, -kMargin, 0), text, ink(item));
}

}  // namespace

void TextCell::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    paint_cell(*painter, item, kMargin);
}

void TextCell::setEditorData(QWidget* editor, const QModelIndex& index) const {
    const auto* line = qobject_cast<const QLineEdit*>(editor);
    if (!line || !line->isModified()) QStyledItemDelegate::setEditorData(editor, index);
}

QSize TextCell::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    return {size.width() + 2 * kMargin, size.height()};
}

void StackedCell::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QString below = stacked_ ? index.siblingAtColumn(column_below_).data().toString() : QString();
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    if (below.isEmpty()) return paint_cell(*painter, item, kMargin);
    const QString above = draw_cell_ground(*painter, item);
    const int height = item.fontMetrics.height();
    QRect line(item.rect.left() + kMargin, item.rect.center().y() - height + 1, item.rect.width() - 2 * kMargin,
               height);
    draw_line(*painter, item, line, above, ink(item));
    const bool selected = item.state & QStyle::State_Selected;  // gray would be hard to read on it
    draw_line(*painter, item, line.translated(0, height), below,
              selected ? ink(item) : Theme::instance().palette().muted);
}

// Over the upper line; what is below stays readable while a name is typed.
void StackedCell::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                       const QModelIndex& index) const {
    TextCell::updateEditorGeometry(editor, option, index);
    if (stacked_) editor->setGeometry(option.rect.adjusted(0, 0, 0, -option.rect.height() / 2 + kSpace));
}

void MarkCell::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    paint_cell(*painter, item, kMargin + kMarkRoom);
    draw_mark(*painter, {option.rect.left() + kMargin + kMarkSize / 2.0, QRectF(option.rect).center().y()},
              static_cast<Mark>(index.data(role_).toInt()));
}

}  // namespace ablate::ui
