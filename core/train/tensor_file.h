#pragma once
#include "core/config/kind_table.h"

#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ablate::io {
class SafetensorsReader;
}

namespace ablate::train {

struct NamedTensor {
    std::string name;
    at::Tensor value;
};

// Writes a safetensors file; one tensor at a time passes through host memory. Returns the file's sha256.
std::string save_tensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors);
std::uint64_t tensor_bytes(const std::vector<NamedTensor>& tensors);

// Fills `tensors` in place. InputError unless the file holds exactly these names, shapes and types.
void load_tensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors);

// The type of a safetensors name of one: of F32, F16 and BF16, which weights come in.
std::optional<at::ScalarType> float_type(std::string_view dtype);

// One tensor of weights in the type it is stored in. InputError, naming `file`: not there, of another shape or type.
at::Tensor read_tensor(const io::SafetensorsReader& reader, const TensorSpec& spec, const std::filesystem::path& file);

}  // namespace ablate::train
