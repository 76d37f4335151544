#pragma once
#include "core/interop/imported_run.h"

namespace ablate::interop::norm_ablation {

// The metrics of VARIANT_finetuned into `run`, and the bytes of the files read onto `read_bytes`. `stated` is the
// variant's entry in all_train_metrics.json, or null. Ours log the loss before update N at step N; files in the
// Trainer's form at N + 1: `counts_from_one` takes that back. InputError: damaged files, or no number at all.
void read_metrics(const std::filesystem::path& finetuned, const Json& stated, bool counts_from_one, ImportedRun& run,
                  std::string& read_bytes);

// The entry of a variant in all_train_metrics.json: an object by name, or a list of objects that name it; a number
// alone is its train_loss. Null: none.
Json metrics_entry(const Json& all, const std::string& variant);

}  // namespace ablate::interop::norm_ablation
