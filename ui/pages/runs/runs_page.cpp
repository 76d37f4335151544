#include "ui/pages/runs/runs_page.h"

#include "core/base/text.h"
#include "core/run/older_settings.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/settings.h"
#include "ui/bridge/study_document.h"
#include "ui/bridge/text.h"
#include "ui/collapse/collapse_area.h"
#include "ui/pages/runs/confirm.h"
#include "ui/pages/runs/delete_question.h"
#include "ui/pages/runs/retry_question.h"
#include "ui/pages/runs/run_actions.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/pages/runs/run_clone.h"
#include "ui/pages/runs/run_files.h"
#include "ui/pages/runs/run_panel.h"
#include "ui/pages/runs/runs_table.h"
#include "ui/pages/runs/trash_dialog.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/labels.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHash>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <algorithm>
#include <array>

namespace ablate::ui {

namespace {

constexpr int kFilterWidth = 320, kPanelHeight = 184, kButtonHeight = 28;

struct ActionTexts {
    RunAction action;
    const char *text, *help, *shortcut;
};
constexpr std::array kActions{
    ActionTexts{RunAction::resume, "Resume", "Resume runs that wait, were paused, stopped, interrupted or failed",
                "Ctrl+R"},
    ActionTexts{RunAction::pause, "Pause", "Save a checkpoint and pause; a queued run leaves the queue", "Ctrl+P"},
    ActionTexts{RunAction::stop, "Stop", "Save a checkpoint and end with the verdict \"stopped\"", "Ctrl+."},
    ActionTexts{RunAction::retry, "Retry",
                "Resume a failed run from its last good checkpoint; train a run that ended again, as a new run",
                "Ctrl+Shift+R"},
    ActionTexts{RunAction::move_earlier, "Earlier", "Move up in the queue", "Alt+Up"},
    ActionTexts{RunAction::move_later, "Later", "Move down in the queue", "Alt+Down"},
    ActionTexts{RunAction::remove, "Delete", "Move to the trash, from where runs can be restored", "Del"},
};

constexpr auto kFoldHelp = "Write the run's model with its norms folded into the linear layers that follow";

QString with_shortcut(const QString& help, const QAction& action) {
    const QString keys = action.shortcut().toString(QKeySequence::NativeText);
    return plain_tooltip({keys.isEmpty() ? help : QString("%1 (%2)").arg(help, keys)});
}

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

struct RunsPage::State {
    explicit State(RunsPage* page);
    void build_actions();
    QAction* add_action(const QString& text, const QString& help, const char* shortcut, std::function<void()> act);
    QWidget* build_top();
    QWidget* build_action_bar();
    QWidget* build_table();
    void build_context_menu();

    void take_runs();
    void take_queue();
    void choose_view();

    struct Chosen {
        QString id;
        RunSituation situation;
    };
    void follow_selection();
    void show_in_panel(const QModelIndexList& selected);
    void update_actions(const std::vector<Chosen>& all);
    std::vector<Chosen> situations_of(const QModelIndexList& runs) const;
    void act(RunAction action);
    void ask_to_delete(const QStringList& ids);
    void show_in_live();
    void compare();
    void clone();
    void copy(bool folders);
    void open_trash();
    void say(const QString& line) { Q_EMIT page->message(line); }

    RunsPage* page;
    QPointer<Workspace> workspace;
    QPointer<StudyDocument> document;
    QPointer<RunControl> control;
    std::unique_ptr<RunFiles> files;
    RunsModel model;
    RunsFilter filter;
    QStringList in_trash;  // what Undo takes back
    bool stale = true;     // panel and actions, of a page that is hidden
    bool listed = false;   // the workspace was read: runs that come from now on are new

