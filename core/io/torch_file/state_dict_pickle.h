#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// data.pkl of a torch.save file, the pickle that says which tensors there are. Reading it never runs what it asks for:
// a small machine knows the instructions that a state dict needs and nothing else.
namespace ablate::io::torch_file {

struct PickledStorage {
    std::string key;    // of its entry: NAME/data/KEY
    std::string dtype;  // as in safetensors: "F32", "BF16", ...
    std::uint64_t elements = 0;
};

// A view of a storage, in elements. Within it: checked.
struct PickledTensor {
    std::string name;
    std::size_t storage = 0;  // several tensors may share one: a tied head
    std::uint64_t offset = 0;
    std::vector<std::int64_t> shape, stride;
};

struct PickledStateDict {
    std::vector<PickledStorage> storages;
    std::vector<PickledTensor> tensors;  // in its order
    std::string member;                  // "model", "checkpoint.model", ... where the state dict is one; else empty
    std::vector<std::string> others;     // what else there is by name: "optimizer", "step"
};

// Protocols 2 to 5. A dict (or OrderedDict) of tensors, or one with such a dict as its member "model", "state_dict",
// "model_state_dict", "module" or the like, up to three levels deep and whatever is next to it (an optimizer, a step
// as a tensor). InputError "WHERE: ...": anything but tensors, numbers, texts and containers is
// refused by its name. Memory stays in proportion to the pickle's size; nothing recurses.
PickledStateDict read_state_dict_pickle(std::string_view pickle, const std::string& where);

// A tensor to be written, contiguous.
struct DeclaredTensor {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::string shares = {};  // the name of an earlier one of the same type and shape whose storage it is; or empty
    std::uint64_t bytes() const;
};

// The pickle that torch.save makes of an OrderedDict of these, byte for byte. Storages are numbered from 0 on.
// std::logic_error: a dtype no storage has, a name twice, or a `shares` that does not fit.
std::string write_state_dict_pickle(const std::vector<DeclaredTensor>& tensors);

}  // namespace ablate::io::torch_file
