#pragma once
#include "app/ablate/command.h"

// The forms of `ablate import`, a file each.
namespace ablate::app {

Action declare_import_hf(CLI::App& parser);
Action declare_import_log(CLI::App& parser);
Action declare_import_norm_ablation(CLI::App& parser);
Action declare_import_run(CLI::App& parser);

}  // namespace ablate::app
