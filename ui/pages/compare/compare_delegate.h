#pragma once
#include <QStyledItemDelegate>

namespace ablate::ui {

// Cells of the comparison table: the variant's line as everywhere else, numbers in tabular figures with the half width
// of their interval quieter behind them, so that means are aligned whether they have one or not.
class CompareDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace ablate::ui
