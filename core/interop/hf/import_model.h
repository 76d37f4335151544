#pragma once
#include "core/config/study_config.h"

#include <filesystem>
#include <functional>

namespace ablate::interop::hf {

struct ImportedModel {
    std::string id;  // what train.start and data.tokenizer call it
    std::filesystem::path folder;
    std::string architecture, dtype;
    RunConfig config;  // model, data.vocab_size and data.context; the rest as by default
    std::uint64_t bytes = 0;
    bool has_tokenizer = false;
    std::vector<std::string> remarks;  // a sentence each: what of its tokenizer was left out, and why
};

// A Hugging Face folder as a model of the workspace: WORKSPACE/models/<id> with model.json, model.safetensors under the
// names of the tensor table, the tokenizer's files and generation_config.json. It appears whole or not at all, and
// nothing of it needs the folder it came from. A tokenizer that cannot be read is left out, and a remark says so:
// the model then trains on token files. InputError: what checkpoint.h refuses, a name that is taken.
// ResourceError: the disk has no room, known before anything is written. `progress` is told how far it is, in [0, 1];
// what it throws ends the work and leaves nothing.
ImportedModel import_model(const std::filesystem::path& folder, const std::filesystem::path& workspace,
                           const std::string& id, const std::function<void(double share)>& progress = {});

// A name for it out of the folder's: characters that a name cannot have become '-'.
std::string model_id(const std::filesystem::path& folder);

// The norm ablation of an imported model, each run starting from its weights and keeping them as the base stage:
// no_qk_norm, no_layer_norm (the final norm stays), no_all_norm (it goes), replace_l2norm, replace_layernorm and
// replace_scalenorm (it is replaced too); those that would change nothing are left out.
StudyConfig norm_study(const ImportedModel& model, const std::string& name);

}  // namespace ablate::interop::hf
