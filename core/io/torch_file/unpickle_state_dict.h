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

}  // namespace ablate::io::torch_file
