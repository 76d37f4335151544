#pragma once
#include "app/ablate/workspace.h"
#include "core/interop/open_model.h"

namespace ablate::app {

inline constexpr const char* kModelHelp =
    "a run's id or a prefix of it, an imported model, or a folder: a run's, a model's, Hugging Face's";

// The model that an argument names. A folder needs no workspace, and none is made for it.
inline interop::ModelPlace model_named(const std::string& which, const std::string& workspace) {
    return interop::find_model(which,
                               interop::names_folder(which) ? std::filesystem::path() : open_workspace(workspace));
}

}  // namespace ablate::app
