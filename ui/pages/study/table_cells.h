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
    // The model changes while somebody types (a preview arrives): what is typed stays.
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
};

// Where the table is too narrow for both columns, the text of another one is shown below its own, in gray. Numbers
// are in tabular figures.
class StackedCell : public TextCell {
    Q_OBJECT
  public:
    StackedCell(int column_below, QObject* parent) : TextCell(parent), column_below_(column_below) {}
    void set_stacked(bool stacked) { stacked_ = stacked; }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;

  private:
    int column_below_;
    bool stacked_ = false;
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
