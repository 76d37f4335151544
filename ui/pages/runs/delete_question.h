#pragma once
#include "ui/pages/runs/confirm.h"

#include <QString>
#include <QStringList>

namespace ablate::ui {

class RunsModel;

// "quick: Baseline, seed 1 (0123abcd)"; "quick: Baseline, seed 1, older settings (0123abcd)".
QString run_line(const RunsModel& model, const QString& id);
// Before runs are moved to the trash. It names them, says how many of them have older settings, and says how many runs
// of older settings are kept although all other runs of their study go.
Question delete_question(const RunsModel& model, const QStringList& ids);

}  // namespace ablate::ui
