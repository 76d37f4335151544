#pragma once
#include "core/config/study_config.h"
#include "core/run/run_directory.h"

#include <QString>
#include <vector>

namespace ablate::ui {

// A change that may keep a run from collapsing: a new variant next to the old one, or a new value of the grid where the
// grid sets the learning rate.
struct Remedy {
    QString action;        // the button: "Add gradient clipping"
    QString why_not;       // why it would change nothing, or cannot be done; "" when it can
    QString name;          // of the variant or grid point that it adds: "no-norm-clip"
    QString changes;       // its patch in words: "Gradient clipping: 0 → 1"
    StudyConfig study;     // with the change
    std::string trains;    // what PlanOptions::only must name to train the new one alone
    QString name_of_edit;  // for undo: "Add no-norm-clip"
};

// In the order in which they are offered: a third of the learning rate, gradient clipping, a longer warm-up, QK-norm.
// `study`: the one that the run belongs to, as it is now. The values are computed from the run's configuration.
std::vector<Remedy> remedies(const run::RunInfo& run, const StudyConfig& study);
// The same four where there is no study to add to: none can be done, for that reason.
std::vector<Remedy> no_remedies(const QString& why_not);

}  // namespace ablate::ui
