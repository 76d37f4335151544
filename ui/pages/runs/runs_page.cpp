#include "ui/pages/runs/runs_page.h"

#include "core/base/text.h"
#include "core/run/older_settings.h"
#include "ui/bridge/settings.h"
#include "ui/bridge/text.h"
#include "ui/collapse/collapse_area.h"
#include "ui/pages/runs/confirm.h"
#include "ui/pages/runs/delete_question.h"
#include "ui/pages/runs/retry_question.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/pages/runs/run_clone.h"
#include "ui/pages/runs/run_panel.h"
#include "ui/pages/runs/runs_page_state.h"
#include "ui/pages/runs/trash_dialog.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHash>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>
#include <QStackedWidget>
#include <algorithm>

namespace ablate::ui {

// --- following

void RunsPage::State::take_runs() {
    if (!workspace) return;
    const auto take = [this] {
        model.set_runs(workspace->runs(), [this](const run::RunInfo& info) { return workspace->color_index(info); });
    };
    table->change_in_place(take, listed);
    listed = workspace->has_read();
    show_grid_points();
    take_queue();
}

void RunsPage::State::show_grid_points() {
    if (!workspace) return;
    const auto& runs = workspace->runs()->runs;
    table->show_grid_points(
        std::any_of(runs.begin(), runs.end(), [](const auto& run) { return !run.info.grid_point.empty(); }));
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
    for (const ActionTexts& one : kRunActions) {
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
    return {{"split", state_->split->saveState()},
            {"details", state_->details->isChecked()},
            {Settings::kView, QVariantMap{{"filter", state_->search->text()}, {"table", state_->table->save_view()}}}};
}

void RunsPage::restore_state(const QVariantMap& state) {
    state_->split->restoreState(state.value("split").toByteArray());
    state_->details->setChecked(state.value("details", true).toBool());
    const QVariantMap view = state.value(Settings::kView).toMap();
    state_->search->setText(view.value("filter").toString());
    state_->table->restore_view(view.value("table").toMap());
    state_->show_grid_points();
}

void RunsPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    if (state_->stale) state_->follow_selection();
}

std::unique_ptr<Page> make_runs_page() { return std::make_unique<RunsPage>(); }

}  // namespace ablate::ui
