#pragma once
#include "core/run/run_directory.h"

namespace ablate::run {

// A copy of a run directory from elsewhere as a run of this workspace, under the same id; its origin says where it came
// from. It appears whole or not at all. InputError: damaged, in training, already in the workspace. ResourceError: the
// disk.
RunDirectory copy_run(const std::filesystem::path& folder, const std::filesystem::path& workspace);

}  // namespace ablate::run
