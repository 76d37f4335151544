#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace ablate::io::torch_file {

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
