#pragma once
#include <QStyledItemDelegate>

namespace ablate::ui {

// Text of a table's cell, elided, its left edge below the header's.
class TextCell : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

// A mark before the text, if any; `role` holds the Mark.
class MarkCell : public TextCell {
    Q_OBJECT
  public:
    MarkCell(int role, QObject* parent) : TextCell(parent), role_(role) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  private:
    int role_;
};

}  // namespace ablate::ui
