// Compare: what the page queues, and how runs of other studies come in.
#include "core/compare/wording.h"
#include "core/run/older_settings.h"
#include "ui/bridge/run_requests.h"
#include "ui/bridge/text.h"
#include "ui/pages/compare/compare_page_state.h"

#include <QMenu>
#include <set>

namespace ablate::ui {

QString ComparePage::State::why_nothing_is_trained() const {
    if (!control) return "Nothing can be trained here.";
    const auto& runs = scene->comparison->runs;
    if (!runs.empty() &&
        std::all_of(runs.begin(), runs.end(), [](const auto& one) { return run::is_imported_log(one.listed.info); }))
        return "Imported logs cannot be trained.";
    if (study->subject().study.isEmpty()) return "To train more, choose a whole study at the top left.";
    return {};
}

void ComparePage::State::add_seeds(const study::MoreSeeds& more) {
    if (!control) return;
    std::vector<SeedsToAdd> wanted;
    for (const study::SeedRequest& request : more.requests) wanted.push_back({text(request.run), request.seeds});
    control->add_seeds(wanted);
    Q_EMIT page->message(text(study::count_of(more.runs, "run")) + " queued");
}

// Where the study is the one being designed, its document writes the file: two writers would undo each other.
void ComparePage::State::extend_grid(const GridExtension& extension, const std::vector<std::int64_t>& seeds) {
    if (!control || !workspace) return;
    study::PlanOptions options;
    options.seeds = seeds;
    const QString name = text(extension.study);
    const auto start = [this, options](const StudyConfig& trained) {
        if (control) control->start_study(trained, options);
    };
    const auto refuse = [this, name](const QString& line) {
        Q_EMIT page->message(QString("The grid of %1 was not extended: %2").arg(name, line));
    };
    if (document && !document->file().isEmpty() && document->study().name == extension.study) {
        if (document->modified())
            return refuse("the Study page has changes of it that are not saved. Save or undo them first.");
        try {
            const StudyConfig extended = with_grid_value(document->study(), extension);
            document->edit("Extend the grid", extended);
            train_once_saved(at_grid_value(extended, extension), start);
        } catch (const std::exception& error) {
            refuse(QString::fromUtf8(error.what()));
        }
        return;
    }
    extending.ask(
        [folder = workspace->folder(), extension](const Latest::Ticket&) { return ui::extend_grid(folder, extension); },
        [this, start](const StudyConfig& trained) {
            comparer.study_file_changed();
            start(trained);
        },
        refuse);
}

// What is trained without being in the study's file would be missing from the comparison.
void ComparePage::State::train_once_saved(const StudyConfig& trained,
                                          const std::function<void(const StudyConfig&)>& start) {
    auto* waiting = new QObject(page);  // owns both connections
    const auto end = [this, waiting] {
        if (document) disconnect(document, nullptr, waiting, nullptr);
        waiting->deleteLater();
    };
    connect(document, &StudyDocument::saved, waiting, [end, start, trained] {
        end();
        start(trained);
    });
    connect(document, &StudyDocument::failed, waiting, [this, end](const QString& line) {
        end();
        Q_EMIT page->message("The grid was extended, but not trained: " + line);
    });
    document->save();
}

void ComparePage::State::fill_studies_menu() {
    studies_menu->clear();
    if (!workspace) return;
    std::set<std::string> shown, others;
    if (scene)
        for (const study::ComparedRun& compared : scene->comparison->runs) shown.insert(compared.listed.info.study);
    for (const run::ListedRun& listed : workspace->runs()->runs)
        if (!shown.contains(listed.info.study)) others.insert(listed.info.study);
    for (const std::string& name : others) studies_menu->addAction(text(name).replace("&", "&&"))->setData(text(name));
    if (others.empty()) studies_menu->addAction("The workspace has no other study.")->setEnabled(false);
}

// What is shown stays; of the other study the runs of its present settings come.
void ComparePage::State::add_study(const QString& name) {
    if (!workspace || !scene || name.isEmpty()) return;
    QStringList ids;
    for (const study::ComparedRun& compared : scene->comparison->runs) ids += text(compared.listed.info.id);
    std::vector<run::ListedRun> added;
    for (const run::ListedRun& listed : workspace->runs()->runs)
        if (listed.info.study == name.toStdString()) added.push_back(listed);
    const auto older = run::runs_of_older_settings(added);
    for (const run::ListedRun& listed : added)
        if (!older.contains(listed.info.id)) ids += text(listed.info.id);
    study->choose_runs(ids);
}

}  // namespace ablate::ui
