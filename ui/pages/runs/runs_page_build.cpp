// What the Runs page consists of.
#include "ui/bridge/text.h"
#include "ui/pages/runs/run_panel.h"
#include "ui/pages/runs/runs_page_state.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>

namespace ablate::ui {

namespace {

constexpr int kFilterWidth = 320, kPanelHeight = 232, kButtonHeight = 28;

QToolButton* button_of(QAction* action, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setProperty("flat", true);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setFocusPolicy(Qt::TabFocus);
    button->setMinimumHeight(kButtonHeight);
    return button;
}

QFrame* divider(QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setFrameShape(QFrame::VLine);
    line->setFixedHeight(4 * kSpace);
    return line;
}

}  // namespace

QString with_shortcut(const QString& help, const QAction& action) {
    const QString keys = action.shortcut().toString(QKeySequence::NativeText);
    return plain_tooltip({keys.isEmpty() ? help : QString("%1 (%2)").arg(help, keys)});
}

RunsPage::State::State(RunsPage* page) : page(page) {
    filter.setSourceModel(&model);
    build_actions();
    banner = new Banner(page);
    auto* empty = new EmptyState("No runs yet",
                                 "Design a study and start it. Runs that a terminal or another window starts in this "
                                 "workspace appear here as well.",
                                 "Open Study page", page);
    none = new EmptyState("No run matches", {}, "Clear filter", page);
    views = new QStackedWidget(page);
    views->addWidget(build_table());
    views->addWidget(empty);
    views->addWidget(none);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(3 * kSpace, 3 * kSpace, 3 * kSpace, 3 * kSpace);
    column->setSpacing(2 * kSpace);
    column->addWidget(build_top());
    column->addWidget(build_action_bar());
    column->addWidget(views, 1);
    banner->float_over(views);

    page->setFocusProxy(table);
    connect(empty, &EmptyState::triggered, page, [page] { Q_EMIT page->open_page("study"); });
    connect(none, &EmptyState::triggered, page, [this] { search->clear(); });
    connect(banner, &Banner::triggered, page, [this] {
        if (files) files->restore(in_trash);
    });
    connect(search, &QLineEdit::textChanged, page, [this](const QString& words) {
        filter.set_query(words);
        choose_view();
    });
    connect(table, &RunsTable::selection_changed, page, [this] { follow_selection(); });
    connect(table, &RunsTable::columns_reset, page, [this] { show_grid_points(); });
    connect(table, &RunsTable::opened, page, [page](const QStringList& ids) { Q_EMIT page->show_runs(ids); });
    connect(panel, &RunPanel::fold_checkpoint, page,
            [page](const QString& id, qint64 step) { Q_EMIT page->fold_run(id, step); });
    connect(panel, &RunPanel::notes_edited, page, [this](const QStringList& ids, const run::NotesEdit& edit) {
        if (files) files->edit_notes(ids, edit);
    });
    build_context_menu();
    choose_view();
    update_actions({});
}

// --- building

QAction* RunsPage::State::add_action(const QString& text, const QString& help, const char* shortcut,
                                     std::function<void()> act) {
    auto* action = new QAction(text, page);
    if (*shortcut) action->setShortcut(QKeySequence(shortcut));
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    action->setToolTip(with_shortcut(help, *action));
    connect(action, &QAction::triggered, page, std::move(act));
    page->addAction(action);
    return action;
}

void RunsPage::State::build_actions() {
    for (const ActionTexts& one : kRunActions)
        actions[one.action] =
            add_action(one.text, one.help, one.shortcut, [this, action = one.action] { act(action); });
    live = add_action("Show in Live", "Draw the curves of the selected runs", "Ctrl+L", [this] { show_in_live(); });
    compare_study = add_action("Compare study", "Compare the variants of the selected run's study", "Ctrl+Shift+C",
                               [this] { compare(); });
    clone_run = add_action("Clone as variant", "Add the run's configuration to the study being designed, as a variant",
                           "Ctrl+D", [this] { clone(); });
    fold = add_action("Fold with FlashNorm…", kFoldHelp, "", [this] {
        const QStringList ids = table->selected_ids();
        if (ids.size() == 1) Q_EMIT page->fold_run(ids.front());
    });
    notes = add_action("Edit note and tags", "Put the cursor into the note", "F2", [this] {
        details->setChecked(true);
        panel->edit();
    });
    copy_id = add_action("Copy run id", "Copy the ids of the selected runs", "Ctrl+Alt+C", [this] { copy(false); });
    copy_folder = add_action("Copy folder", "Copy the folders of the selected runs", "", [this] { copy(true); });
    trash = add_action("Trash", "Restore deleted runs, or delete them for good", "", [this] { open_trash(); });
    details = add_action("Details", "Show what is selected, with its note and tags, below the table", "Ctrl+I", [] {});
    details->setCheckable(true);
    details->setChecked(true);
}

QWidget* RunsPage::State::build_top() {
    auto* bar = new QWidget(page);
    search = new QLineEdit(bar);
    search->setPlaceholderText("Filter: study, variant, tag, state");
    search->setToolTip(
        plain_tooltip({"Runs that have every word. study:, variant:, tag: and state: look there alone, "
                       "as in state:collapsed tag:keep (Ctrl+F)"}));
    search->setAccessibleName("Filter runs");
    search->setClearButtonEnabled(true);
    search->setFixedWidth(kFilterWidth);
    summary = plain_label({}, "muted", bar);
    auto* columns = new QToolButton(bar);
    columns->setText("Columns");
    columns->setToolTip("Choose the columns of the table");
    columns->setProperty("flat", true);
    columns->setMinimumHeight(kButtonHeight);
    columns->setFocusPolicy(Qt::TabFocus);
    connect(columns, &QToolButton::clicked, page,
            [this, columns] { table->columns_menu()->popup(columns->mapToGlobal(QPoint(0, columns->height()))); });
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * kSpace);
    row->addWidget(search);
    row->addWidget(summary);
    row->addStretch();
    row->addWidget(columns);
    row->addWidget(button_of(details, bar));
    row->addWidget(button_of(trash, bar));
    add_action("Find", "", "Ctrl+F", [this] { search->setFocus(Qt::ShortcutFocusReason); });
    return bar;
}

