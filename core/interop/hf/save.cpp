#include "core/interop/hf/save.h"

#include "core/base/error.h"
#include "core/interop/hf/tensor_names.h"
#include "core/io/json_file.h"
#include "core/io/safetensors.h"
#include "core/model/tensor_table.h"

namespace ablate::interop::hf {
namespace {

struct StoredType {
    at::ScalarType type;
    const char* name;
    std::uint64_t bytes;
};
StoredType stored_type(const std::string& dtype) {
    if (dtype == "float16") return {at::kHalf, "F16", 2};
    if (dtype == "bfloat16") return {at::kBFloat16, "BF16", 2};
    return {at::kFloat, "F32", 4};
}

at::Tensor stored_value(const TensorSpec& spec, const at::Tensor& value, const StoredType& stored,
                        const std::string& where) {
    at::Tensor host = value.detach().to(at::kCPU).to(stored.type).contiguous();
    if (stored.type == at::kHalf && !at::equal(at::isfinite(host), at::isfinite(value.detach().to(at::kCPU))))
        throw InputError("{}: tensor '{}' holds values beyond float16's 65,504; export bfloat16 or float32", where,
                         spec.name);
    return host;
}

void write_weights(const std::filesystem::path& file, const Config& config, const TensorSource& value,
                   const std::string& where) {
    const StoredType stored = stored_type(config.dtype);
    const std::vector<TensorSpec> specs = model::tensor_table(config.run);
    std::vector<io::TensorEntry> entries;
    for (const TensorSpec& spec : specs) entries.push_back({checkpoint_name(spec.name), stored.name, spec.shape});
    io::SafetensorsWriter writer(file, std::move(entries), {{"format", "pt"}});
    for (const TensorSpec& spec : specs) {
        const at::Tensor host = stored_value(spec, value(spec), stored, where);
        writer.write(host.const_data_ptr(), host.nbytes());
    }
    writer.finish();
}

// What `generate` of transformers reads beside config.json.
Json generation_config(const Config& config) {
    Json json = {{"_from_model_config", true}};
    const auto put = [&](const char* key, const Json& id) {
        if (!id.is_null()) json[key] = id;
    };
    put("bos_token_id", config.bos_token_id);
    put("eos_token_id", config.eos_token_id);
    put("pad_token_id", config.pad_token_id);
    return json;
}

}  // namespace

std::uint64_t saved_bytes(const Config& config) {
    return static_cast<std::uint64_t>(model::parameter_counts(config.run).unique) * stored_type(config.dtype).bytes;
}

void save(const std::filesystem::path& folder, const Config& config, const TensorSource& value,
          const std::string& where) {
    io::write_json(folder / "config.json", config_to_json(config, where));
    io::write_json(folder / "generation_config.json", generation_config(config));
    write_weights(folder / "model.safetensors", config, value, where);
}

}  // namespace ablate::interop::hf
