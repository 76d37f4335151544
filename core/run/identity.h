#pragma once
#include "core/run/run_directory.h"

#include <string_view>

// Which runs are seeds of one experiment. Identity is computed whenever a run is read, never taken from its file, so
// that runs of every version with equal configurations fall into one group.
namespace ablate::run {

// SHA-256. For a run trained here: the hash of its configuration and data (config_hash). For an imported log: the hash
// of its study, variant and stated configuration without bookkeeping options.
std::string identity_hash(const RunInfo& info);

// Whether an option that another trainer states (its last name: "save_steps") changes no weight: where and how often
// it saves, logs and evaluates.
bool is_bookkeeping(std::string_view name);
// `stated` without such options, at any depth.
Json without_bookkeeping(const Json& stated);

}  // namespace ablate::run
