#pragma once
#include "core/run/run_directory.h"

namespace ablate::run {

// Looks for damage in a run directory: run.json and state.json, every file of every checkpoint against its sha256,
// records the logs lost, steps that are missing or appear twice. One line for each problem; none means sound. Changes
// nothing.
std::vector<std::string> verify_run(const RunDirectory& directory);

}  // namespace ablate::run
