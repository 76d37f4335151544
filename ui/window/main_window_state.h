#pragma once
// The inside of MainWindow, for its own source files alone.
#include "core/base/error.h"
#include "ui/bridge/latest.h"
#include "ui/bridge/settings.h"
#include "ui/bridge/worker.h"
#include "ui/widgets/banner.h"
#include "ui/window/dropped.h"
#include "ui/window/main_window.h"
#include "ui/window/session.h"

#include <QTimer>
#include <functional>
#include <optional>
#include <vector>

class QLabel;
class QStackedWidget;

namespace ablate::ui {

class HeaderBar;
class Leaving;
class Menus;

struct PaletteEntry;

struct PageEntry {
    QString stem;
    std::unique_ptr<Page> (*make)();
    bool tab;
    const char* help;  // the topic about it
    Page* page = nullptr;
};

struct MainWindow::State {
    explicit State(MainWindow* window);
    ~State();
    void build();
    void build_header();

    // Sessions
    void enter(std::unique_ptr<Session> next, const QString& study);
    void connect_workspace();
    void connect_document();
    void connect_control();
    void leave_for(std::function<void()> then);
    void restore_place(const QString& study);
    void keep_place();  // what the next start shows again
    void keep_pages();
    void end_restoring();
    void open_study_of_runs();
    void put_draft_back();
    void choose_first_page();  // once it is known whether there are runs

    // Pages
    PageEntry* entry(const QString& stem);
    Page* build_page(PageEntry& entry);
    void connect_page(Page* page);
    void build_next_page();
    void show_recent_workspaces();
    template <class PageKind>
    PageKind* built(const QString& stem) {
        PageEntry* found = entry(stem);
        return found ? qobject_cast<PageKind*>(found->page) : nullptr;
    }

    // The command palette
    void show_palette();
    std::vector<PaletteEntry> palette_of_pages_and_actions();
    std::vector<PaletteEntry> palette_of_options();
    std::vector<PaletteEntry> palette_of_runs();

    // Studies
    void replace_study(std::function<void()> then);  // asks first what becomes of changes
    void start_study();                              // saves what is not saved before
    void take_dropped(const std::vector<Dropped>& all);

    // What comes from elsewhere
    void connect_importer();
    void tell_imported(const Imported& imported);
    void tell_arrivals();
    void ask_about_logs();  // one after another, once nothing else is being imported
    // Of the log that was asked about and, with `all`, of those that wait. Without a reading they are not imported.
    void answer_about_logs(std::optional<interop::logs::Restarts> reading, bool all);
    void open_study_of_norms(const StudyConfig& study);
    void fold_run(const QString& id, qint64 step);  // below 0: its newest checkpoint
    // Unlike a Latest, nothing that was asked for is passed over.
    template <class Work, class Done>
    void in_order(Worker& worker, Work work, Done done) {
        worker.post([this, work, done] {
            const auto answer = [this](auto action) {
                QMetaObject::invokeMethod(window, action, Qt::QueuedConnection);
            };
            try {
                answer([done, result = work()] { done(result); });
            } catch (const std::exception& error) {
                answer([this, line = QString::fromStdString(one_line(error.what()))] {
                    offer(Banner::Tone::warning, line);
                });
            }
        });
    }

    void show_progress();
    void show_preparing();  // how far an import is, unless the header says more
    void show_study_name();
    void tell_collapse(const QString& id);
    void tell_end(const QString& study);
    // Ends and collapses while a banner tells of earlier ones: all of them in one. `act` of the newest.
    void tell_event(Banner::Tone tone, const QString& action, std::function<void()> act);
    void tell_interrupted();  // runs whose process ended without a word, once the workspace is read
    void offer(Banner::Tone tone, const QString& text, const QString& action = {}, std::function<void()> act = {},
               const QStringList& details = {});
    void say(const QString& line);

    MainWindow* window;
    std::unique_ptr<Session> session;
    std::vector<PageEntry> pages;
    HeaderBar* header = nullptr;
    Banner* banner = nullptr;
    std::function<void()> banner_action;
    QStackedWidget* stack = nullptr;
    QLabel* folder = nullptr;
    Menus* menus = nullptr;
    Leaving* leaving = nullptr;
    std::function<void()> after_leaving;
    std::function<void()> after_loading;
    std::function<void()> after_saving;
    std::function<void()> after_restoring;
    bool painted = false;  // once at least
    bool may_close = false;
    bool first_page_chosen = false;
    bool wants_study = false;  // none was open here: that of the workspace's runs is opened once they are read
    bool show_live_when_started = false;
    bool restoring = false;  // the file that was open is being read
    Settings::Place place;   // what was open at the start; its draft is put back once that file is read
    QTimer keeper;
    Latest looker{window};          // at a workspace to open
    Latest palette_reader{window};  // of the names of studies
    Worker drops;                   // looks at what was dropped, writes the studies of imported models
    // Events that the banner tells of together.
    struct Events {
        QStringList collapsed, ended;  // a line for each
        QStringList collapsed_ids;
    } events;
    bool events_shown = false;  // the banner tells of them, and of nothing else
    bool interrupted_told = false;
    // What came of imports while more are on their way: the banner tells it all.
    struct Arrivals {
        QStringList told, failed;      // a line for each
        QStringList models, old_runs;  // of those told: models, and runs that were there before
        QStringList notes;
        QStringList runs;  // ids
        int new_runs = 0;
        QString action;
        std::function<void()> act;
    } arrivals;
    std::vector<AmbiguousLog> ambiguous_logs;  // the first is asked about first
    bool asking = false;                       // about it
    QString importing;                         // what is said of it, and its share
    double importing_share = -1;
    Importer importer;
};

}  // namespace ablate::ui
