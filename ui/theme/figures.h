#pragma once
#include <QStyledItemDelegate>

// Tabular figures. Inter's digits differ in width and Qt before 6.7 cannot ask a font for its `tnum` feature, so
// columns of numbers are drawn with every digit in a cell as wide as a zero: they do not move while they change.
namespace ablate::ui {

double figures_width(const QString& text, const QFontMetricsF& metrics);
// One line in the painter's font and pen.
void draw_figures(QPainter& painter, const QRectF& area, Qt::Alignment alignment, const QString& text);

// A number that fits into `width`: as it is, else without the interval that follows it ("3.06 ± 0.02" is "3.06"), else
// an ellipsis. Its digits are never cut. Text that does not begin with a number is elided as usual.
QString fitted_figures(const QString& text, double width, const QFontMetricsF& metrics);

// Draws a cell without its text (ground, selection, focus) and returns that, for a delegate that draws it itself.
QString draw_cell_ground(QPainter& painter, QStyleOptionViewItem item);

// For the number columns of a table: DisplayRole, TextAlignmentRole and ForegroundRole as usual.
class FiguresDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace ablate::ui
