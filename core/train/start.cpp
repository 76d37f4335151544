#include "core/train/start.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/sha256.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"
#include "core/io/safetensors.h"
#include "core/model/transformer.h"
#include "core/train/checkpoint.h"
#include "core/train/tensor_file.h"

namespace ablate::train {
namespace {

namespace fs = std::filesystem;

StartWeights imported_model(const fs::path& folder) {
    const fs::path file = folder / model_files::kInfo;
    const Json json = io::read_json(file);
    try {
        if (json.at("format").get<int>() > kModelFormat)
            throw InputError("{}: format {} is newer than this program reads ({}); use a newer Ablate", file.string(),
                             json.at("format").dump(), kModelFormat);
        return {folder, "model " + folder.filename().string(),
                stored_run_config(json.at("config"), file.string() + ": config"),
                json.at("weights_sha256").get<std::string>()};
    } catch (const Json::exception& error) {
        throw InputError("{}: {}", file.string(), error.what());
    }
}

// Its files are checked where they are loaded: this is asked while a study is being typed.
StartWeights checkpoint_of_run(const fs::path& folder) {
    const fs::path file = folder / checkpoint_files::kTrainerState;
    const Json state = read_trainer_state(folder);
    const std::string run = folder.parent_path().parent_path().filename().string();
    try {
        return {folder, fmt::format("run {}, step {}", run, state.at("step").get<std::int64_t>()),
                stored_run_config(state.at("config"), file.string()), stored_weights_sha256(folder)};
    } catch (const Json::exception& error) {
        throw InputError("{}: {}", file.string(), error.what());
    }
}

StartWeights in_folder(const fs::path& folder) {
    if (is_there(folder / model_files::kInfo)) return imported_model(folder);
    if (is_there(folder / run_files::kInfo)) {
        const auto checkpoints = list_checkpoints(folder / run_files::kCheckpoints);
        if (checkpoints.empty()) throw InputError("train.start: {}: this run has no checkpoint", folder.string());
        return checkpoint_of_run(checkpoints.back().folder);
    }
    if (is_there(folder / checkpoint_files::kTrainerState)) return checkpoint_of_run(folder);
    if (is_there(folder / "config.json"))
        throw InputError("train.start: {}: a Hugging Face folder; import it first: ablate import hf {}",
                         folder.string(), folder.string());
    throw InputError("train.start: {}: neither an imported model nor a run nor a checkpoint", folder.string());
}

}  // namespace

StartWeights find_start(const std::string& start, const fs::path& workspace) {
    if (start.find('/') != std::string::npos) {
        const fs::path folder = fs::weakly_canonical(start);
        if (!fs::is_directory(folder)) throw InputError("train.start: {}: no such folder", folder.string());
        return in_folder(folder);
    }
    for (const fs::path& of_kind : {models_folder(workspace), runs_folder(workspace)})
        if (const fs::path folder = fs::absolute(of_kind / start); is_there(folder)) return in_folder(folder);
    throw InputError("train.start: '{}' is neither a model nor a run of the workspace {}; a path holds a '/'", start,
                     workspace.string());
}

void resolve_start(RunConfig& config, const fs::path& workspace, const std::string& where) {
    TrainConfig& train = config.train;
    if (train.start.empty()) return;
    const StartWeights weights = find_start(train.start, workspace);
    if (!train.start_sha256.empty() && train.start_sha256 != weights.sha256)
        throw InputError("{}.train.start: {} has the sha256 {:.12}…, the configuration names {:.12}…", where,
                         weights.name, weights.sha256, train.start_sha256);
    train.start = weights.folder.string();
    train.start_sha256 = weights.sha256;
}

model::StartPlan plan_start(const RunConfig& resolved, const std::string& where) {
    return model::plan_start(in_folder(resolved.train.start).config, resolved, where);
}

model::StartPlan load_start(model::Transformer& transformer, const RunConfig& resolved, bool for_generation) {
    const StartWeights weights = in_folder(resolved.train.start);
    const fs::path file = weights.folder / model_files::kWeights;
    if (weights.sha256 != resolved.train.start_sha256 || sha256_file(file) != resolved.train.start_sha256)
        throw InputError("{}: no longer the weights the run was made for (sha256 {:.12}…)", file.string(),
                         resolved.train.start_sha256);
    model::StartPlan plan = model::plan_start(weights.config, resolved, weights.name);
    const io::SafetensorsReader reader(file);
    std::map<std::string, model::Parameter*> parameters;
    for (model::Parameter& parameter : transformer.parameters()) parameters[parameter.spec.name] = &parameter;
    for (const TensorSpec& spec : plan.kept)
        model::fill(*parameters.at(spec.name), read_tensor(reader, spec, file), for_generation);
    return plan;
}

}  // namespace ablate::train
