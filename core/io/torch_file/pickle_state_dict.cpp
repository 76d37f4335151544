#include "core/io/torch_file/pickle_state_dict.h"

#include "core/io/bytes.h"
#include "core/io/safetensors.h"
#include "core/io/torch_file/storage_types.h"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace ablate::io::torch_file {
namespace {

std::uint64_t elements_of(const std::vector<std::int64_t>& shape) {
    std::uint64_t elements = 1;
    for (const std::int64_t extent : shape) elements *= static_cast<std::uint64_t>(extent);
    return elements;
}

std::vector<std::int64_t> contiguous_stride(const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> stride(shape.size(), 1);
    for (std::size_t i = shape.size(); i > 1; --i)
        stride[i - 2] = stride[i - 1] * std::max<std::int64_t>(shape[i - 1], 1);
    return stride;
}

// Writes as CPython's pickler does at protocol 2: every text, global, tuple and object is memoized when it first comes,
// and recalled when the same one comes again.
class Pickler {
  public:
    std::string take() { return std::move(out_); }

    void raw(std::string_view instructions) { out_ += instructions; }
    void memoize() {
        if (next_ < 256)
            out_ += {'q', static_cast<char>(next_)};
        else
            with_number('r', static_cast<std::uint32_t>(next_));
        ++next_;
    }
    void text(std::string_view text) {
        with_number('X', static_cast<std::uint32_t>(text.size()));
        out_ += text;
        memoize();
    }
    // One that comes again as the same object.
    void shared_text(const std::string& value) {
        if (!recall("text " + value)) text(value);
    }
    void global(const std::string& module, const std::string& name) {
        if (recall(module + " " + name)) return;
        out_ += "c" + module + "\n" + name + "\n";
        memoize();
    }
    void integer(std::uint64_t value) {
        if (value < 256)
            out_ += {'K', static_cast<char>(value)};
        else if (value < 65536)
            with_number('M', static_cast<std::uint16_t>(value));
        else if (value <= 0x7fffffff)
            with_number('J', static_cast<std::uint32_t>(value));
        else
            long_integer(value);
    }
    void tuple(const std::vector<std::int64_t>& values) {
        if (values.empty()) return raw(")");
        if (values.size() > 3) raw("(");
        for (const std::int64_t value : values) integer(static_cast<std::uint64_t>(value));
        raw(values.size() == 1 ? "\x85" : values.size() == 2 ? "\x86" : values.size() == 3 ? "\x87" : "t");
        memoize();
    }

  private:
    std::string out_;
    std::size_t next_ = 0;
    std::map<std::string, std::size_t> places_;

    template <class T>
    void with_number(char op, T number) {
        out_ += op;
        io::store(out_, number);
    }
    void long_integer(std::uint64_t value) {
        std::string bytes;
        io::store(bytes, value);
        while (bytes.size() > 1 && bytes.back() == 0 && bytes[bytes.size() - 2] >= 0) bytes.pop_back();
        if (bytes.back() < 0) bytes.push_back(0);  // its own sign bit
        with_number('\x8a', static_cast<std::uint8_t>(bytes.size()));
        out_ += bytes;
    }
    bool recall(const std::string& what) {
        const auto [place, is_new] = places_.try_emplace(what, next_);
        if (is_new) return false;
        if (place->second < 256)
            out_ += {'h', static_cast<char>(place->second)};
        else
            with_number('j', static_cast<std::uint32_t>(place->second));
        return true;
    }
};

void pickle_tensor(Pickler& pickler, const DeclaredTensor& tensor, const std::string& storage_type, std::size_t key) {
    pickler.text(tensor.name);
    pickler.global("torch._utils", "_rebuild_tensor_v2");
    pickler.raw("((");
    pickler.shared_text("storage");
    pickler.global("torch", storage_type);
    pickler.shared_text(std::to_string(key));
    pickler.shared_text("cpu");
    pickler.integer(elements_of(tensor.shape));
    pickler.raw("t");
    pickler.memoize();
    pickler.raw("Q");
    pickler.integer(0);
    pickler.tuple(tensor.shape);
    pickler.tuple(contiguous_stride(tensor.shape));
    pickler.raw("\x89");
    pickler.global("collections", "OrderedDict");
    pickler.raw(")R");
    pickler.memoize();
    pickler.raw("t");
    pickler.memoize();
    pickler.raw("R");
    pickler.memoize();
}

struct Stored {
    const DeclaredTensor* tensor;
    std::size_t key;
};

const StorageType& storage_type_of(const DeclaredTensor& tensor) {
    for (const StorageType& type : kStorageTypes)
        if (type.dtype == tensor.dtype) return type;
    throw std::logic_error("state dict: tensor " + tensor.name + " has no storage type");
}

Stored place_of(const DeclaredTensor& tensor, const std::map<std::string, Stored>& stored, std::size_t next_key) {
    if (tensor.shares.empty()) return {&tensor, next_key};
    const auto owner = stored.find(tensor.shares);
    if (owner == stored.end() || owner->second.tensor->dtype != tensor.dtype ||
        owner->second.tensor->shape != tensor.shape)
        throw std::logic_error("state dict: tensor " + tensor.name + " cannot share the storage of " + tensor.shares);
    return {&tensor, owner->second.key};
}

}  // namespace

std::uint64_t DeclaredTensor::bytes() const { return elements_of(shape) * io::safetensors_item_bytes(dtype); }

std::string write_state_dict_pickle(const std::vector<DeclaredTensor>& tensors) {
    constexpr std::size_t kBatch = 1000;  // items that CPython sets at once
    Pickler pickler;
    pickler.raw("\x80\x02");
    pickler.global("collections", "OrderedDict");
    pickler.raw(")R");
    pickler.memoize();
    std::map<std::string, Stored> stored;
    std::size_t next_key = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const DeclaredTensor& tensor = tensors[i];
        const bool alone = i % kBatch == 0 && i + 1 == tensors.size();
        if (i % kBatch == 0 && !alone) pickler.raw("(");
        const Stored place = place_of(tensor, stored, next_key);
        if (!stored.emplace(tensor.name, place).second)
            throw std::logic_error("state dict: tensor " + tensor.name + " twice");
        next_key += tensor.shares.empty() ? 1 : 0;
        pickle_tensor(pickler, tensor, std::string(storage_type_of(tensor).global), place.key);
        if (alone)
            pickler.raw("s");
        else if (i % kBatch == kBatch - 1 || i + 1 == tensors.size())
            pickler.raw("u");
    }
    pickler.raw(".");
    return pickler.take();
}

}  // namespace ablate::io::torch_file
