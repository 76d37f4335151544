#include "app/ablate/import.h"

namespace ablate::app {

Action declare_import(CLI::App& parser) {
    return declare_forms(parser, {{"hf", "a Hugging Face folder (Qwen3, Llama) as a model", declare_import_hf},
                                  {"log", "another program's training log, as a run", declare_import_log},
                                  {"norm-ablation", "a folder in the layout of the published norm ablation",
                                   declare_import_norm_ablation},
                                  {"run", "a run directory of another workspace", declare_import_run}});
}

}  // namespace ablate::app
