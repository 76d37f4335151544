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

// What was told, and the first of the notes below it.
QString with_notes(const QString& told, const QStringList& notes) {
    QStringList lines = QStringList{told} + notes.first(std::min(kNotesShown, notes.size()));
    if (notes.size() > kNotesShown) lines += QString("and %1 more notes").arg(notes.size() - kNotesShown);
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
        if (!session->control.leaving() && !session->control.preparing_study()) header->set_preparing(what, share);
    });
    connect(&importer, &Importer::imported, window, [this](const Imported& imported) { tell_imported(imported); });
    connect(&importer, &Importer::failed, window,
            [this](const QString& line) { offer(Banner::Tone::warning, "Not imported. " + line); });
    connect(&importer, &Importer::finished, window, [this] {
        fresh_runs.clear();
        end_preparing();
    });
}

void MainWindow::State::tell_imported(const Imported& imported) {
    if (imported.workspace != session->workspace.folder())  // another one has been opened since
        return say(imported.told);
    session->workspace.refresh();
    if (imported.kind != ImportKind::model) return tell_imported_runs(imported);
    offer(Banner::Tone::neutral, with_notes(imported.told, imported.notes), "Open study of its norms",
          [this, study = imported.norms] { open_study_of_norms(study); });
}

void MainWindow::State::tell_imported_runs(const Imported& imported) {
    fresh_runs += imported.runs;
    const bool alone = fresh_runs.size() == imported.runs.size();
    const QString told =
        alone ? with_notes(imported.told, imported.notes) : QString("Imported %1 runs.").arg(fresh_runs.size());
    offer(Banner::Tone::neutral, told, "Show in Live", [this, ids = fresh_runs] {
        window->page("live")->choose_runs(ids);
        window->show_page("live");
    });
    window->page("runs")->choose_runs(fresh_runs);
    window->show_page("runs");
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
