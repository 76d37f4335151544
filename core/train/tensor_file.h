#pragma once
#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

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

}  // namespace ablate::train
