#pragma once
// The inside of RunsPage, for its own source files alone.
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"
#include "ui/pages/runs/run_actions.h"
#include "ui/pages/runs/run_files.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_table.h"

#include <QAction>
#include <QPointer>
#include <array>
#include <functional>
#include <map>

class QLabel;
class QLineEdit;
class QSplitter;
class QStackedWidget;

namespace ablate::ui {

class Banner;
class EmptyState;
class RunPanel;

struct ActionTexts {
    RunAction action;
    const char *text, *help, *shortcut;
};
inline constexpr std::array kRunActions{
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

inline constexpr auto kFoldHelp = "Write the run's model with its norms folded into the linear layers that follow";

QString with_shortcut(const QString& help, const QAction& action);  // a tooltip

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
    void show_grid_points();
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

}  // namespace ablate::ui
