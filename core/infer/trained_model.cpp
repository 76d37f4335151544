#include "core/infer/trained_model.h"

#include "core/base/error.h"
#include "core/train/checkpoint.h"

namespace ablate::infer {

namespace fs = std::filesystem;

TrainedModel load_trained(const fs::path& run_folder, bool needs_tokenizer, std::optional<std::int64_t> step,
                          std::optional<std::int64_t> context) {
    const train::StoredCheckpoint checkpoint = train::sound_checkpoint(run_folder, step);
    const Json state = train::read_trainer_state(checkpoint.folder);
    TrainedModel loaded;
    loaded.config = run_config_from_json(state.at("config"), (checkpoint.folder / "trainer.json").string());
    const fs::path tokenizer = fs::path(state.at("data_folder").get<std::string>()) / "tokenizer.model";
    if (fs::exists(tokenizer))
        loaded.tokenizer = data::load_sentencepiece(tokenizer);
    else if (needs_tokenizer)
        throw InputError("{}: its data have no tokenizer ({} is missing)", run_folder.string(), tokenizer.string());
    const std::int64_t trained = loaded.config.data.context;
    RunConfig built = loaded.config;
    if (built.model.position.kind != "learned") built.data.context = context.value_or(trained);
    if (context.value_or(trained) > built.data.context)
        throw InputError("{}: its positions are learned for {} tokens; a context of {} is beyond them",
                         run_folder.string(), trained, *context);
    loaded.model = std::make_unique<model::Transformer>(built, 0, model::resolve_device(built.train.device));
    std::vector<train::NamedTensor> weights;
    for (const auto& parameter : loaded.model->parameters()) weights.push_back({parameter.spec.name, parameter.value});
    train::load_tensors(checkpoint.folder / "model.safetensors", weights);
    return loaded;
}

}  // namespace ablate::infer
