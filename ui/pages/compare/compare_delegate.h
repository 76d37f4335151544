#pragma once
#include <QStyledItemDelegate>

namespace ablate::ui {

// Cells of the comparison table. A variant's name has its line, as everywhere else. Numbers are in tabular figures. The
// half width of an interval follows its mean in a muted color, and its room is kept where there is none, so that all
// means of a column are aligned.
class CompareDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace ablate::ui
