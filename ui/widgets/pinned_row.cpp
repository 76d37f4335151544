#include "ui/widgets/pinned_row.h"

#include <QAbstractProxyModel>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QShortcut>
#include <utility>

namespace ablate::ui {

PinnedRow::PinnedRow(QAbstractItemView* view, QWidget* scope, int key_role)
    : QObject(view), view_(view), role_(key_role) {
    view->installEventFilter(this);
    view->viewport()->installEventFilter(this);
    // A view makes its first row current when it gets the focus, and a neighbor when a row goes: nobody picked those.
    connect(view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        if (picking_ && !replacing_) take(key_at(current));
    });
    auto* escape = new QShortcut(Qt::Key_Escape, scope);
    escape->setContext(Qt::WidgetWithChildrenShortcut);
    connect(escape, &QShortcut::activated, this, [this] { release(); });
}

QString PinnedRow::key_at(const QModelIndex& index) const {
    QModelIndex top = index;
    while (top.parent().isValid()) top = top.parent();
    return top.isValid() ? top.siblingAtColumn(0).data(role_).toString() : QString();
}

QModelIndex PinnedRow::find(const QAbstractItemModel* model, const QString& key) const {
    for (int row = 0; !key.isEmpty() && row < model->rowCount(); ++row)
        if (model->index(row, 0).data(role_).toString() == key) return model->index(row, 0);
    return {};
}

void PinnedRow::take(const QString& key) {
    if (key == key_) return;
    key_ = key;
    Q_EMIT changed(key_);
}

bool PinnedRow::is_filtered_out(const QString& key) const {
    const auto* filter = qobject_cast<const QAbstractProxyModel*>(view_->model());
    return filter && find(filter->sourceModel(), key).isValid();
}

void PinnedRow::pin(const QString& key) {
    const QModelIndex row = find(view_->model(), key);
    const bool outer = std::exchange(replacing_, true);
    if (!row.isValid()) {
        view_->setCurrentIndex({});
        view_->clearSelection();
    } else if (key_at(view_->currentIndex()) != key) {
        view_->setCurrentIndex(row);
    }
    replacing_ = outer;
    take(row.isValid() || is_filtered_out(key) ? key : QString());
}

void PinnedRow::while_replacing(const std::function<void()>& change) {
    const bool outer = std::exchange(replacing_, true);
    const int top = view_->verticalScrollBar()->value();
    const bool had_row = find(view_->model(), key_).isValid();
    change();
    replacing_ = outer;
    if (outer || key_.isEmpty() || key_at(view_->currentIndex()) == key_) return;
    const bool hidden_now = had_row && !find(view_->model(), key_).isValid();
    pin(hidden_now ? QString() : key_);
    view_->verticalScrollBar()->setValue(top);  // nobody asked to see the row
}

bool PinnedRow::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
        case QEvent::FocusIn:
            picking_ = false;
            break;
        case QEvent::KeyPress:
            picking_ = true;
            if (static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) release();
            break;
        case QEvent::MouseButtonPress:
            if (watched == view_->viewport()) take_press(*static_cast<QMouseEvent*>(event));
            break;
        case QEvent::MouseButtonRelease:
            if (watched == view_->viewport()) take_release(*static_cast<QMouseEvent*>(event));
            break;
        default:
            break;
    }
    return QObject::eventFilter(watched, event);
}

// The view acts upon the event first: what follows from it is queued.
void PinnedRow::take_press(const QMouseEvent& press) {
    const QPoint at = press.position().toPoint();
    const QModelIndex index = view_->indexAt(at);
    const QRect row = view_->visualRect(index);
    const bool plain = press.button() == Qt::LeftButton && press.modifiers() == Qt::NoModifier;
    picking_ = index.isValid() && row.contains(at) && !(keep_out && keep_out(row, at));
    pressed_.clear();
    if (!plain) return;
    if (!index.isValid())
        QMetaObject::invokeMethod(
            this, [this] { release(); }, Qt::QueuedConnection);
    if (!picking_) return;
    if (key_at(index) != key_)
        QMetaObject::invokeMethod(
            this, [this] { take(key_at(view_->currentIndex())); }, Qt::QueuedConnection);
    else if (index.siblingAtColumn(0) == view_->currentIndex().siblingAtColumn(0))
        pressed_ = key_;
}

void PinnedRow::take_release(const QMouseEvent& release_event) {
    const QString pressed = std::exchange(pressed_, QString());
    if (pressed.isEmpty() || key_at(view_->indexAt(release_event.position().toPoint())) != pressed) return;
    QMetaObject::invokeMethod(
        this, [this] { release(); }, Qt::QueuedConnection);
}

}  // namespace ablate::ui
