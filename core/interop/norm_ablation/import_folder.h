#pragma once
#include "core/interop/imported_run.h"

// No torch here.
namespace ablate::interop::norm_ablation {

struct FolderImport {
    std::vector<ImportedRun> runs;   // judged; one of each VARIANT_finetuned: original, then by name
    std::vector<std::string> notes;  // lines for people about the folder: what is missing, what was passed over
};

// A folder of layout.h, ours or the source's. Metrics are taken from train_metrics.json (a log_history, an object with
// one, lists by name or final numbers), else from trainer_state.json there or in the newest checkpoint, else from
// all_train_metrics.json; a loss of 0 is judged as in every log of Hugging Face's Trainer. What a variant is follows
// from metadata.json and the tensors of model.pt, never from its folder's name alone; where they disagree a remark of
// the run says so. `with_weights`: the finetuned weights come along, of those whose configuration is known whole.
// InputError: no such folder, a damaged file, or weights that cannot come along.
FolderImport read_folder(const std::filesystem::path& folder, bool with_weights = false);

}  // namespace ablate::interop::norm_ablation
