#pragma once
#include <QStyledItemDelegate>

namespace ablate::ui {

// Cells of several lines of figures, right-aligned: the first in the cell's own font, the others muted. A line is shown
// whole, without its interval, or with an ellipsis; it is never cut.
class LinesDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace ablate::ui
