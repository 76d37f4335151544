#pragma once
#include "core/model/start_plan.h"

#include <filesystem>

namespace ablate::model {
class Transformer;
}

namespace ablate::train {

// Weights another run can begin from: an imported model (WORKSPACE/models/<id>: model.json, model.safetensors under the
// names of the tensor table, tokenizer files) or a run's checkpoint. No torch in this header.
struct StartWeights {
    std::filesystem::path folder;  // model.json and model.safetensors, or trainer.json and model.safetensors
    std::string name;              // for people: "model qwen3-0.6b", "run 1a2b3c4d, step 600"
    RunConfig config;              // model, data.vocab_size and data.context are those of the weights
    std::string sha256;            // of model.safetensors
};

inline constexpr int kModelFormat = 1;  // of model.json

// train.start by name: a path where it holds a '/', else a model of the workspace, else one of its runs (its newest
// checkpoint). InputError: none of these, damaged, of a newer format.
StartWeights find_start(const std::string& start, const std::filesystem::path& workspace);

// Makes train.start the folder of the weights and fills in train.start_sha256; nothing without a start. InputError also
// where the configuration names another sha256, WHERE first.
void resolve_start(RunConfig& config, const std::filesystem::path& workspace, const std::string& where);

// The plan for a configuration whose start is resolved.
model::StartPlan plan_start(const RunConfig& resolved, const std::string& where);

// Fills what the plan keeps, from files whose SHA-256 is checked; the rest stays as it was initialized. Types are
// converted as model::fill does. InputError: the files are no longer those that train.start_sha256 names.
model::StartPlan load_start(model::Transformer& transformer, const RunConfig& resolved, bool for_generation = false);

}  // namespace ablate::train
