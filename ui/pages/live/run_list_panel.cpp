#include "ui/pages/live/run_list_panel.h"

#include "ui/pages/live/run_delegate.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"

#include <QAction>
#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QToolButton>
#include <QVBoxLayout>

namespace ablate::ui {

// Pinned runs pass every filter.
class RunListPanel::Filter : public QSortFilterProxyModel {
  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        return sourceModel()->index(row, 0, parent).data(LiveRunModel::pinned).toBool() ||
               QSortFilterProxyModel::filterAcceptsRow(row, parent);
    }
};

RunListPanel::RunListPanel(LiveRunModel* model, QWidget* scope)
    : QWidget(scope), model_(model), filtered_(new Filter(this)) {
    setMinimumWidth(200);
    search_ = new QLineEdit(this);
    search_->setObjectName("filter");
    search_->setPlaceholderText("Filter by name or study");
    search_->setAccessibleName("Filter runs");
    search_->setClearButtonEnabled(true);
    build_list();
    picked_ = new PinnedRow(list_, scope, LiveRunModel::id);
    picked_->keep_out = on_check_box;
    list_->viewport()->installEventFilter(this);
    empty_ = wrapped_label(kNoRuns, "muted", this);
    empty_->setAlignment(Qt::AlignTop);
    none_found_ = wrapped_label({}, "muted", this);
    none_found_->setTextFormat(Qt::RichText);
    none_found_->setAlignment(Qt::AlignTop);
    none_found_->hide();

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(build_bar());
    column->addWidget(search_);
    column->addWidget(build_actions());
    column->addWidget(list_, 1);
    column->addWidget(empty_, 1);
    column->addWidget(none_found_, 1);

    connect(none_found_, &QLabel::linkActivated, search_, &QLineEdit::clear);
    connect(search_, &QLineEdit::textChanged, this, [this](const QString& words) {
        picked_->while_replacing([&] { filtered_->setFilterFixedString(words); });
        show_state();
    });
    connect(list_, &QListView::entered, this,
            [this](const QModelIndex& index) { Q_EMIT pointed_at(index.data(LiveRunModel::id).toString()); });
    connect(list_, &QListView::viewportEntered, this, [this] { Q_EMIT pointed_at({}); });
    connect(picked_, &PinnedRow::changed, this, [this](const QString& id) {
        show_actions();
        Q_EMIT picked_changed(id);
    });
    show_actions();
}

void RunListPanel::build_list() {
    filtered_->setSourceModel(model_);
    filtered_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    filtered_->setFilterRole(LiveRunModel::search_text);
    list_ = new QListView(this);
    list_->setAccessibleName("Runs to draw");
    list_->setModel(filtered_);
    list_->setItemDelegate(new RunDelegate(list_));
    list_->setUniformItemSizes(true);
    list_->setMouseTracking(true);
    list_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

QWidget* RunListPanel::build_bar() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    auto* all = flat_button("All", bar);
    all->setToolTip("Choose all runs listed below");
    auto* none = flat_button("None", bar);
    none->setToolTip("Choose no run");
    row->addWidget(plain_label("Runs", "heading", bar));
    row->addStretch();
    row->addWidget(all);
    row->addWidget(none);
    connect(all, &QPushButton::clicked, this, [this] { choose_listed(); });
    connect(none, &QPushButton::clicked, this, [this] {
        picked_->release();
        Q_EMIT none_wanted();
    });
    return bar;
}

// Each is a button and an entry of the list's context menu.
QWidget* RunListPanel::build_actions() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    solo_ = new QAction("Solo", this);
    solo_->setToolTip("Draw the run that is picked by itself, or with its seeds, next to the pinned runs.");
    pin_ = new QAction("Pin", this);
    pin_->setToolTip("Keep the run that is picked on top of the list and in the charts.");
    for (QAction* action : {solo_, pin_}) {
        action->setCheckable(true);
        list_->addAction(action);
        auto* button = new QToolButton(bar);
        button->setProperty("flat", true);
        button->setDefaultAction(action);
        row->addWidget(button);
    }
    row->addStretch();
    list_->setContextMenuPolicy(Qt::ActionsContextMenu);
    copy_rows_on_request(list_);
    connect(solo_, &QAction::triggered, this, [this](bool solo) {
        Q_EMIT solo_wanted(picked(), solo);
        show_actions();
    });
    connect(pin_, &QAction::triggered, this, [this](bool pin) {
        QStringList pinned = model_->pinned_runs();
        pinned.removeAll(picked());
        if (pin) pinned += picked();
        picked_->while_replacing([&] {
            model_->pin(pinned);
            filtered_->invalidate();
        });
        show_actions();
        show_state();
    });
    return bar;
}

void RunListPanel::show_actions() {
    const QString id = picked();
    const bool has_solo = !model_->solo_runs().isEmpty();
    solo_->setChecked(has_solo && (id.isEmpty() || model_->solo_runs().contains(id)));
    solo_->setEnabled(has_solo || !id.isEmpty());  // it can always be ended
    pin_->setChecked(model_->pinned_runs().contains(id));
    pin_->setEnabled(!id.isEmpty());
}

void RunListPanel::choose_listed() {
    QStringList ids = model_->chosen();
    for (int row = 0; row < filtered_->rowCount(); ++row)
        ids += filtered_->index(row, 0).data(LiveRunModel::id).toString();
    model_->choose(ids);
}

void RunListPanel::clear_filter() { search_->clear(); }

void RunListPanel::show_state() {
    const bool empty = model_->rowCount() == 0, none_left = !empty && filtered_->rowCount() == 0;
    list_->setVisible(!empty && !none_left);
    search_->setVisible(!empty);
    empty_->setVisible(empty);
    none_found_->setText(QString("No run matches the filter “%1”. <a href=\"clear\">Clear the filter</a>")
                             .arg(search_->text().toHtmlEscaped()));
    none_found_->setVisible(none_left);
    show_actions();
}

bool RunListPanel::eventFilter(QObject* watched, QEvent* event) {
    // Leaving the list at its edge emits neither entered() nor viewportEntered().
    if (event->type() == QEvent::Leave) Q_EMIT pointed_at({});
    return QWidget::eventFilter(watched, event);
}

}  // namespace ablate::ui
