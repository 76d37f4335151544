#pragma once
#include "core/run/run_directory.h"
#include "core/train/gradient_history.h"

#include <optional>

namespace ablate::run {

// collapse.json: the gradient norms by block of the steps before a collapse. The one writer and the one reader.
void write_collapse_record(const RunDirectory& directory, const train::GradientHistory& history);
// Nothing where there is none: the run has not collapsed, an earlier version trained it, or it is an imported log.
// InputError: damaged.
std::optional<train::GradientHistory> read_collapse_record(const RunDirectory& directory);

}  // namespace ablate::run