    RunsTable* table = nullptr;
    RunPanel* panel = nullptr;
    QLineEdit* search = nullptr;
    QLabel* summary = nullptr;
    Banner* banner = nullptr;
    EmptyState* none = nullptr;
    QSplitter* split = nullptr;
    QStackedWidget* views = nullptr;
    std::map<RunAction, QAction*> actions;
    QAction *live = nullptr, *compare_study = nullptr, *clone_run = nullptr, *fold = nullptr, *notes = nullptr,
            *copy_id = nullptr, *copy_folder = nullptr, *details = nullptr, *trash = nullptr;
};

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
    column->addWidget(banner);
    column->addWidget(views, 1);

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
    connect(table, &RunsTable::opened, page, [page](const QStringList& ids) { Q_EMIT page->show_runs(ids); });
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
    for (const ActionTexts& one : kActions)
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
    copy_id = add_action("Copy run id", "Copy the ids of the selected runs", "Ctrl+C", [this] { copy(false); });
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
    for (const ActionTexts& one : kActions) {
        if (one.action == RunAction::move_earlier) menu->addSeparator();
        if (one.action != RunAction::remove) menu->addAction(actions[one.action]);
    }
    menu->addSeparator();
    menu->addActions({live, compare_study, clone_run, fold});
    menu->addSeparator();
    menu->addActions({notes, copy_id, copy_folder});
    menu->addSeparator();
    menu->addAction(actions[RunAction::remove]);
    connect(table, &QWidget::customContextMenuRequested, page, [this, menu](const QPoint& point) {
        if (!table->selected_ids().isEmpty()) menu->popup(table->viewport()->mapToGlobal(point));
    });
}

// --- following

void RunsPage::State::take_runs() {
    if (!workspace) return;
    const auto take = [this] {
        model.set_runs(workspace->runs(), [this](const run::RunInfo& info) { return workspace->color_index(info); });
    };
    table->change_in_place(take, listed);
    listed = workspace->has_read();
    bool any_grid = false;
    for (const run::ListedRun& run : workspace->runs()->runs) any_grid |= !run.info.grid_point.empty();
    table->show_grid_points(any_grid);
    take_queue();
}

void RunsPage::State::take_queue() {
    if (!workspace) return;
    const QStringList waiting = control ? control->waiting() : QStringList();
    model.set_waiting(waiting);
    model.set_pausing(control ? control->pausing() : QStringList());
    int training = 0;
    for (const run::ListedRun& run : workspace->runs()->runs) training += run.status == run::Status::running;
    QStringList parts{runs_text(model.run_count())};
    if (model.older_count() > 0) parts.first() += QString(" (%1 of older settings)").arg(model.older_count());
    if (training > 0) parts += QString("%1 training").arg(training);
    if (!waiting.isEmpty()) parts += QString("%1 waiting").arg(waiting.size());
    summary->setText(parts.join(", "));
    Q_EMIT page->count_changed(training + static_cast<int>(waiting.size()));
    choose_view();
    follow_selection();
}

void RunsPage::State::choose_view() {
    const bool empty = model.rowCount() == 0, none_left = !empty && filter.rowCount() == 0;
    views->setCurrentIndex(empty ? 1 : none_left ? 2 : 0);
    if (none_left)
        none->set_texts("No run matches the filter", why_none_matches(model, search->text()), "Clear filter");
    summary->setVisible(!empty);
}

void RunsPage::State::follow_selection() {
    stale = !page->isVisible();
    if (stale) return;
    const QModelIndexList runs = table->selected();
    show_in_panel(runs);
    update_actions(situations_of(runs));
}

void RunsPage::State::show_in_panel(const QModelIndexList& selected) {
    std::vector<const run::ListedRun*> runs;
    const run::DamagedRun* damaged = nullptr;
    for (const QModelIndex& index : selected) {
        if (const run::ListedRun* run = model.run(index))
            runs.push_back(run);
        else
            damaged = model.damaged(index);
    }
    if (runs.empty() && damaged)
        panel->show_damaged(*damaged);
    else
        panel->show_runs(runs, control ? control->pausing() : QStringList());
}

std::vector<RunsPage::State::Chosen> RunsPage::State::situations_of(const QModelIndexList& runs) const {
    QHash<QString, int> places;
    if (control)
        for (const QString& id : control->waiting()) places.insert(id, static_cast<int>(places.size()));
    std::vector<Chosen> all;
    for (const QModelIndex& index : runs) {
        const QString id = index.data(RunsModel::id_role).toString();
        const QString state = index.data(RunsModel::status_role).toString();
        const bool ending = state == "pausing" || state == "stopping";
        all.push_back({id, {model.run(index), places.value(id, -1), static_cast<int>(places.size()), ending}});
    }
    return all;
}

// What applies to one of the selected runs is offered; the reason why nothing does is in the tooltip.
void RunsPage::State::update_actions(const std::vector<Chosen>& all) {
    for (const ActionTexts& one : kActions) {
        QString reason = all.empty() ? "Select runs first" : QString();
        for (const Chosen& run : all) {
            reason = why_not(one.action, run.situation);
            if (reason.isEmpty()) break;
        }
        QAction& action = *actions[one.action];
        action.setEnabled(reason.isEmpty());
        action.setToolTip(with_shortcut(reason.isEmpty() ? one.help : one.help + (". " + reason), action));
    }
    int readable = 0;
    for (const Chosen& run : all) readable += run.situation.run != nullptr;
    live->setEnabled(readable > 0);
    compare_study->setEnabled(readable > 0);
    notes->setEnabled(readable > 0);
    clone_run->setEnabled(readable == 1 && document);
    const QString no_fold = all.size() != 1 ? "Select one run" : why_not_fold(all.front().situation.run);
    fold->setEnabled(no_fold.isEmpty());
    fold->setToolTip(plain_tooltip({no_fold.isEmpty() ? QString(kFoldHelp) : kFoldHelp + (". " + no_fold)}));
    copy_id->setEnabled(!all.empty());
    copy_folder->setEnabled(!all.empty());
}

// --- acting

void RunsPage::State::act(RunAction action) {
    QStringList ids, left;
    for (const auto& [id, situation] : situations_of(table->selected())) {
        const QString reason = why_not(action, situation);
        if (reason.isEmpty())
            ids += id;
        else
            left += QString("%1: %2").arg(run_line(model, id), reason.toLower());
    }
    if (!left.isEmpty() && !ids.isEmpty()) say(QString("%1 left alone. %2").arg(runs_text(left.size()), left.first()));
    if (ids.isEmpty() || !control) return;
    switch (action) {
        case RunAction::resume:
            return control->resume(ids);
        case RunAction::pause:
            return control->pause(ids);
        case RunAction::stop:
            return control->stop(ids);
        case RunAction::retry:
            return ask_to_retry(page, model, ids, [this, ids] {
                if (control) control->retry(ids);
            });
        case RunAction::remove:
            return ask_to_delete(ids);
        case RunAction::move_earlier:
        case RunAction::move_later:
            break;
    }
    // In the order they wait, so that a block of runs moves together.
    QStringList block;
    for (const QString& id : control->waiting())
        if (ids.contains(id)) block += id;
    const bool earlier = action == RunAction::move_earlier;
    if (!earlier) std::reverse(block.begin(), block.end());
    for (const QString& id : block) control->move(id, earlier ? -1 : 1);
}

void RunsPage::State::ask_to_delete(const QStringList& ids) {
    confirm(page, delete_question(model, ids), [this, ids] {
        QStringList queued;
        for (const QString& id : ids)
            if (control && control->waiting().contains(id)) queued += id;
        if (control && !queued.isEmpty()) control->pause(queued);  // they leave the queue first
        if (files) files->move_to_trash(ids);
    });
}

void RunsPage::State::show_in_live() {
    QStringList ids;
    for (const QString& id : table->selected_ids())
        if (model.run(id)) ids += id;
    Q_EMIT page->show_runs(ids);
}

void RunsPage::State::compare() {
    for (const QString& id : table->selected_ids())
        if (const run::ListedRun* run = model.run(id)) return Q_EMIT page->compare_study(text(run->info.study));
}

void RunsPage::State::clone() {
    const run::ListedRun* run = nullptr;
    for (const QString& id : table->selected_ids())
        if (const run::ListedRun* one = model.run(id)) run = one;
    if (!run || !document) return;
    const ClonedVariant clone = clone_as_variant(run->info, document->baseline());
    const QString without_data =
        clone.data_left_out ? " Its data options differ and were left out: a study shares its data." : "";
    if (clone.variant.patch.empty())
        return say("The run has the configuration of the baseline on the Study page: there is nothing to clone." +
                   without_data);
    try {
        const QString name = document->add_variant(clone.variant);
        Q_EMIT page->open_page("study");
        say(QString("Added the variant %1 to %2.").arg(name, text(document->study().name)) + without_data);
    } catch (const std::exception& error) {
        say("Not cloned: " + QString::fromUtf8(error.what()));
    }
}

void RunsPage::State::copy(bool folders) {
    QStringList lines;
    for (const QString& id : table->selected_ids()) {
        const QModelIndex index = model.index_of(id);
        const run::ListedRun* run = model.run(index);
        const run::DamagedRun* damaged = model.damaged(index);
        if (!folders)
            lines += id;
        else if (run)
            lines += text(run->directory.folder().string());
        else if (damaged)
            lines += text(damaged->folder.string());
    }
    if (lines.isEmpty()) return;
    QGuiApplication::clipboard()->setText(lines.join('\n'));
    say(lines.size() == 1 ? "Copied " + lines.first() : QString("Copied %1 lines").arg(lines.size()));
}

void RunsPage::State::open_trash() {
    if (!files) return;
    auto* dialog = new TrashDialog(*files, page);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

// --- the page

RunsPage::RunsPage(QWidget* parent) : Page(parent), state_(std::make_unique<State>(this)) {
    connect(&Theme::instance(), &Theme::changed, this, [this] { state_->table->viewport()->update(); });
}

RunsPage::~RunsPage() {
    state_->panel->save();
    qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));  // while what they look at is still here
}

