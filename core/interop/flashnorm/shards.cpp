#include "core/interop/flashnorm/shards.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace ablate::interop {

Shards::Shards(const std::filesystem::path& folder) : folder_(folder), weights_(folder) {
    for (const auto& [name, tensor] : weights_.tensors()) files_[tensor.file->filename().string()] = tensor.reader;
}

std::vector<std::string> Shards::names() const {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : weights_.tensors()) names.push_back(name);
    return names;
}

const hf::WeightFiles::Tensor& Shards::tensor(std::string_view name) const {
    if (const auto* found = weights_.find(name)) return *found;
    throw InputError("{}: lacks the tensor {}", folder_.string(), quote(name));
}

const io::TensorEntry* Shards::find(std::string_view name) const {
    const auto* found = weights_.find(name);
    return found ? found->entry : nullptr;
}

const io::TensorEntry& Shards::at(std::string_view name) const { return *tensor(name).entry; }

std::string Shards::file_of(std::string_view name) const { return tensor(name).file->filename().string(); }

std::vector<char> Shards::read(std::string_view name) const {
    const auto& found = tensor(name);
    std::vector<char> bytes(found.entry->bytes());
    found.reader->read(*found.entry, bytes.data());
    return bytes;
}

}  // namespace ablate::interop
