#pragma once
#include "core/run/run_directory.h"

namespace ablate::run {

// "1"; of an imported log "unknown" where its source tells no seed, and "mean" where it is a mean over several runs.
// Such a run's RunInfo::seed only tells it from other runs of its variant.
std::string seed_text(const RunInfo& info);
// Whether an imported log holds means over several runs, as Weights & Biases draws them for a group.
bool is_mean(const RunInfo& info);

}  // namespace ablate::run