void RunsPage::set_context(const PageContext& context) {
    State& s = *state_;
    s.panel->save();
    if (s.workspace) disconnect(s.workspace, nullptr, this, nullptr);
    if (s.control) disconnect(s.control, nullptr, this, nullptr);
    qDeleteAll(findChildren<TrashDialog*>());
    s.banner->hide();
    s.listed = false;
    s.workspace = context.workspace;
    s.document = context.document;
    s.control = context.control;
    s.files = s.workspace ? std::make_unique<RunFiles>(s.workspace->folder()) : nullptr;
    s.panel->collapse().set_context(*this, context);
    if (!s.workspace) return;
    connect(s.workspace, &Workspace::runs_changed, this, [this] { state_->take_runs(); });
    if (s.control) connect(s.control, &RunControl::queue_changed, this, [this] { state_->take_queue(); });
    RunFiles* files = s.files.get();
    connect(files, &RunFiles::changed, s.workspace, &Workspace::refresh);
    connect(files, &RunFiles::refused, this, &Page::message);
    connect(files, &RunFiles::notes_written, s.panel, &RunPanel::note_written);
    connect(files, &RunFiles::notes_refused, s.panel, &RunPanel::note_refused);
    connect(files, &RunFiles::notes_refused, this,
            [this](const QStringList&, const QString& line) { Q_EMIT message("Note not saved: " + line); });
    connect(files, &RunFiles::trashed, this, [this](const QStringList& names) {
        state_->in_trash = names;
        state_->banner->tell(Banner::Tone::neutral, runs_text(names.size()) + " moved to the trash.", "Undo");
    });
    s.take_runs();
}

