#include "core/io/torch_file/state_dict_file.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/safetensors.h"

#include <cstring>

namespace ablate::io::torch_file {
namespace {

using Tensor = StateDictFile::Tensor;

bool is_contiguous(const Tensor& tensor) {
    std::int64_t wanted = 1;
    for (std::size_t i = tensor.shape.size(); i > 0; --i) {
        if (tensor.shape[i - 1] == 1) continue;
        if (tensor.stride[i - 1] != wanted) return false;
        wanted *= tensor.shape[i - 1];
    }
    return true;
}

// Elements from the tensor's first to its last in the storage.
std::uint64_t span_of(const Tensor& tensor) {
    std::uint64_t span = 1;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i)
        span += static_cast<std::uint64_t>(tensor.shape[i] - 1) * static_cast<std::uint64_t>(tensor.stride[i]);
    return span;
}

// The strided elements of `from`, one after another.
void gather(const Tensor& tensor, std::size_t item_bytes, const char* from, char* to) {
    std::vector<std::int64_t> at(tensor.shape.size(), 0);
    std::uint64_t place = 0;
    for (std::uint64_t left = tensor.elements(); left > 0; --left, to += item_bytes) {
        std::memcpy(to, from + place * item_bytes, item_bytes);
        for (std::size_t i = at.size(); i > 0; --i) {
            const auto stride = static_cast<std::uint64_t>(tensor.stride[i - 1]);
            place += stride;
            if (++at[i - 1] < tensor.shape[i - 1]) break;
            place -= stride * static_cast<std::uint64_t>(tensor.shape[i - 1]);
            at[i - 1] = 0;
        }
    }
}

}  // namespace

std::uint64_t StateDictFile::Tensor::elements() const {
    std::uint64_t elements = 1;
    for (const std::int64_t extent : shape) elements *= static_cast<std::uint64_t>(extent);
    return elements;
}

std::uint64_t StateDictFile::Tensor::bytes() const { return elements() * io::safetensors_item_bytes(dtype); }

StateDictFile::StateDictFile(std::filesystem::path file) : zip_(std::move(file)) {
    const std::string where = path().string(), folder = find_folder();
    zip_.require_stored();
    require_little_endian(folder);
    pickled_ = read_state_dict_pickle(zip_.read(*zip_.find(folder + "data.pkl")), where);
    for (const PickledStorage& storage : pickled_.storages) {
        const ZipEntry* entry = zip_.find(folder + "data/" + storage.key);
        if (!entry) throw InputError("{}: storage {} is missing", where, quote(storage.key));
        const std::size_t item_bytes = io::safetensors_item_bytes(storage.dtype);
        if (entry->bytes / item_bytes != storage.elements || entry->bytes % item_bytes != 0)
            throw InputError("{}: storage {} holds {} bytes where data.pkl says {} elements of {} (byte {})", where,
                             quote(storage.key), entry->bytes, storage.elements, storage.dtype, entry->begin);
        records_.push_back(entry);
    }
    for (const PickledTensor& tensor : pickled_.tensors) {
        index_.emplace(tensor.name, tensors_.size());
        tensors_.push_back({tensor.name, pickled_.storages[tensor.storage].dtype, tensor.shape, tensor.storage,
                            tensor.offset, tensor.stride});
    }
}

// Everything is in one folder, called as the file was when it was written.
std::string StateDictFile::find_folder() const {
    for (const ZipEntry& entry : zip_.entries()) {
        const std::size_t slash = entry.name.find('/');
        if (slash == std::string::npos || entry.name.substr(slash) != "/data.pkl") continue;
        const std::string folder = entry.name.substr(0, slash + 1);
        if (zip_.find(folder + "constants.pkl"))
            throw InputError("{}: is a TorchScript program, which is not read; save model.state_dict()",
                             path().string());
        return folder;
    }
    throw InputError("{}: holds no data.pkl: no file of torch.save", path().string());
}

void StateDictFile::require_little_endian(const std::string& folder) const {
    const ZipEntry* order = zip_.find(folder + "byteorder");  // absent before PyTorch 2.1
    if (!order) return;
    if (order->bytes > 16 || zip_.read(*order) != "little")
        throw InputError("{}: its byteorder is not little; only that is read (byte {})", path().string(), order->begin);
}

const Tensor* StateDictFile::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : &tensors_[found->second];
}

void StateDictFile::read(const Tensor& tensor, void* destination) const {
    if (tensor.elements() == 0) return;
    const ZipEntry& record = *records_[tensor.storage];
    const std::size_t item_bytes = io::safetensors_item_bytes(tensor.dtype);
    if (is_contiguous(tensor)) return zip_.read(record, tensor.offset * item_bytes, destination, tensor.bytes());
    std::string span(static_cast<std::size_t>(span_of(tensor) * item_bytes), '\0');
    zip_.read(record, tensor.offset * item_bytes, span.data(), span.size());
    gather(tensor, item_bytes, span.data(), static_cast<char*>(destination));
}

}  // namespace ablate::io::torch_file
