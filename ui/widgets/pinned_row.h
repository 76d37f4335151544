#pragma once
#include <QAbstractItemView>
#include <functional>

class QMouseEvent;

namespace ablate::ui {

// The row of a view that somebody picked, to stand out in the charts beside it. It is let go by a click on it again, by
// a click beside all rows, by Esc anywhere in `scope`, and when its row is gone: a view's own current row moves to a
// neighbor then, which nobody picked.
class PinnedRow : public QObject {
    Q_OBJECT
  public:
    // `key_role`: what identifies a row while rows come and go; of a tree the top level counts. `keep_out`, if given,
    // says where in a row a click does not let it go: on its check box.
    PinnedRow(QAbstractItemView* view, QWidget* scope, int key_role);
    std::function<bool(const QRect& row, const QPoint& at)> keep_out;
    const QString& key() const { return key_; }  // "" for none
    void pin(const QString& key);  // also without a row, where a filter hides it; releases where there is none at all
    void release() { pin({}); }
    // Rows are replaced by `change`; the pin stays with its key, or goes if its row does, and the view does not scroll.
    void while_replacing(const std::function<void()>& change);

  Q_SIGNALS:
    void changed(const QString& key);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QString key_at(const QModelIndex& index) const;
    QModelIndex find(const QAbstractItemModel* model, const QString& key) const;
    bool is_filtered_out(const QString& key) const;
    void take(const QString& key);
    void take_press(const QMouseEvent& press);
    void take_release(const QMouseEvent& release);

    QAbstractItemView* view_;
    int role_;
    QString key_, pressed_;  // pressed_: the pinned row that is being clicked again
    bool picking_ = false;   // the current row changes by somebody's key or click
    bool replacing_ = false;
};

}  // namespace ablate::ui