bool RunsPage::settle() {
    State& s = *state_;
    if (!s.workspace) return true;
    const auto& runs = s.workspace->runs()->runs;
    if (runs.empty()) return s.workspace->has_read();
    if (!s.table->selected_ids().isEmpty()) return true;
    const auto older = run::runs_of_older_settings(runs);
    const auto present = [&](const run::ListedRun& run) { return !older.contains(run.info.id); };
    // A run with something to tell, of the newest study.
    const auto telling = [&](const run::ListedRun& run) {
        return run.info.study == runs.back().info.study && present(run) && is_alarming(run);
    };
    auto found = std::find_if(runs.begin(), runs.end(), telling);
    if (found == runs.end()) found = std::find_if(runs.begin(), runs.end(), present);
    s.table->select({text(found->info.id)});
    return true;
}

void RunsPage::choose_runs(const QStringList& ids) {
    state_->search->clear();
    state_->table->select(ids);
}

QVariantMap RunsPage::save_state() const {
    return {{"table", state_->table->save_state()},
            {"split", state_->split->saveState()},
            {"details", state_->details->isChecked()},
            {Settings::kView, QVariantMap{{"filter", state_->search->text()}, {"table", state_->table->save_view()}}}};
}

void RunsPage::restore_state(const QVariantMap& state) {
    state_->table->restore_state(state.value("table").toMap());
    state_->split->restoreState(state.value("split").toByteArray());
    state_->details->setChecked(state.value("details", true).toBool());
    const QVariantMap view = state.value(Settings::kView).toMap();
    state_->search->setText(view.value("filter").toString());
    state_->table->restore_view(view.value("table").toMap());
}

void RunsPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    if (state_->stale) state_->follow_selection();
}

std::unique_ptr<Page> make_runs_page() { return std::make_unique<RunsPage>(); }

}  // namespace ablate::ui
