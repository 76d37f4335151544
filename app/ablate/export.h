#pragma once
#include "app/ablate/command.h"

// The forms of `ablate export`, a file each.
namespace ablate::app {

Action declare_export_hf(CLI::App& parser);
Action declare_export_norm_ablation(CLI::App& parser);

}  // namespace ablate::app
