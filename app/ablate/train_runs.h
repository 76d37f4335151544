#pragma once
#include "app/ablate/interrupt.h"
#include "app/ablate/progress.h"
#include "core/run/queue.h"

namespace ablate::app {

// Trains the runs with so many at once, and returns the exit code: 0, 1 when a run failed, 3 when it was for want of
// disk or memory, 128 + the signal when one came. Ends with how to resume where something remains to do.
int train_runs(const std::vector<run::RunDirectory>& runs, int jobs, const Interrupt& interrupt, ProgressBoard& board);

}  // namespace ablate::app
