#include "ui/pages/runs/retry_question.h"

#include "ui/pages/runs/confirm.h"
#include "ui/pages/runs/delete_question.h"

namespace ablate::ui {

void ask_to_retry(QWidget* parent, const RunsModel& model, const QStringList& ids, std::function<void()> retry) {
    QStringList collapsed;
    for (const QString& id : ids)
        if (const run::ListedRun* run = model.run(id); run && run->status == run::Status::collapsed)
            collapsed += run_line(model, id);
    if (collapsed.isEmpty()) return retry();
    const bool one = collapsed.size() == 1;
    confirm(
        parent,
        {one ? "Retry a collapsed run with the same settings?" : "Retry collapsed runs with the same settings?",
         QString("%1 with the same configuration and seed, so %2 most likely collapse again. Select a collapsed run "
                 "to see what may help: each proposal adds a variant with other settings.")
             .arg(QString(one ? "The new run trains" : "The new runs train"), QString(one ? "it will" : "they will")),
         collapsed, "Retry anyway"},
        std::move(retry));
}

}  // namespace ablate::ui
