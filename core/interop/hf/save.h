#pragma once
#include "core/interop/hf/config.h"

#include <ATen/ATen.h>

namespace ablate::interop::hf {

// The value of a tensor by its spec, on any device and of any floating type.
using TensorSource = std::function<at::Tensor(const TensorSpec& spec)>;

// Writes config.json, generation_config.json and model.safetensors into a folder that exists, one tensor at a time, as
// config.dtype. Call it within atomic_directory. InputError "WHERE: ...": what config.json has no word for, a value too
// large for float16.
void save(const std::filesystem::path& folder, const Config& config, const TensorSource& value,
          const std::string& where);

std::uint64_t saved_bytes(const Config& config);  // of the tensors

}  // namespace ablate::interop::hf
