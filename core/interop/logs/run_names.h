#pragma once
#include "core/interop/imported_run.h"

#include <optional>

namespace ablate::interop::logs {

// Names that the user gives the runs of a log. An empty one keeps what the log says.
struct RunNames {
    std::string study;
    std::string variant;  // "qwen3@130m" is the variant qwen3 at the grid point 130m
    std::optional<std::int64_t> seed;
};

// InputError: a seed for means over several runs, a variant for several runs. `offers_options` as in ReadOptions:
// whether the message names those of the command line.
void name_runs(std::vector<ImportedRun>& runs, const RunNames& names, bool offers_options = true);

}  // namespace ablate::interop::logs
