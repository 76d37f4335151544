#pragma once
#include "core/interop/imported_run.h"
#include "core/interop/logs/logs.h"

// CS336's model_config.json with the state dict beside it: no log, but a model that can generate and be scored.
namespace ablate::interop::cs336 {

// `path` is the folder or its model_config.json. InputError: a file that is missing, damaged or of another model.
std::vector<ImportedRun> read_model(const std::filesystem::path& path, const logs::ReadOptions& options);

}  // namespace ablate::interop::cs336
