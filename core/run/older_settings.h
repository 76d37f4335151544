#pragma once
#include "core/run/run_store.h"

#include <string>
#include <unordered_set>
#include <vector>

namespace ablate::run {

// A study that is edited and started again has runs of different settings under one name. At each of its points (a
// variant at a grid point), the run created last has the present settings. Returns the ids of the runs there whose
// identity hash is another one: their settings are older. Seeds of one hash belong together. Imported logs are at no
// point of a study, so they are never among these runs.
std::unordered_set<std::string> runs_of_older_settings(const std::vector<ListedRun>& runs);

}  // namespace ablate::run
