#include "ui/window/main_window.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "ui/bridge/settings.h"
#include "ui/theme/theme.h"
#include "ui/window/header_bar.h"
#include "ui/window/leaving.h"
#include "ui/window/main_window_state.h"
#include "ui/window/menus.h"
#include "ui/window/page_tabs.h"
#include "ui/window/settings_dialog.h"

#include <QApplication>
#include <QCloseEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QIcon>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QScreen>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>
#include <utility>

namespace ablate::ui {
namespace {

constexpr int kKeepEvery = 2'000;  // ms
constexpr QSize kFirstSize{1440, 900}, kSmallest{880, 560};
constexpr QSize kAboutIcon{64, 64};
constexpr auto kStudyFiles = "Study files (*.json)";

QMessageBox* box_of(QWidget* window, const QString& title, const QString& text, const QString& more) {
    auto* box = new QMessageBox(window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setWindowTitle(title);
    box->setText(text);
    box->setInformativeText(more);
    return box;
}

// Empty when anything else is among them.
QStringList local_paths(const QMimeData& data) {
    QStringList paths;
    for (const QUrl& url : data.urls()) {
        if (!url.isLocalFile()) return {};
        paths += url.toLocalFile();
    }
    return paths;
}

QString page_title(const QString& stem) { return stem.left(1).toUpper() + stem.mid(1); }

}  // namespace

void MainWindow::State::build() {
    window->setMinimumSize(kSmallest);
    window->setAcceptDrops(true);
    auto* middle = new QWidget(window);
    header = new HeaderBar(middle);
    banner = new Banner(middle);
    stack = new QStackedWidget(middle);
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(stack, 1);
    window->setCentralWidget(middle);
    banner->float_over(stack);
    folder = new QLabel(window);
    folder->setTextFormat(Qt::PlainText);
    folder->setProperty("role", "muted");
    folder->setAccessibleName("Workspace");
    folder->setContentsMargins(0, 0, 3 * kSpace, 0);
    window->statusBar()->addPermanentWidget(folder);
    window->statusBar()->setSizeGripEnabled(false);
    window->statusBar()->setContentsMargins(2 * kSpace, 0, 0, 0);
    menus = new Menus(*window);
    connect(banner, &Banner::triggered, window, [this] {
        if (banner_action) banner_action();
    });
    keeper.setSingleShot(true);
    keeper.setInterval(kKeepEvery);
    connect(&keeper, &QTimer::timeout, window, [this] { keep_place(); });
    build_header();
    connect_importer();
}

void MainWindow::State::build_header() {
    int number = 1;
    for (const QString& stem : tab_pages())
        header->tabs().add(page_title(stem), QKeySequence(QString("Ctrl+%1").arg(number++)));
    connect(&header->tabs(), &PageTabs::clicked, window, [this](int tab) { window->show_page(tab_pages()[tab]); });
    connect(header, &HeaderBar::study_clicked, window, [this] { window->show_page("study"); });
    connect(header, &HeaderBar::cancel_preparation, window, [this] {
        if (session->control.preparing_study()) return session->control.cancel_preparation();
        importer.cancel();
        ambiguous_logs.clear();
        say("The import was cancelled; runs that are being written still arrive.");
    });
}

MainWindow::MainWindow(const std::filesystem::path& workspace, const QString& study)
    : state_(std::make_unique<State>(this)) {
    resize(kFirstSize.boundedTo(screen()->availableSize()));
    restoreGeometry(Settings::geometry.value());
    state_->enter(std::make_unique<Session>(workspace), study);
}

// The pages go while what they look at is still here.
MainWindow::~MainWindow() {
    delete state_->leaving;
    delete takeCentralWidget();
    state_->session.reset();
}

Session& MainWindow::session() { return *state_->session; }

// Studies

void MainWindow::State::replace_study(std::function<void()> then) {
    if (restoring && !place.draft.isEmpty()) {  // there are changes, though not to be seen yet
        after_restoring = [this, then] { replace_study(then); };
        return;
    }
    after_loading = {};
    const StudyDocument& document = session->document;
    if (!document.modified()) return then();
    QMessageBox* box = box_of(window, "Unsaved changes",
                              QString("Save the changes of %1?").arg(QString::fromStdString(document.study().name)),
                              "They are lost when another study is opened without saving.");
    box->setStandardButtons(QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel);
    box->setDefaultButton(QMessageBox::Save);
    box->button(QMessageBox::Discard)->setText("Don't save");
    connect(box, &QMessageBox::finished, window, [this, then](int answer) {
        if (answer == QMessageBox::Discard) return then();
        if (answer != QMessageBox::Save) return;
        after_saving = then;
        session->document.save();
    });
    box->open();
}

void MainWindow::new_study() {
    state_->replace_study([this] {
        StudyConfig study;
        study.name = "study";
        session().document.start_new(std::move(study));
        show_page("study");
    });
}

void MainWindow::open_study(const QString& file_or_name) {
    state_->replace_study([this, file_or_name] {
        session().document.open_named(file_or_name);
        show_page("study");
    });
}

void MainWindow::start_preset(const QString& name) {
    state_->replace_study([this, name] {
        state_->after_loading = [this] { state_->start_study(); };
        session().document.open_named(name);
        show_page("study");
    });
}

// Compare and Report read what was started from the study's file.
void MainWindow::State::start_study() {
    StudyDocument& document = session->document;
    const auto start = [this, study = document.study()] {
        show_live_when_started = true;
        session->control.start_study(study);
    };
    if (!document.file().isEmpty() && !document.modified()) return start();
    after_saving = start;
    document.save();
}

void MainWindow::save_study() { session().document.save(); }

void MainWindow::choose_study_to_open() {
    auto* dialog = new QFileDialog(this, "Open a study", session().folder(), kStudyFiles);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::open_study);
    dialog->open();
}

void MainWindow::choose_study_to_save() {
    const QString name = QString::fromStdString(session().document.study().name) + ".json";
    auto* dialog = new QFileDialog(this, "Save the study as", session().folder() + "/studies", kStudyFiles);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix("json");
    dialog->selectFile(name);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) { session().document.save(file); });
    dialog->open();
}

