#pragma once
#include "core/run/queue.h"

namespace ablate::run {

// Trains runs in child processes, `jobs` at once. `program` is the ablate binary.
std::unique_ptr<Executor> process_executor(int jobs, std::filesystem::path program, QueueObserver observer);

}  // namespace ablate::run
