// The pages: which there are, built when they are needed, and what one asks of another.
#include "ui/bridge/settings.h"
#include "ui/pages/compare/compare_page.h"
#include "ui/pages/help/help_page.h"
#include "ui/pages/live/live_page.h"
#include "ui/pages/report/report_page.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/study/study_page.h"
#include "ui/pages/welcome/welcome_page.h"
#include "ui/window/header_bar.h"
#include "ui/window/main_window_state.h"
#include "ui/window/menus.h"
#include "ui/window/page_tabs.h"

#include <QStackedWidget>

namespace ablate::ui {
namespace {

std::vector<PageEntry> all_pages() {
    return {{"study", make_study_page, true, "designing-a-study"},
            {"runs", make_runs_page, true, "runs"},
            {"live", make_live_page, true, "workbench"},
            {"compare", make_compare_page, true, "comparison-and-statistics"},
            {"report", make_report_page, true, "reports"},
            {"welcome", make_welcome_page, false, "getting-started"},
            {"help", make_help_page, false, "workbench"}};
}

}  // namespace

MainWindow::State::State(MainWindow* window) : window(window), pages(all_pages()) { build(); }

MainWindow::State::~State() = default;

QStringList MainWindow::tab_pages() {
    QStringList stems;
    for (const PageEntry& entry : all_pages())
        if (entry.tab) stems += entry.stem;
    return stems;
}

PageEntry* MainWindow::State::entry(const QString& stem) {
    const auto found = std::find_if(pages.begin(), pages.end(), [&](const auto& entry) { return entry.stem == stem; });
    return found == pages.end() ? nullptr : &*found;
}

Page* MainWindow::State::build_page(PageEntry& entry) {
    if (entry.page) return entry.page;
    entry.page = entry.make().release();
    stack->addWidget(entry.page);
    connect_page(entry.page);
    entry.page->set_context(session->context());
    entry.page->restore_state(Settings::page_state(entry.stem, session->folder()));
    return entry.page;
}

void MainWindow::State::connect_page(Page* page) {
    MainWindow* w = window;
    connect(page, &Page::open_page, w, &MainWindow::show_page);
    connect(page, &Page::message, w, [this](const QString& line) { say(line); });
    connect(page, &Page::show_runs, w, [w](const QStringList& ids) {
        w->page("live")->choose_runs(ids);
        w->show_page("live");
    });
    connect(page, &Page::compare_study, w, [w](const QString& study) {
        w->page("compare")->choose_study(study);
        w->show_page("compare");
    });
    connect(page, &Page::report_study, w, [w](const QString& study) {
        w->page("report")->choose_study(study);
        w->show_page("report");
    });
    connect(page, &Page::count_changed, w, [this, page](int count) {
        const qsizetype tab = tab_pages().indexOf(page->file_stem());
        if (tab >= 0) header->tabs().set_count(static_cast<int>(tab), count);
    });
    if (auto* study = qobject_cast<StudyPage*>(page)) {
        connect(study, &StudyPage::choose_study_file, w, &MainWindow::choose_study_to_open);
        connect(study, &StudyPage::save_study_as, w, &MainWindow::choose_study_to_save);
    }
    if (auto* runs = qobject_cast<RunsPage*>(page))
        connect(runs, &RunsPage::fold_run, w, [this](const QString& id, qint64 step) { fold_run(id, step); });
    auto* welcome = qobject_cast<WelcomePage*>(page);
    if (!welcome) return;
    connect(welcome, &WelcomePage::start_preset, w, &MainWindow::start_preset);
    connect(welcome, &WelcomePage::open_preset, w, &MainWindow::open_study);
    connect(welcome, &WelcomePage::choose_study_file, w, &MainWindow::choose_study_to_open);
    connect(welcome, &WelcomePage::choose_workspace, w, &MainWindow::choose_workspace);
    connect(welcome, &WelcomePage::open_workspace, w, &MainWindow::open_workspace);
    connect(welcome, &WelcomePage::presets_read, menus, &Menus::set_presets);
    show_recent_workspaces();
}

// Begun with the first paint, which does not wait for pages that nobody sees.
void MainWindow::State::build_next_page() {
    for (PageEntry& entry : pages) {
        if (entry.page) continue;
        build_page(entry);
        QTimer::singleShot(0, window, [this] { build_next_page(); });
        return;
    }
}

void MainWindow::State::show_recent_workspaces() {
    QStringList folders = Settings::recent_workspaces();
    folders.removeAll(session->folder());
    menus->set_recent_workspaces(folders);
    if (auto* welcome = built<WelcomePage>("welcome")) welcome->set_recent_workspaces(folders);
}

Page* MainWindow::page(const QString& file_stem) {
    PageEntry* entry = state_->entry(file_stem);
    return entry ? state_->build_page(*entry) : nullptr;
}

void MainWindow::show_page(const QString& file_stem) {
    Page* shown = page(file_stem);
    if (!shown) return;
    state_->first_page_chosen = true;
    state_->stack->setCurrentWidget(shown);
    const int tab = static_cast<int>(tab_pages().indexOf(file_stem));
    state_->header->tabs().choose(tab);
    // Arrows go on along the tabs; of a page without a tab the page itself has the focus.
    if (tab < 0 || !state_->header->tabs().isAncestorOf(focusWidget())) shown->setFocus();
    state_->keeper.start();
}

QString MainWindow::current_page() const {
    const auto* shown = qobject_cast<const Page*>(state_->stack->currentWidget());
    return shown ? shown->file_stem() : QString();
}

void MainWindow::show_help() {
    const PageEntry* shown = state_->entry(current_page());
    auto* help = qobject_cast<HelpPage*>(page("help"));
    if (shown && shown->page != help) help->show_topic(shown->help);
    show_page("help");
}

}  // namespace ablate::ui