// Workspaces and runs

void MainWindow::open_workspace(const QString& folder) {
    state_->looker.ask(
        [folder](const Latest::Ticket&) {
            const QFileInfo info(folder);
            return info.isDir() ? info.canonicalFilePath() : QString();
        },
        [this, folder](const QString& whole) {
            if (whole.isEmpty()) return state_->offer(Banner::Tone::warning, folder + ": no such folder.");
            if (whole == session().folder()) return;
            state_->leave_for([this, whole] {
                state_->keep_place();
                state_->enter(std::make_unique<Session>(whole.toStdString()), {});
            });
        },
        [this](const QString& line) { state_->say(line); });
}

void MainWindow::choose_workspace() {
    auto* dialog = new QFileDialog(this, "Open a workspace", session().folder());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::open_workspace);
    dialog->open();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!local_paths(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QStringList paths = local_paths(*event->mimeData());
    if (paths.isEmpty()) return;
    event->acceptProposedAction();
    state_->in_order(
        state_->drops,
        [paths] {
            std::vector<Dropped> all;
            for (const QString& path : paths) all.push_back(look_at(path));
            return all;
        },
        [this](const std::vector<Dropped>& all) { state_->take_dropped(all); });
}

// Dialogs

void MainWindow::show_settings() {
    auto* dialog = new SettingsDialog(&session().control, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::show_about() {
    QMessageBox* box =
        box_of(this, "About Ablate", QString("Ablate %1").arg(kVersion),
               QString("A workbench for transformer ablation studies. Qt %1. Ablate's sources are under Apache-2.0. "
                       "Charts are drawn with Qt Charts, which is under GPL-3.0: this program, as a whole, is "
                       "conveyed under GPL-3.0.")
                   .arg(qVersion()));
    box->setIconPixmap(QApplication::windowIcon().pixmap(kAboutIcon, devicePixelRatio()));
    box->open();
}

// Leaving

void MainWindow::paintEvent(QPaintEvent* event) {
    QMainWindow::paintEvent(event);
    if (!std::exchange(state_->painted, true)) QTimer::singleShot(0, this, [this] { state_->build_next_page(); });
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (state_->may_close) {
        state_->keep_pages();
        return event->accept();
    }
    event->ignore();
    state_->leave_for([this] {
        state_->may_close = true;
        close();
    });
}

void MainWindow::end(int signal) {
    state_->keep_pages();
    state_->after_leaving = [signal] { QCoreApplication::exit(128 + signal); };
    state_->leaving->without_asking();
}

void MainWindow::display_is_gone() {
    state_->keep_place();
    state_->session.reset();
}

}  // namespace ablate::ui
