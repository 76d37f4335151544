#pragma once
#include "core/data/prepare.h"
#include "core/run/run_directory.h"
#include "core/train/trainer.h"

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

namespace ablate::run {

// Trains (or goes on training) one run directory on the calling thread: takes its lock, opens its logs at the newest
// sound checkpoint, trains, writes state.json. Catches everything: a failure is a verdict with a message. InputError
// only when the lock is held elsewhere or run.json is unusable. What control.json asks holds from the first step on:
// whoever submits a run clears what was asked of it before, so that nothing is lost that is asked of it while it waits.
train::Verdict train_run(const RunDirectory& directory, std::stop_token stop,
                         const std::function<void(const RunDirectory&, const RunState&)>& progress = {});

// Where runs are trained. Threads of this process, child processes (`ablate resume ID`), later Slurm.
class Executor {
  public:
    virtual ~Executor() = default;
    virtual void submit(const RunDirectory& directory) = 0;  // may be called from any thread
    virtual void stop_all() = 0;                             // each run checkpoints and pauses
    virtual void wait() = 0;                                 // until every submitted run has ended
};

struct QueueObserver {
    std::function<void(const RunDirectory&, const RunState&)> progress;  // from worker threads
    std::function<void(const RunDirectory&, const train::Verdict&)> ended;
    std::function<void(const RunDirectory&)> dropped{};  // by stop_all(), before it began: it waits as it did
};

}  // namespace ablate::run
