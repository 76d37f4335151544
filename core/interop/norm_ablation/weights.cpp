#include "core/interop/norm_ablation/weights.h"

#include "core/interop/norm_ablation/layout.h"
#include "core/io/safetensors.h"
#include "core/model/tensor_table.h"
#include "core/model/transformer.h"
#include "core/train/memory.h"
#include "core/train/tensor_file.h"

#include <map>

namespace ablate::interop::norm_ablation {
namespace {

struct Stored {
    at::ScalarType type;
    const char* name;
};
Stored stored_as(const std::string& dtype) {
    return dtype == "bfloat16" ? Stored{at::kBFloat16, "BF16"} : Stored{at::kFloat, "F32"};
}

// Writes each tensor as `dtype`; Writer is that of either format.
template <class Writer>
void write_values(Writer& writer, const RunConfig& config, const std::string& dtype, const hf::TensorSource& value) {
    for (const TensorSpec& spec : model::tensor_table(config)) {
        const at::Tensor host = value(spec).detach().to(at::kCPU).to(stored_as(dtype).type).contiguous();
        writer.write(host.const_data_ptr(), host.nbytes());
    }
    writer.finish();
}

}  // namespace

std::vector<io::torch_file::DeclaredTensor> declared_tensors(const RunConfig& config, const std::string& dtype) {
    std::vector<io::torch_file::DeclaredTensor> tensors;
    for (const TensorSpec& spec : model::tensor_table(config))
        tensors.push_back({weight_name(spec), stored_as(dtype).name, spec.shape});
    if (config.model.tie_embeddings)
        tensors.push_back({kHead, stored_as(dtype).name, {config.data.vocab_size, config.model.d_model}, kEmbedding});
    return tensors;
}

hf::TensorSource stored_weights(const std::filesystem::path& file) {
    const auto reader = std::make_shared<const io::SafetensorsReader>(file);
    return [reader, file](const TensorSpec& spec) { return train::read_tensor(*reader, spec, file); };
}

hf::TensorSource initial_weights(const RunConfig& config, std::uint64_t seed) {
    const auto values = std::make_shared<std::map<std::string, at::Tensor>>();
    train::with_memory_errors([&] {
        const model::Transformer transformer(config, seed, at::kCPU);
        for (const model::Parameter& parameter : transformer.parameters())
            values->emplace(parameter.spec.name, parameter.value.detach());
    });
    return [values](const TensorSpec& spec) { return values->at(spec.name); };
}

void write_state_dict(const std::filesystem::path& file, const RunConfig& config, const std::string& dtype,
                      const hf::TensorSource& value) {
    io::torch_file::StateDictWriter writer(file, declared_tensors(config, dtype));
    write_values(writer, config, dtype, value);
}

void write_safetensors(const std::filesystem::path& file, const RunConfig& config, const std::string& dtype,
                       const hf::TensorSource& value) {
    std::vector<io::TensorEntry> entries;
    for (const TensorSpec& spec : model::tensor_table(config))
        entries.push_back({weight_name(spec), stored_as(dtype).name, spec.shape});
    io::SafetensorsWriter writer(file, std::move(entries), {{"format", "pt"}});
    write_values(writer, config, dtype, value);
}

std::uint64_t state_dict_bytes(const RunConfig& config, const std::string& dtype) {
    return io::torch_file::state_dict_bytes(declared_tensors(config, dtype));
}

std::uint64_t safetensors_bytes(const RunConfig& config, const std::string& dtype) {
    std::uint64_t bytes = 8;
    for (const TensorSpec& spec : model::tensor_table(config))
        bytes += static_cast<std::uint64_t>(spec.count()) * io::safetensors_item_bytes(stored_as(dtype).name) +
                 weight_name(spec).size() + 150;
    return bytes;
}

}  // namespace ablate::interop::norm_ablation
