#include "core/infer/trained_model.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/data/prepare.h"
#include "core/data/tokenizers/load.h"
#include "core/train/checkpoint.h"

namespace ablate::infer {

namespace fs = std::filesystem;

void find_tokenizer(TrainedModel& trained, const fs::path& folder, bool needed) {
    const std::optional<fs::path> file = folder.empty() ? std::nullopt : data::find_tokenizer(folder);
    if (!file && needed)
        throw InputError("{}: has no tokenizer: no tokenizer.json, vocab.json, encoder.json or tokenizer.model {}",
                         trained.name, folder.empty() ? "came with its data" : "in " + folder.string());
    if (!file) return;
    try {
        data::LoadedTokenizer loaded = data::load_tokenizer(folder);  // with the files next to it
        trained.tokenizer = std::move(loaded.tokenizer);
        trained.before = std::move(loaded.before);
        trained.tokenizer_folder = folder;
        trained.remarks = std::move(loaded.remarks);
    } catch (const InputError&) {
        if (needed) throw;  // else ids do without one of a kind that is not known here
    }
}

void make_model(TrainedModel& trained, std::optional<std::int64_t> context) {
    RunConfig built = trained.config;
    const std::int64_t as_trained = trained.config.data.context;
    trained.context = context.value_or(as_trained);
    if (built.model.position.kind != "learned") built.data.context = trained.context;
    if (trained.context > built.data.context)
        throw InputError("{}: its positions are learned for {} tokens; a context of {} is beyond them", trained.name,
                         as_trained, trained.context);
    trained.model = std::make_unique<model::Transformer>(built, model::resolve_device(built.train.device));
}

TrainedModel load_trained(const fs::path& run_folder, bool needs_tokenizer, std::optional<std::int64_t> step,
                          std::optional<std::int64_t> context, const std::string& precision) {
    const train::StoredCheckpoint checkpoint = train::sound_checkpoint(run_folder, step);
    const Json state = train::read_trainer_state(checkpoint.folder);
    TrainedModel trained;
    trained.name = run_folder.string();
    trained.config =
        stored_run_config(state.at("config"), (checkpoint.folder / checkpoint_files::kTrainerState).string());
    if (!precision.empty()) trained.config.train.precision = precision;
    const auto data_folder = state.at("data_folder").get<std::string>();
    find_tokenizer(trained, data::recorded_tokens(data_folder, data::cache_of_run(run_folder)), needs_tokenizer);
    trained.before.clear();  // a run learns from whole documents, one after the other
    make_model(trained, context);
    std::vector<train::NamedTensor> weights;
    for (const auto& parameter : trained.model->parameters()) weights.push_back({parameter.spec.name, parameter.value});
    train::load_tensors(checkpoint.folder / checkpoint_files::kWeights, weights);
    return trained;
}

}  // namespace ablate::infer
