// What comes from elsewhere: dropped on the window or chosen from the menu.
#include "core/base/workspace_layout.h"
#include "ui/bridge/folding.h"
#include "ui/bridge/text.h"
#include "ui/widgets/run_words.h"
#include "ui/window/fold_dialog.h"
#include "ui/window/header_bar.h"
#include "ui/window/log_import_dialog.h"
#include "ui/window/main_window_state.h"
#include "ui/window/restart_dialog.h"

#include <QFileDialog>
#include <utility>

namespace ablate::ui {
namespace {

constexpr qsizetype kNotesShown = 4;
constexpr auto kNotImported = "Not imported. ";

struct ImportTexts {
    ImportKind kind;
    const char* title;
};
constexpr ImportTexts kImports[]{
    {ImportKind::model, "Import a Hugging Face model: the folder with config.json and its weights"},
    {ImportKind::run, "Import a run directory"},
    {ImportKind::norm_ablation, "Import a norm-ablation folder: VARIANT and VARIANT_finetuned"},
};
constexpr auto kLogFiles = "Training logs (*.json *.jsonl *.csv *.tsv *tfevents*);;All files (*)";

std::optional<ImportKind> import_of(Dropped::Kind kind) {
    switch (kind) {
        case Dropped::Kind::run_folder:
            return ImportKind::run;
        case Dropped::Kind::model_folder:
            return ImportKind::model;
        case Dropped::Kind::norm_ablation:
            return ImportKind::norm_ablation;
        case Dropped::Kind::log:
            return ImportKind::log;
        case Dropped::Kind::study_file:
        case Dropped::Kind::workspace:
        case Dropped::Kind::nothing:
            break;
    }
    return {};
}

// The first of them, and some of the others below it.
QString with_notes(const QStringList& all) {
    QStringList lines = all.first(std::min(1 + kNotesShown, all.size()));
    if (all.size() > lines.size()) lines += QString("and %1 more notes").arg(all.size() - lines.size());
    return lines.join('\n');
}

QFileDialog* folder_dialog(QWidget* parent, const QString& title) {
    auto* dialog = new QFileDialog(parent, title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    return dialog;
}

}  // namespace

void MainWindow::import(ImportKind kind, const QString& path) {
    state_->importer.import(kind, path, session().workspace.folder());
}

void MainWindow::choose_to_import(ImportKind kind) {
    if (kind == ImportKind::log) return choose_logs(false);
    const auto& texts =
        *std::find_if(std::begin(kImports), std::end(kImports), [&](const auto& one) { return one.kind == kind; });
    QFileDialog* dialog = folder_dialog(this, texts.title);
    connect(dialog, &QFileDialog::fileSelected, this, [this, kind](const QString& path) { import(kind, path); });
    dialog->open();
}

void MainWindow::choose_logs(bool folder) {
    QFileDialog* dialog = folder ? folder_dialog(this, "Import the log of a run: its TensorBoard folder")
                                 : new QFileDialog(this, "Import training logs", {}, kLogFiles);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (!folder) dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, &MainWindow::name_logs);
    dialog->open();
}

// Asks for the study, the variant and the seeds of logs. More can be added there.
void MainWindow::name_logs(const QStringList& paths) {
    QStringList studies;
    for (const run::ListedRun& run : session().workspace.runs()->runs) studies += text(run.info.study);
    auto* dialog = new LogImportDialog(paths, studies, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        for (const LogImportDialog::Log& log : dialog->logs())
            state_->importer.import(ImportKind::log, log.path, session().workspace.folder(),
                                    interop::logs::Restarts::automatic, log.names);
    });
    dialog->open();
}

void MainWindow::State::take_dropped(const std::vector<Dropped>& all) {
    const auto opens = [](const Dropped& one) {
        return one.kind == Dropped::Kind::study_file || one.kind == Dropped::Kind::workspace;
    };
    if (all.size() > 1 && std::any_of(all.begin(), all.end(), opens))
        return offer(Banner::Tone::warning,
                     "Only runs, models and logs can be dropped together; drop the rest by itself.");
    const Dropped& first = all.front();
    if (first.kind == Dropped::Kind::study_file) return window->open_study(first.path);
    if (first.kind == Dropped::Kind::workspace) return window->open_workspace(first.path);
    bool refused = false;
    for (const Dropped& one : all) {
        if (const auto kind = import_of(one.kind)) {
            window->import(*kind, one.path);
        } else {
            arrivals.failed += kNotImported + one.why;
            refused = true;
        }
    }
    if (refused) tell_arrivals();
    ask_about_logs();  // without an import no finished() follows, which ends what is told together
}

