#include "core/interop/open_model.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/infer/trained_model.h"
#include "core/interop/hf/checkpoint.h"
#include "core/io/json_file.h"
#include "core/run/known_keys.h"
#include "core/run/run_store.h"
#include "core/train/start.h"

#include <ATen/core/grad_mode.h>

namespace ablate::interop {
namespace {

namespace fs = std::filesystem;

ModelPlace place_at(const fs::path& folder) {
    using Kind = ModelPlace::Kind;
    const std::string name = folder.string();
    if (is_there(folder / run_files::kInfo)) return {Kind::run, folder, name};
    if (is_there(folder / model_files::kInfo)) return {Kind::imported, folder, name};
    if (is_there(folder / "config.json")) return {Kind::hugging_face, folder, name};
    throw InputError("{}: {}", name,
                     is_there(folder) ? "neither a run (run.json), an imported model (model.json) nor a Hugging Face "
                                        "folder (config.json)"
                                      : "no such folder");
}

bool is_model(const std::string& which, const fs::path& workspace) {
    return is_plain_name(which) && is_there(models_folder(workspace) / which / model_files::kInfo);
}

// What generation_config.json names as the ends of a text, else config.json: an id, a list of them, or null.
std::vector<std::int32_t> end_ids(const fs::path& folder, const Json& of_config) {
    Json ids = of_config;
    if (const fs::path file = folder / "generation_config.json"; is_there(file)) {
        const Json json = io::read_json(file);
        if (json.is_object() && json.contains("eos_token_id")) ids = json.at("eos_token_id");
    }
    std::vector<std::int32_t> result;
    for (const Json& id : ids.is_array() ? ids : Json::array({ids}))
        if (id.is_number_integer()) result.push_back(id.get<std::int32_t>());
    return result;
}

void load_hugging_face(infer::TrainedModel& trained, const ModelPlace& place, const OpenOptions& options) {
    const hf::Checkpoint checkpoint(place.folder);
    trained.config = checkpoint.config().run;
    trained.config.train.precision = "fp32";
    infer::find_tokenizer(trained, place.folder, options.needs_tokenizer);
    trained.end_ids = end_ids(place.folder, checkpoint.config().eos_token_id);
    infer::make_model(trained, options.context);
    checkpoint.load(*trained.model, options.for_generation);
}

void load_imported(infer::TrainedModel& trained, const ModelPlace& place, const OpenOptions& options) {
    const train::StartWeights weights = train::find_start(fs::absolute(place.folder).string(), {});
    trained.config = weights.config;
    trained.config.train.precision = "fp32";
    infer::find_tokenizer(trained, place.folder, options.needs_tokenizer);
    const Json model = io::read_json(place.folder / model_files::kInfo);  // find_start has seen that it is an object
    trained.end_ids = end_ids(place.folder, model.value("eos_token_id", Json()));
    infer::make_model(trained, options.context);
    RunConfig whole = trained.model->config();
    whole.train.start = weights.folder.string();
    whole.train.start_sha256 = weights.sha256;
    train::load_start(*trained.model, whole, options.for_generation);
}

// Of an imported run that does not tell how its products were computed: the configuration's default is not a fact.
bool unknown_precision(const fs::path& folder) {
    const run::RunInfo info = run::RunDirectory(folder).info();
    return !run::KnownKeys(info).has("train.precision");
}

}  // namespace

bool names_folder(const std::string& which) {
    std::error_code ignored;
    return which.find('/') != std::string::npos || fs::is_directory(which, ignored);
}

ModelPlace find_model(const std::string& which, const fs::path& workspace) {
    if (names_folder(which)) return place_at(fs::path(which).lexically_normal());
    fs::path folder;
    try {
        folder = run::RunStore(workspace).folder_of(which);
    } catch (const InputError& no_run) {
        if (is_model(which, workspace)) return {ModelPlace::Kind::imported, models_folder(workspace) / which, which};
        throw InputError("{}; no imported model and no folder has that name either", no_run.what());
    }
    return {ModelPlace::Kind::run, folder, run::read_run(folder).info.id};
}

std::shared_ptr<const infer::TrainedModel> open_model(const ModelPlace& place, const OpenOptions& options) {
    if (place.kind == ModelPlace::Kind::run)
        return std::make_shared<infer::TrainedModel>(
            infer::load_trained(place.folder, options.needs_tokenizer, options.step, options.context,
                                unknown_precision(place.folder) ? "fp32" : ""));
    if (options.step) throw InputError("{}: only a run has checkpoints of several steps", place.name);
    const auto trained = std::make_shared<infer::TrainedModel>();
    trained->name = place.folder.string();
    const at::NoGradGuard no_gradient;
    if (place.kind == ModelPlace::Kind::imported)
        load_imported(*trained, place, options);
    else
        load_hugging_face(*trained, place, options);
    return trained;
}

}  // namespace ablate::interop
