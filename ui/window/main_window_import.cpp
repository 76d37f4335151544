// What comes from elsewhere: dropped on the window or chosen from the menu.
#include "ui/bridge/folding.h"
#include "ui/bridge/text.h"
#include "ui/widgets/run_words.h"
#include "ui/window/fold_dialog.h"
#include "ui/window/header_bar.h"
#include "ui/window/main_window_state.h"

#include <QFileDialog>

namespace ablate::ui {
namespace {

constexpr qsizetype kNotesShown = 4;

struct ImportTexts {
    ImportKind kind;
    const char* title;
    bool folder;
};
constexpr ImportTexts kImports[]{
    {ImportKind::model, "Import a Hugging Face model: the folder with config.json and its weights", true},
    {ImportKind::run, "Import a run directory", true},
    {ImportKind::log, "Import a training log", false},
    {ImportKind::norm_ablation, "Import a norm-ablation folder: VARIANT and VARIANT_finetuned", true},
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
    const auto& texts =
        *std::find_if(std::begin(kImports), std::end(kImports), [&](const auto& one) { return one.kind == kind; });
    QFileDialog* dialog = nullptr;
    if (texts.folder) {
        dialog = folder_dialog(this, texts.title);
    } else {
        dialog = new QFileDialog(this, texts.title, {}, kLogFiles);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
    }
    connect(dialog, &QFileDialog::fileSelected, this, [this, kind](const QString& path) { import(kind, path); });
    dialog->open();
}

void MainWindow::State::take_dropped(const std::vector<Dropped>& all) {
    if (std::all_of(all.begin(), all.end(), [](const Dropped& one) { return import_of(one.kind).has_value(); })) {
        for (const Dropped& one : all) window->import(*import_of(one.kind), one.path);
        return;
    }
    if (all.size() > 1)
        return offer(Banner::Tone::warning,
                     "Only runs, models and logs can be dropped together; drop the rest by itself.");
    const Dropped& dropped = all.front();
    if (dropped.kind == Dropped::Kind::study_file) return window->open_study(dropped.path);
    if (dropped.kind == Dropped::Kind::workspace) return window->open_workspace(dropped.path);
    offer(Banner::Tone::warning, dropped.path +
                                     " is neither a study file (.json), nor a workspace, nor a run, a model "
                                     "or a log that can be imported.");
}

void MainWindow::State::connect_importer() {
    connect(&importer, &Importer::progress, window, [this](const QString& what, double share) {
        importing = what;
        importing_share = share;
        show_preparing();
    });
    connect(&importer, &Importer::imported, window, [this](const Imported& imported) { tell_imported(imported); });
    connect(&importer, &Importer::failed, window, [this](const QString& line) {
        arrivals.failed += "Not imported. " + line;
        tell_arrivals();
    });
    connect(&importer, &Importer::finished, window, [this] {
        arrivals = {};
        importing.clear();
        show_preparing();
    });
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

// One by itself in full; of several the runs are counted, and what failed stands before what else there is to say.
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

void MainWindow::State::fold_run(const QString& id) {
    for (const run::ListedRun& run : session->workspace.runs()->runs) {
        if (text(run.info.id) != id) continue;
        FoldRequest what;
        what.name = QString("%1: %2 (run %3)").arg(text(run.info.study), run_title(run.info), id);
        what.from = run.directory.folder();
        what.is_run = true;
        what.to = session->workspace.folder() / "exports" / (run.info.id + "-flashnorm");
        return window->fold(what);
    }
}

void MainWindow::fold(const FoldRequest& what) {
    auto* dialog = new FoldDialog(what, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

}  // namespace ablate::ui
