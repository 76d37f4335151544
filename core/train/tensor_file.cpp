#include "core/train/tensor_file.h"

#include "core/base/error.h"
#include "core/io/safetensors.h"

#include <ATen/core/grad_mode.h>

namespace ablate::train {
namespace {

const char* dtype_name(at::ScalarType type) {
    switch (type) {
        case at::kFloat:
            return "F32";
        case at::kDouble:
            return "F64";
        case at::kBFloat16:
            return "BF16";
        default:
            throw std::logic_error(std::string("no checkpoint holds tensors of type ") + at::toString(type));
    }
}

}  // namespace

std::uint64_t tensor_bytes(const std::vector<NamedTensor>& tensors) {
    std::uint64_t bytes = 0;
    for (const auto& tensor : tensors) bytes += tensor.value.nbytes();
    return bytes;
}

std::string save_tensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors) {
    std::vector<io::TensorEntry> entries;
    for (const auto& [name, value] : tensors)
        entries.push_back({name, dtype_name(value.scalar_type()), value.sizes().vec()});
    io::SafetensorsWriter writer(file, std::move(entries), {{"format", "pt"}});
    for (const auto& tensor : tensors) {
        const at::Tensor host = tensor.value.detach().to(at::kCPU).contiguous();
        writer.write(host.const_data_ptr(), host.nbytes());
    }
    return writer.finish();
}

void load_tensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors) {
    at::NoGradGuard no_grad;
    io::SafetensorsReader reader(file);
    if (reader.entries().size() != tensors.size())
        throw InputError("{}: holds {} tensors where the configuration has {}", file.string(), reader.entries().size(),
                         tensors.size());
    for (const auto& [name, value] : tensors) {
        const io::TensorEntry* entry = reader.find(name);
        if (!entry) throw InputError("{}: tensor '{}' is missing", file.string(), name);
        if (entry->dtype != dtype_name(value.scalar_type()) || entry->shape != value.sizes().vec())
            throw InputError("{}: tensor '{}' is {} [{}] where the configuration has {} [{}]", file.string(), name,
                             entry->dtype, fmt::join(entry->shape, ", "), dtype_name(value.scalar_type()),
                             fmt::join(value.sizes().vec(), ", "));
        at::Tensor host = at::empty(value.sizes(), value.scalar_type());
        reader.read(*entry, host.mutable_data_ptr());
        at::Tensor(value.detach()).copy_(host);
    }
}

std::optional<at::ScalarType> float_type(std::string_view dtype) {
    if (dtype == "F32") return at::kFloat;
    if (dtype == "F16") return at::kHalf;
    if (dtype == "BF16") return at::kBFloat16;
    return {};
}

at::Tensor read_tensor(const io::SafetensorsReader& reader, const TensorSpec& spec, const std::filesystem::path& file) {
    const io::TensorEntry* entry = reader.find(spec.name);
    const auto type = entry ? float_type(entry->dtype) : std::nullopt;
    if (!type || entry->shape != spec.shape)
        throw InputError("{}: has no tensor '{}' of F32, F16 or BF16 [{}]", file.string(), spec.name,
                         fmt::join(spec.shape, ", "));
    const at::Tensor value = at::empty(spec.shape, *type);
    reader.read(*entry, value.mutable_data_ptr());
    return value;
}

}  // namespace ablate::train
