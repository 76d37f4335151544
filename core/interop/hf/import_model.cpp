#include "core/interop/hf/import_model.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/data/tokenizers/load.h"
#include "core/interop/hf/checkpoint.h"
#include "core/io/json_file.h"
#include "core/train/start.h"

namespace ablate::interop::hf {
namespace {

namespace fs = std::filesystem;

// model.json and the files of the tokenizer, generously.
constexpr std::uint64_t kOtherBytes = 64 << 20;

void copy_small_files(const fs::path& from, const fs::path& to, bool has_tokenizer) {
    std::vector<fs::path> files;
    if (has_tokenizer) files = data::tokenizer_files(from);
    if (const fs::path generation = from / "generation_config.json"; fs::exists(generation))
        files.push_back(generation);
    for (const fs::path& file : files) atomic_write(to / file.filename(), read_file(file));
}

Json model_json(const ImportedModel& model, const Config& config, const fs::path& origin, const std::string& sha256) {
    return {{"format", train::kModelFormat},
            {"id", model.id},
            {"architecture", model.architecture},
            {"dtype", model.dtype},
            {"config", ablate::to_json(model.config)},
            {"eos_token_id", config.eos_token_id},
            {"weights_sha256", sha256},
            {"origin", origin.string()},
            {"created", unix_now()}};
}

void look_at_tokenizer(const fs::path& folder, ImportedModel& model) {
    if (!data::find_tokenizer(folder)) return;
    std::int64_t tokens = 0;
    try {
        data::LoadedTokenizer loaded = data::load_tokenizer(folder);
        tokens = loaded.tokenizer->vocab_size();
        model.has_tokenizer = true;
        model.remarks = std::move(loaded.remarks);
    } catch (const InputError& error) {
        model.remarks.push_back(fmt::format(
            "The model is imported without its tokenizer, which cannot be read here: {}. It can be trained on "
            "token files (data.tokens) that its own tokenizer made.",
            error.what()));
    }
    if (tokens > model.config.data.vocab_size)
        throw InputError("{}: its tokenizer has {} tokens, its config.json a vocab_size of {}", folder.string(),
                         with_thousands(tokens), with_thousands(model.config.data.vocab_size));
}

VariantConfig variant(const char* name, const char* label, const RunConfig& config, const std::vector<NormSite>& sites,
                      const std::string& kind) {
    VariantConfig made{name, label, Json::object()};
    for (const NormSite site : sites) {
        const KindChoice& norm = config.model.norm_at(site);
        if (norm.kind == "none" || norm.kind == kind) continue;
        Json choice = {{"kind", kind}};
        if (kind == "layer") choice["eps"] = norm.options.value("eps", 1e-6);
        made.patch["model"]["norm"][to_string(site)] = std::move(choice);
    }
    return made;
}

}  // namespace

std::string model_id(const fs::path& folder) {
    const fs::path whole = fs::weakly_canonical(folder);
    const fs::path named = whole.has_filename() ? whole : whole.parent_path();  // without its last '/'
    std::string id = named.filename().string().substr(0, 64);
    for (char& c : id)
        if (!is_plain_name(std::string(1, c)) && c != '.') c = '-';
    return is_plain_name(id) ? id : "model";
}

ImportedModel import_model(const fs::path& folder, const fs::path& workspace, const std::string& id,
                           const std::function<void(double share)>& progress) {
    if (!is_plain_name(id)) throw InputError("--name '{}': letters, digits, '.', '_' and '-', 64 at most", id);
    const fs::path target = fs::absolute(models_folder(workspace) / id);
    if (fs::exists(fs::symlink_status(target)))
        throw InputError("{}: a model of this name is there already; give another with --name", target.string());
    const Checkpoint checkpoint(folder);
    const Config& config = checkpoint.config();
    ImportedModel model{id, target, config.architecture, config.dtype, config.run, checkpoint.bytes(), false, {}};
    look_at_tokenizer(folder, model);
    fs::create_directories(target.parent_path());
    remove_leftovers(target.parent_path());
    require_free_space(target, model.bytes + kOtherBytes);
    atomic_directory(target, [&](const fs::path& beside) {
        copy_small_files(folder, beside, model.has_tokenizer);
        const std::string sha256 = checkpoint.convert(beside / model_files::kWeights, progress);
        io::write_json(beside / model_files::kInfo, model_json(model, config, fs::weakly_canonical(folder), sha256));
    });
    return model;
}

StudyConfig norm_study(const ImportedModel& model, const std::string& name) {
    using enum NormSite;
    StudyConfig study;
    study.name = name;
    study.description = fmt::format(
        "The norm ablation of {}: every run starts from its weights, whose norms are removed or replaced. "
        "no_layer_norm "
        "keeps the final norm; the others treat it as the rest.",
        model.id);
    study.baseline = patch_between(RunConfig{}, model.config);
    Json& data = study.baseline["data"];
    data["vocab_size"] = model.config.data.vocab_size;
    data["context"] = std::min<std::int64_t>(model.config.data.context, 512);
    if (model.has_tokenizer) data["tokenizer"] = model.id;
    study.baseline["train"] = {{"start", model.id}, {"keep_start", true}, {"epochs", 1},      {"lr", 5e-5},
                               {"warmup", 0},       {"batch", 8},         {"weight_decay", 0}};
    const RunConfig& config = model.config;
    const std::vector<NormSite> all = {attn_in, ffn_in, q, k, final};
    for (VariantConfig& made : std::vector<VariantConfig>{
             variant("no_qk_norm", "No QK-norm", config, {q, k}, "none"),
             variant("no_layer_norm", "No layer norms (final norm kept)", config, {attn_in, ffn_in}, "none"),
             variant("no_all_norm", "No norm at all (final norm too)", config, all, "none"),
             variant("replace_l2norm", "L2Norm", config, all, "l2"),
             variant("replace_layernorm", "LayerNorm", config, all, "layer"),
             variant("replace_scalenorm", "ScaleNorm", config, all, "scale")})
        if (!made.patch.empty()) study.variants.push_back(std::move(made));
    return study;
}

}  // namespace ablate::interop::hf
