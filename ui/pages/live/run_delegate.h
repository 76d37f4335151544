#pragma once
#include <QFontMetricsF>
#include <QStyledItemDelegate>

namespace ablate::ui {

// The state of a run in as many words as `room` (px) has place for: its study gives way first.
QString fitted_detail(const QModelIndex& run, double room, const QFontMetricsF& metrics);

// Whether a point of a row is its check box.
bool on_check_box(const QRect& row, const QPoint& at);

// A run in Live's list: check box, its line's color and dash, name and last value; beneath, its state, a
// sparkline and, unless it is simply healthy, its verdict.
class RunDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  protected:
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
};

}  // namespace ablate::ui
