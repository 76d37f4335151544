#pragma once
#include "core/run/run_store.h"

#include <QString>

namespace ablate::ui {

// What can be done to runs, beyond looking at them.
enum class RunAction { resume, pause, stop, retry, move_earlier, move_later, remove };

// What an action needs to know of a run: `place` among the `waiting` of this window, -1 when it does not wait.
struct RunSituation {
    const run::ListedRun* run = nullptr;  // null: damaged
    int place = -1, waiting = 0;
    bool ending = false;  // it trains and was asked to pause or to stop
};

// "" when the action applies; else why it does not, one line for a tooltip or the status line.
QString why_not(RunAction action, const RunSituation& situation);
// The same for folding its model; whether its configuration can be folded is known once it is read. Null: damaged.
QString why_not_fold(const run::ListedRun* run);

}  // namespace ablate::ui
