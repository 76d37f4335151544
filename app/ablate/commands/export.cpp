#include "app/ablate/export.h"

namespace ablate::app {

Action declare_export(CLI::App& parser) {
    return declare_forms(parser, {{"hf", "a run as a Hugging Face folder that transformers loads", declare_export_hf},
                                  {"norm-ablation", "a study in the layout of the published norm ablation",
                                   declare_export_norm_ablation}});
}

}  // namespace ablate::app
