#pragma once
#include "core/run/queue.h"

namespace ablate::run {

// Below the window's and the shell's, which stay responsive. For the calling thread; where it is refused nothing is
// lost.
void lower_thread_priority();

// Trains runs in threads of this process, `jobs` at once.
std::unique_ptr<Executor> thread_executor(int jobs, QueueObserver observer);

}  // namespace ablate::run
