#pragma once
#include "core/run/run_directory.h"

// Which process keeps a run in its queue: RUN/queue.json names it, and WORKSPACE/queue/<name>.lock is locked while that
// process lives. The kernel releases the lock with the process, so a run whose owner was killed no longer waits.
namespace ablate::run {

// This process has the run in its queue from now on. A workspace that cannot be written to is left as it is.
void join_queue(const RunDirectory& directory);

// Whether a process had the run in its queue and is gone. False for a run that no process has queued, which is what
// runs of version 0.1 look like.
bool queue_owner_is_gone(const RunDirectory& directory);

}  // namespace ablate::run
