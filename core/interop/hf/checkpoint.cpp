#include "core/interop/hf/checkpoint.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/hf/tensor_names.h"
#include "core/model/tensor_table.h"
#include "core/model/transformer.h"
#include "core/train/tensor_file.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <set>

namespace ablate::interop::hf {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHead = "lm_head.weight";

bool is_layer_norm(const std::string& name) {
    return name.ends_with(".input_layernorm.weight") || name.ends_with(".post_attention_layernorm.weight");
}

at::Tensor read(const WeightFiles::Tensor& tensor) {
    const at::Tensor value = at::empty(tensor.entry->shape, *train::float_type(tensor.entry->dtype));
    tensor.reader->read(*tensor.entry, value.mutable_data_ptr());
    return value;
}

void require_type(const std::string& name, const WeightFiles::Tensor& tensor) {
    if (!train::float_type(tensor.entry->dtype))
        throw InputError("{}: tensor {} is of type {}; F32, F16 and BF16 are read", tensor.file->string(), quote(name),
                         tensor.entry->dtype);
}

}  // namespace

Checkpoint::Checkpoint(fs::path folder)
    : folder_(std::move(folder)), config_(read_config(folder_ / "config.json")), files_(folder_) {
    check();
}

void Checkpoint::check() {
    std::set<std::string, std::less<>> wanted;
    std::vector<std::string> missing;
    for (const TensorSpec& spec : model::tensor_table(config_.run)) {
        const std::string name = checkpoint_name(spec.name);
        wanted.insert(name);
        if (files_.find(name))
            check_shape(name, spec);
        else
            missing.push_back(name);
    }
    require_only_folded(missing);

    const ModelConfig& model = config_.run.model;
    for (const auto& [name, tensor] : files_.tensors()) {
        if (wanted.contains(name) || name.ends_with(".rotary_emb.inv_freq")) continue;
        if (name == kHead && model.tie_embeddings) {
            require_type(name, tensor);
            if (tensor.entry->shape == files_.find("model.embed_tokens.weight")->entry->shape) continue;
        }
        throw InputError("{}: tensor {} [{}] has no place in the model of config.json{}", tensor.file->string(),
                         quote(name), fmt::join(tensor.entry->shape, ", "), option_with(name, model));
    }
}

void Checkpoint::check_shape(const std::string& name, const TensorSpec& spec) const {
    const WeightFiles::Tensor& tensor = *files_.find(name);
    if (tensor.entry->shape != spec.shape)
        throw InputError("{}: tensor {} is [{}] where config.json makes it [{}]{}", tensor.file->string(), quote(name),
                         fmt::join(tensor.entry->shape, ", "), fmt::join(spec.shape, ", "),
                         option_for_shape(name, tensor.entry->shape, spec.shape, config_.run.model));
    require_type(name, tensor);
}

void Checkpoint::require_only_folded(const std::vector<std::string>& missing) const {
    const ModelConfig& model = config_.run.model;
    const bool folded = std::count_if(missing.begin(), missing.end(), is_layer_norm) == 2 * model.layers;
    for (const std::string& name : missing) {
        if (folded && (is_layer_norm(name) || (name == "model.norm.weight" && !model.tie_embeddings))) continue;
        throw InputError("{}: tensor {} is missing{}", folder_.string(), quote(name), option_without(name, model));
    }
}

void Checkpoint::load(model::Transformer& transformer, bool for_generation) const {
    for (model::Parameter& parameter : transformer.parameters()) {
        const WeightFiles::Tensor* tensor = files_.find(checkpoint_name(parameter.spec.name));
        model::fill(parameter, tensor ? read(*tensor) : at::ones(parameter.spec.shape), for_generation);
    }
    require_tied_head_equal();
}

std::string Checkpoint::convert(const fs::path& file, const Progress& progress) const {
    require_tied_head_equal();
    std::vector<io::TensorEntry> entries;
    const std::vector<TensorSpec> table = model::tensor_table(config_.run);
    for (const TensorSpec& spec : table) {
        const WeightFiles::Tensor* tensor = files_.find(checkpoint_name(spec.name));
        entries.push_back({spec.name, tensor ? tensor->entry->dtype : "F32", spec.shape});
    }
    io::SafetensorsWriter writer(file, std::move(entries), {{"format", "pt"}});
    const auto all = static_cast<double>(bytes());
    std::uint64_t written = 0;
    for (const TensorSpec& spec : table) {
        if (progress) progress(static_cast<double>(written) / all);
        const WeightFiles::Tensor* tensor = files_.find(checkpoint_name(spec.name));
        const at::Tensor value = tensor ? read(*tensor) : at::ones(spec.shape);
        writer.write(value.const_data_ptr(), value.nbytes());
        written += value.nbytes();
    }
    return writer.finish();
}

std::uint64_t Checkpoint::bytes() const {
    std::uint64_t sum = 0;
    for (const TensorSpec& spec : model::tensor_table(config_.run)) {
        const WeightFiles::Tensor* tensor = files_.find(checkpoint_name(spec.name));
        sum += tensor ? tensor->entry->bytes() : static_cast<std::uint64_t>(spec.count()) * sizeof(float);
    }
    return sum;
}

void Checkpoint::require_tied_head_equal() const {
    const WeightFiles::Tensor* head = files_.find(kHead);
    if (!head || !config_.run.model.tie_embeddings) return;
    if (!at::equal(read(*files_.find("model.embed_tokens.weight")).to(at::kFloat), read(*head).to(at::kFloat)))
        throw InputError("{}: tensor '{}' differs from model.embed_tokens.weight{}", head->file->string(), kHead,
                         option_with(kHead, config_.run.model));
}

}  // namespace ablate::interop::hf
