#include "core/interop/flashnorm/fold_plan.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/flashnorm/fold.h"
#include "core/io/json_file.h"

#include <algorithm>

namespace ablate::interop {

namespace {

// Pre-norm with RMSNorm and gains that multiply as they are (Gemma's are 1 + w), by config.json's model_type.
const std::vector<std::string> known_types = {"llama", "mistral", "phi3", "qwen2", "qwen3"};

template <class T>
T option(const std::string& file, const Json& config, const char* key, bool (Json::*type)() const noexcept) {
    const auto found = config.find(key);
    if (found == config.end() || !((*found).*type)()) throw InputError("{}: lacks a valid {}", file, quote(key));
    return found->get<T>();
}

FoldPlan read_config(const std::string& file, const Json& config) {
    FoldPlan plan;
    plan.model_type = option<std::string>(file, config, "model_type", &Json::is_string);
    if (std::find(known_types.begin(), known_types.end(), plan.model_type) == known_types.end())
        throw InputError("{}: the architecture {} is not known to fold; known are {}", file, quote(plan.model_type),
                         join(known_types, ", "));
    plan.layers = option<std::int64_t>(file, config, "num_hidden_layers", &Json::is_number_unsigned);
    if (const auto tied = config.find("tie_word_embeddings"); tied != config.end() && !tied->is_null())
        plan.tied = option<bool>(file, config, "tie_word_embeddings", &Json::is_boolean);
    return plan;
}

// What a LayerNorm adds to an RMSNorm is a bias: "...norm.bias", "ln_1.bias".
void refuse_layer_norm(const Shards& shards) {
    for (const std::string& name : shards.names()) {
        const std::vector<std::string> parts = split(name, '.');
        if (parts.size() < 2 || parts.back() != "bias") continue;
        const std::string& module = parts[parts.size() - 2];
        if (module.find("norm") != std::string::npos || module.starts_with("ln_"))
            throw InputError("{}: {} belongs to a LayerNorm; only RMSNorm can be folded", shards.folder().string(),
                             quote(name));
    }
}

std::string layer_tensor(std::int64_t layer, std::string_view name) {
    return fmt::format("model.layers.{}.{}.weight", layer, name);
}

// The two sites of a layer; Phi-3 keeps q, k and v in one matrix, gate and up in another.
std::vector<Fold> folds_of_layer(const Shards& shards, std::int64_t layer) {
    const auto tensor = [layer](std::string_view name) { return layer_tensor(layer, name); };
    Fold attention{tensor("input_layernorm"), {tensor("self_attn.qkv_proj")}};
    Fold feed_forward{tensor("post_attention_layernorm"), {tensor("mlp.gate_up_proj")}};
    if (!shards.find(tensor("self_attn.qkv_proj"))) {
        attention.projections = {tensor("self_attn.q_proj"), tensor("self_attn.k_proj"), tensor("self_attn.v_proj")};
        feed_forward.projections = {tensor("mlp.gate_proj"), tensor("mlp.up_proj")};
    }
    return {attention, feed_forward};
}

std::string shape_of(const io::TensorEntry& entry) { return fmt::format("[{}]", fmt::join(entry.shape, ", ")); }

void check_tensors(const Fold& fold, const Shards& shards, std::int64_t width) {
    const std::string folder = shards.folder().string();
    const auto check = [&](const io::TensorEntry& entry, std::size_t dimensions, const char* right) {
        if (!can_fold(entry.dtype))
            throw InputError("{}: {} is {}; only F64, F32, F16 and BF16 can be folded", folder, quote(entry.name),
                             entry.dtype);
        if (entry.shape.size() != dimensions || entry.shape.back() != width)
            throw InputError("{}: {} is {} where hidden_size {} of config.json asks for {}", folder, quote(entry.name),
                             shape_of(entry), width, fmt::format(fmt::runtime(right), width));
    };
    if (!fold.missing) check(shards.at(fold.norm), 1, "[{}]");
    for (const std::string& projection : fold.projections) check(shards.at(projection), 2, "[outputs, {}]");
}

void refuse_more_layers(const FoldPlan& plan, const Shards& shards) {
    for (const std::string_view name : {"input_layernorm", "self_attn.q_proj", "self_attn.qkv_proj"})
        if (const std::string extra = layer_tensor(plan.layers, name); shards.find(extra))
            throw InputError("{}: {} is there and num_hidden_layers of config.json is {}", shards.folder().string(),
                             quote(extra), plan.layers);
}

bool all_ones(const Fold& fold, const Shards& shards) {
    if (fold.missing) return true;
    const std::vector<double> gains = values_of(shards.at(fold.norm).dtype, shards.read(fold.norm));
    return std::all_of(gains.begin(), gains.end(), [](double gain) { return gain == 1; });
}

}  // namespace

FoldPlan plan_folds(const Shards& shards) {
    const auto file = shards.folder() / "config.json";
    const Json config = io::read_json(file);
    if (!config.is_object()) throw InputError("{}: is not an object", file.string());
    refuse_layer_norm(shards);
    FoldPlan plan = read_config(file.string(), config);
    const auto width = option<std::int64_t>(file.string(), config, "hidden_size", &Json::is_number_unsigned);
    const auto add = [&](Fold fold) {
        fold.missing = !shards.find(fold.norm);
        check_tensors(fold, shards, width);
        plan.folds.push_back(std::move(fold));
    };
    for (std::int64_t layer = 0; layer < plan.layers; ++layer)
        for (Fold& fold : folds_of_layer(shards, layer)) add(std::move(fold));
    if (!plan.tied) add({"model.norm.weight", {"lm_head.weight"}});
    refuse_more_layers(plan, shards);
    if (std::all_of(plan.folds.begin(), plan.folds.end(), [&](const Fold& fold) { return all_ones(fold, shards); }))
        throw InputError("{}: is folded already: every norm weight that would be folded is one or absent",
                         shards.folder().string());
    return plan;
}

}  // namespace ablate::interop
