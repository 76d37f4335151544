#pragma once
#include <QStyledItemDelegate>

namespace ablate::ui {

// Cells of a CellsModel with the margins of their header; numbers in tabular figures, long text over several lines
// where the view wraps.
class CellsDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace ablate::ui