void MainWindow::State::connect_importer() {
    connect(&importer, &Importer::progress, window, [this](const QString& what, double share) {
        importing = what;
        importing_share = share;
        show_preparing();
    });
    connect(&importer, &Importer::imported, window, [this](const Imported& imported) { tell_imported(imported); });
    connect(&importer, &Importer::failed, window, [this](const QString& line) {
        arrivals.failed += kNotImported + line;
        tell_arrivals();
    });
    connect(&importer, &Importer::ambiguous, window,
            [this](const AmbiguousLog& log) { ambiguous_logs.push_back(log); });
    connect(&importer, &Importer::finished, window, [this] {
        importing.clear();
        show_preparing();
        ask_about_logs();
    });
}

// What came of imports is told together until the last of these logs is answered for.
void MainWindow::State::ask_about_logs() {
    if (asking || importer.busy()) return;
    if (ambiguous_logs.empty()) {
        arrivals = {};
        return;
    }
    asking = true;
    auto* dialog = new RestartDialog(ambiguous_logs.front(), ambiguous_logs.size() - 1, window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::finished, window, [this, dialog](int result) {
        asking = false;
        std::optional<interop::logs::Restarts> reading;
        if (result == QDialog::Accepted) reading = dialog->reading();
        answer_about_logs(reading, dialog->is_for_all());
    });
    dialog->open();
}

void MainWindow::State::answer_about_logs(std::optional<interop::logs::Restarts> reading, bool all) {
    const auto concerns = [&](const AmbiguousLog& log) {
        return !reading || std::find(log.readings.begin(), log.readings.end(), *reading) != log.readings.end();
    };
    QStringList given_up;
    std::vector<AmbiguousLog> waiting = std::exchange(ambiguous_logs, {});
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const AmbiguousLog& log = waiting[i];
        if (i > 0 && !(all && concerns(log)))
            ambiguous_logs.push_back(log);
        else if (reading)
            importer.import(ImportKind::log, log.path, log.workspace, *reading, log.names);
        else
            given_up += log.path;
    }
    if (given_up.size() == 1) say(given_up.front() + " was not imported.");
    if (given_up.size() > 1) say(QString("%1 logs were not imported.").arg(given_up.size()));
    ask_about_logs();
}

void MainWindow::State::tell_imported(const Imported& imported) {
    if (imported.workspace != session->workspace.folder())  // another one has been opened since
        return say(imported.told);
    session->workspace.refresh();
    arrivals.told += imported.told;
    arrivals.notes += imported.notes;
    if (imported.kind == ImportKind::model) {
        arrivals.models += imported.told;
        arrivals.action = "Open study of its norms";
        arrivals.act = [this, study = imported.norms] { open_study_of_norms(study); };
        return tell_arrivals();
    }
    if (imported.new_runs == 0) arrivals.old_runs += imported.told;
    arrivals.runs += imported.runs;
    arrivals.new_runs += imported.new_runs;
    arrivals.action = "Show in Live";
    arrivals.act = [this, ids = arrivals.runs] {
        window->page("live")->choose_runs(ids);
        window->show_page("live");
    };
    tell_arrivals();
    window->page("runs")->choose_runs(arrivals.runs);
    window->show_page("runs");
}

// One by itself in full; of several the runs are counted, and what failed comes before what else there is to say.
void MainWindow::State::tell_arrivals() {
    QStringList lines = arrivals.told + arrivals.failed;
    if (lines.size() > 1) {
        lines = arrivals.models + arrivals.failed + arrivals.old_runs;
        if (!arrivals.runs.isEmpty())
            lines.prepend(QString("Imported %1 run%2.").arg(arrivals.new_runs).arg(arrivals.new_runs == 1 ? "" : "s"));
    }
    offer(arrivals.failed.isEmpty() ? Banner::Tone::neutral : Banner::Tone::warning, with_notes(lines + arrivals.notes),
          arrivals.action, arrivals.act);
}

void MainWindow::State::open_study_of_norms(const StudyConfig& study) {
    in_order(
        drops, [study, workspace = session->workspace.folder()] { return text(study_file(study, workspace).string()); },
        [this](const QString& file) { window->open_study(file); });
}

void MainWindow::choose_to_fold() {
    QFileDialog* dialog = folder_dialog(this, "Fold a Hugging Face model: the folder with config.json and its weights");
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        FoldRequest what;
        what.from = folder.toStdString();
        what.name = folder;
        fold(what);
    });
    dialog->open();
}

void MainWindow::State::fold_run(const QString& id, qint64 step) {
    for (const run::ListedRun& run : session->workspace.runs()->runs) {
        if (text(run.info.id) != id) continue;
        FoldRequest what;
        what.name = QString("%1: %2 (run %3)").arg(text(run.info.study), run_title(run.info), id);
        what.from = run.directory.folder();
        what.is_run = true;
        if (step >= 0) what.step = step;
        const std::string of_step = step >= 0 ? "-step-" + std::to_string(step) : std::string();
        what.to = exports_folder(session->workspace.folder()) / (run.info.id + of_step + "-flashnorm");
        return window->fold(what);
    }
}

void MainWindow::fold(const FoldRequest& what) {
    auto* dialog = new FoldDialog(what, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

}  // namespace ablate::ui