QWidget* RunsPage::State::build_action_bar() {
    auto* bar = new QWidget(page);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace);
    const auto add = [&](std::initializer_list<QAction*> group) {
        if (row->count() > 0) row->addWidget(divider(bar));
        for (QAction* action : group) row->addWidget(button_of(action, bar));
    };
    add({actions[RunAction::resume], actions[RunAction::pause], actions[RunAction::stop], actions[RunAction::retry]});
    add({actions[RunAction::move_earlier], actions[RunAction::move_later]});
    add({live, compare_study, clone_run});
    add({actions[RunAction::remove]});
    row->addStretch();
    return bar;
}

QWidget* RunsPage::State::build_table() {
    split = new QSplitter(Qt::Vertical, page);
    table = new RunsTable(model, filter, split);
    panel = new RunPanel(split);
    split->addWidget(table);
    split->addWidget(panel);
    split->setStretchFactor(0, 1);
    split->setSizes({400, kPanelHeight});
    split->setChildrenCollapsible(false);
    connect(details, &QAction::toggled, panel, &QWidget::setVisible);
    return split;
}

void RunsPage::State::build_context_menu() {
    auto* menu = new QMenu(table);
    menu->setToolTipsVisible(true);
    for (const ActionTexts& one : kRunActions) {
        if (one.action == RunAction::move_earlier) menu->addSeparator();
        if (one.action != RunAction::remove) menu->addAction(actions[one.action]);
    }
    menu->addSeparator();
    menu->addActions({live, compare_study, clone_run, fold});
    menu->addSeparator();
    menu->addActions({notes, table->copy_action(), copy_id, copy_folder});
    menu->addSeparator();
    menu->addAction(actions[RunAction::remove]);
    connect(table, &QWidget::customContextMenuRequested, page, [this, menu](const QPoint& point) {
        if (!table->selected_ids().isEmpty()) menu->popup(table->viewport()->mapToGlobal(point));
    });
}

}  // namespace ablate::ui
