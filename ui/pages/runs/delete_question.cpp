#include "ui/pages/runs/delete_question.h"

#include "ui/bridge/text.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/widgets/run_words.h"

#include <algorithm>

namespace ablate::ui {

namespace {

bool has_older_settings(const RunsModel& model, const QString& id) {
    return model.index_of(id).data(RunsModel::older_role).toBool();
}

// Runs of older settings that are not among `ids`, of studies whose other runs all are.
int older_runs_kept(const RunsModel& model, const QStringList& ids) {
    const auto goes = [&ids](const QString& id) { return ids.contains(id); };
    int kept = 0;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex study = model.index(row, 0);
        const QStringList present = model.ids_below(study), older = model.ids_below(model.older_heading(study));
        if (std::all_of(present.begin(), present.end(), goes))
            kept += static_cast<int>(older.size() - std::count_if(older.begin(), older.end(), goes));
    }
    return kept;
}

}  // namespace

QString run_line(const RunsModel& model, const QString& id) {
    const run::ListedRun* run = model.run(id);
    if (!run) return id;
    const QString title = run_title(run->info) + (has_older_settings(model, id) ? ", older settings" : "");
    return QString("%1: %2 (%3)").arg(text(run->info.study), title, id);
}

Question delete_question(const RunsModel& model, const QStringList& ids) {
    Question question{QString("Move %1 to the trash?").arg(runs_text(ids.size())),
                      "They can be restored until it is emptied.",
                      {},
                      "Move to trash"};
    int older = 0;
    for (const QString& id : ids) {
        question.things += run_line(model, id);
        older += has_older_settings(model, id);
    }
    if (older > 0 && older < ids.size())
        question.text += QString(" %1 of these runs %2 older settings.").arg(older).arg(older == 1 ? "has" : "have");
    if (const int kept = older_runs_kept(model, ids); kept > 0)
        question.text += QString(" %1 of older settings will be kept.").arg(runs_text(kept));
    return question;
}

}  // namespace ablate::ui
