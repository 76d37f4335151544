// What is open: a workspace, its study, what trains. Entered, left, and told of.
#include "core/base/error.h"
#include "core/config/study_config.h"
#include "core/io/json_file.h"
#include "core/run/known_keys.h"
#include "core/run/older_settings.h"
#include "ui/bridge/settings.h"
#include "ui/bridge/text.h"
#include "ui/widgets/run_words.h"
#include "ui/widgets/short_path.h"
#include "ui/window/desktop_notifier.h"
#include "ui/window/header_bar.h"
#include "ui/window/leaving.h"
#include "ui/window/main_window_state.h"
#include "ui/window/menus.h"
#include "ui/window/overall_progress.h"
#include "ui/window/settings_dialog.h"

#include <QLabel>
#include <QStatusBar>

namespace ablate::ui {
namespace {

constexpr int kMessageTime = 20'000;  // ms

// "quick has ended: 10 runs, 2 collapsed." Runs of older settings do not count.
QString end_of_study(const run::RunList& list, const QString& study) {
    const auto older = run::runs_of_older_settings(list.runs);
    int runs = 0, collapsed = 0, failed = 0;
    for (const run::ListedRun& run : list.runs) {
        if (QString::fromStdString(run.info.study) != study || older.contains(run.info.id)) continue;
        ++runs;
        collapsed += run.status == run::Status::collapsed;
        failed += run.status == run::Status::failed;
    }
    QString line = QString("%1 has ended: %2 run%3").arg(study).arg(runs).arg(runs == 1 ? "" : "s");
    if (collapsed > 0) line += QString(", %1 collapsed").arg(collapsed);
    if (failed > 0) line += QString(", %1 failed").arg(failed);
    return line + '.';
}

const run::ListedRun* find_run(const run::RunList& list, const QString& id) {
    for (const run::ListedRun& run : list.runs)
        if (QString::fromStdString(run.info.id) == id) return &run;
    return nullptr;
}

// A study that was begun and is neither empty nor a file's.
bool needs_draft(const StudyDocument& document) {
    const StudyConfig& study = document.study();
    return document.modified() || (document.file().isEmpty() && (!study.variants.empty() || !study.baseline.empty()));
}

}  // namespace

void MainWindow::State::enter(std::unique_ptr<Session> next, const QString& study) {
    if (session) keep_pages();
    std::unique_ptr<Session> before = std::exchange(session, std::move(next));
    delete leaving;
    leaving = new Leaving(window, &session->control, window);
    // Queued: what follows may destroy who says so.
    connect(
        leaving, &Leaving::left, window,
        [this] {
            if (after_leaving) std::exchange(after_leaving, {})();
        },
        Qt::QueuedConnection);
    connect(leaving, &Leaving::waiting, header, &HeaderBar::set_waiting);
    connect(leaving, &Leaving::stayed, window, [this](const QString& line) {
        after_leaving = {};
        show_preparing();
        if (!line.isEmpty()) offer(Banner::Tone::warning, line);
    });
    connect_workspace();
    connect_document();
    connect_control();
    apply_run_settings(session->control);
    menus->set_undo_stack(session->document.undo_stack());
    for (PageEntry& entry : pages) {
        if (!entry.page) continue;
        entry.page->set_context(session->context());
        entry.page->restore_state(Settings::page_state(entry.stem, session->folder()));  // its filters, not the last's
    }
    before.reset();  // nothing looks at it any more

    Settings::remember_workspace(session->folder());
    show_recent_workspaces();
    folder->setText(short_path(session->folder()));
    folder->setToolTip(plain_tooltip({session->folder()}));
    window->setWindowTitle(QString("%1 – Ablate").arg(QFileInfo(session->folder()).fileName()));
    show_preparing();
    banner->hide();
    arrivals = {};
    events = {};
    events_shown = interrupted_told = false;
    after_loading = after_saving = after_restoring = {};
    show_live_when_started = false;
    show_study_name();
    restore_place(study);
}

void MainWindow::State::connect_workspace() {
    Workspace* workspace = &session->workspace;
    connect(workspace, &Workspace::runs_changed, window, [this] {
        show_progress();
        choose_first_page();
        open_study_of_runs();
        tell_interrupted();
    });
    connect(workspace, &Workspace::run_collapsed, window, [this](const QString& id) { tell_collapse(id); });
    connect(workspace, &Workspace::study_ended, window, [this](const QString& study) { tell_end(study); });
}

void MainWindow::State::connect_document() {
    StudyDocument* document = &session->document;
    connect(document, &StudyDocument::changed, window, [this] {
        show_study_name();
        keeper.start();
    });
    connect(document, &StudyDocument::file_changed, window, [this] {
        show_study_name();
        keeper.start();
    });
    connect(document, &StudyDocument::loaded, window, [this] {
        end_restoring();
        if (after_loading) std::exchange(after_loading, {})();
    });
    connect(document, &StudyDocument::saved, window, [this](const QString& file) {
        say("Saved " + file);
        if (after_saving) std::exchange(after_saving, {})();
    });
    connect(document, &StudyDocument::failed, window, [this](const QString& line) {
        after_loading = after_saving = {};
        const bool kept = restoring && !place.draft.isEmpty();
        end_restoring();
        offer(Banner::Tone::warning, kept ? line + " Its changes are kept, without a file." : line);
    });
}

void MainWindow::State::connect_control() {
    RunControl* control = &session->control;
    connect(control, &RunControl::preparing, window, [this, control](const QString& what, double share) {
        if (!control->leaving()) header->set_preparing(what, share);
    });
    connect(control, &RunControl::started, window,
            [this](const QString& study, const QStringList& runs, const QStringList& notes) {
                show_preparing();
                say(QString("%1: %2 run%3 to train").arg(study).arg(runs.size()).arg(runs.size() == 1 ? "" : "s"));
                if (!notes.isEmpty()) offer(Banner::Tone::neutral, notes.join('\n'));
                if (std::exchange(show_live_when_started, false) && !runs.isEmpty()) window->show_page("live");
            });
    connect(control, &RunControl::refused, window, [this](const QString& study, const QString& line) {
        show_preparing();
        show_live_when_started = false;
        if (line == kCancelled) return;
        if (window->current_page() != "study") offer(Banner::Tone::warning, QString("%1: %2").arg(study, line));
    });
    connect(control, &RunControl::message, window, [this](const QString& line) { say(line); });
    connect(control, &RunControl::queue_changed, window, [this] { show_progress(); });
}

void MainWindow::State::leave_for(std::function<void()> then) {
    if (leaving->under_way()) return;
    after_leaving = std::move(then);
    leaving->ask();
}

// What was open here last time; a workspace that was never open shows the welcome page unless it holds runs.
void MainWindow::State::restore_place(const QString& study) {
    place = Settings::place(session->folder());
    const QString page = place.page;
    restoring = true;
    if (place.study_file.isEmpty())
        end_restoring();
    else
        session->document.open(place.study_file);
    if (!study.isEmpty()) {
        window->show_page("study");
        // Once the window is shown: it may ask what becomes of a draft.
        QMetaObject::invokeMethod(
            window, [this, study] { window->open_study(study); }, Qt::QueuedConnection);
        return;
    }
    window->show_page(entry(page) ? page : QString("welcome"));
    first_page_chosen = !page.isEmpty();
    wants_study = place.study_file.isEmpty() && !needs_draft(session->document);
}

// A workspace whose runs came from the command line opens with the study of its newest run.
void MainWindow::State::open_study_of_runs() {
    if (!wants_study || restoring) return;
    for (auto run = session->workspace.runs()->runs.rbegin(); run != session->workspace.runs()->runs.rend(); ++run) {
        if (run::is_imported_log(run->info)) continue;
        wants_study = false;
        if (session->document.file().isEmpty() && !needs_draft(session->document))
            session->document.open_named(QString::fromStdString(run->info.study));
        return;
    }
}

void MainWindow::State::end_restoring() {
    if (!std::exchange(restoring, false)) return;
    if (!place.draft.isEmpty()) put_draft_back();
    place = {};
    if (after_restoring) QMetaObject::invokeMethod(window, std::exchange(after_restoring, {}), Qt::QueuedConnection);
}

void MainWindow::State::choose_first_page() {
    if (std::exchange(first_page_chosen, true)) return;
    const run::RunList& list = *session->workspace.runs();
    if (!list.runs.empty() || !list.damaged.empty()) window->show_page("runs");
}

// As a step that can be undone: what is in no file counts as changed.
void MainWindow::State::put_draft_back() {
    try {
        StudyConfig study = study_from_json(io::parse_json(place.draft.toStdString(), "draft"), "draft");
        if (place.untouched)
            session->document.start_new(std::move(study));
        else
            session->document.edit("Restore changes of the last session", std::move(study));
    } catch (const std::exception& error) {
        say("The study of the last session cannot be restored: " + QString::fromStdString(one_line(error.what())));
    }
}

void MainWindow::State::keep_place() {
    Settings::Place now;
    now.page = window->current_page();
    if (restoring) {  // what is not open again yet is not lost
        now = {now.page, place.study_file, place.draft, place.untouched};
    } else {
        const StudyDocument& document = session->document;
        now.study_file = document.file();
        now.untouched = !document.modified();
        if (needs_draft(document)) now.draft = QByteArray::fromStdString(io::dump_line(to_json(document.study())));
    }
    Settings::set_place(session->folder(), now);
}

void MainWindow::State::keep_pages() {
    for (const PageEntry& entry : pages)
        if (entry.page) Settings::set_page_state(entry.stem, session->folder(), entry.page->save_state());
    Settings::geometry.set(window->saveGeometry());
    keep_place();
}

void MainWindow::State::show_progress() {
    header->set_progress(overall_progress(*session->workspace.runs(), session->control.waiting()));
}

// Leaving, and the preparation of a study, are told there by themselves.
void MainWindow::State::show_preparing() {
    if (!session->control.leaving() && !session->control.preparing_study())
        header->set_preparing(importing, importing_share);
}

void MainWindow::State::show_study_name() {
    const StudyDocument& document = session->document;
    header->set_study(QString::fromStdString(document.study().name), document.modified(), document.file());
}

void MainWindow::State::tell_collapse(const QString& id) {
    const run::ListedRun* run = find_run(*session->workspace.runs(), id);
    if (!run) return;
    const QString cause = run->state.verdict ? QString::fromStdString(run->state.verdict->cause) : QString();
    const QString line = QString("%1 collapsed: %2").arg(run_title(run->info), cause);
    if (Settings::notify.value() && !window->isActiveWindow()) notify_desktop("A run has collapsed", line);
    if (window->current_page() == "live") return;  // says so itself
    if (!events_shown || banner->isHidden()) events = {};
    events.collapsed += line;
    events.collapsed_ids += id;
    tell_event(Banner::Tone::danger, "Show in Live", [this, ids = events.collapsed_ids] {
        window->page("live")->choose_runs(ids);
        window->show_page("live");
    });
}

void MainWindow::State::tell_end(const QString& study) {
    const QString line = end_of_study(*session->workspace.runs(), study);
    if (Settings::notify.value() && !window->isActiveWindow()) notify_desktop("A study has ended", line);
    if (!events_shown || banner->isHidden()) events = {};
    events.ended += line;
    tell_event(events.collapsed.isEmpty() ? Banner::Tone::neutral : Banner::Tone::danger, "Compare", [this, study] {
        window->page("compare")->choose_study(study);
        window->show_page("compare");
    });
}

void MainWindow::State::tell_event(Banner::Tone tone, const QString& action, std::function<void()> act) {
    const auto& [collapsed, ended, ids] = events;
    QStringList words;
    if (collapsed.size() == 1) words += collapsed;
    if (collapsed.size() > 1) words += QString("%1 runs collapsed.").arg(collapsed.size());
    if (ended.size() == 1) words += ended;
    if (ended.size() > 1) words += QString("%1 studies have ended.").arg(ended.size());
    const QStringList all = collapsed + ended;
    offer(tone, words.join(' '), action, std::move(act), all.size() > words.size() ? all : QStringList());
    events_shown = true;
}

void MainWindow::State::tell_interrupted() {
    if (interrupted_told || !session->workspace.has_read()) return;
    interrupted_told = true;
    QStringList ids, lines;
    for (const run::ListedRun& run : session->workspace.runs()->runs) {
        if (run.status != run::Status::interrupted || run::is_imported_log(run.info)) continue;
        ids += QString::fromStdString(run.info.id);
        lines += QString("%1: %2, at step %3")
                     .arg(QString::fromStdString(run.info.study), run_title(run.info), steps_text(run, " of "));
    }
    if (ids.isEmpty()) return;
    const QString text = ids.size() == 1
                             ? QString("A run was interrupted: %1.").arg(lines.front())
                             : QString("%1 runs were interrupted, among them %2.").arg(ids.size()).arg(lines.front());
    offer(
        Banner::Tone::warning, text, ids.size() == 1 ? "Resume" : "Resume all",
        [this, ids] { session->control.resume(ids); }, ids.size() == 1 ? QStringList() : lines);
}

void MainWindow::State::offer(Banner::Tone tone, const QString& text, const QString& action, std::function<void()> act,
                              const QStringList& details) {
    events_shown = false;
    banner_action = std::move(act);
    banner->tell(tone, text, action, details);
}

void MainWindow::State::say(const QString& line) { window->statusBar()->showMessage(line, kMessageTime); }

}  // namespace ablate::ui
