#pragma once
#include "core/interop/hf/save.h"
#include "core/io/torch_file/state_dict_file.h"
#include "core/io/torch_file/state_dict_writer.h"

// The weights of a stage as files. Every tensor passes through memory on its own.
namespace ablate::interop::norm_ablation {

// The tensors of model.pt; a tied head is there as well and shares the embedding's storage, as in transformers.
std::vector<io::torch_file::DeclaredTensor> declared_tensors(const RunConfig& config, const std::string& dtype);

// A checkpoint's own weights, of any floating type, by the names of the tensor table.
hf::TensorSource stored_weights(const std::filesystem::path& file);
// The weights a run of this seed begins with: exact, since each tensor is drawn from its own stream.
hf::TensorSource initial_weights(const RunConfig& config, std::uint64_t seed);

// `dtype`: float32 or bfloat16.
void write_state_dict(const std::filesystem::path& file, const RunConfig& config, const std::string& dtype,
                      const hf::TensorSource& value);
// The same under the same names as safetensors, a tied head left out.
void write_safetensors(const std::filesystem::path& file, const RunConfig& config, const std::string& dtype,
                       const hf::TensorSource& value);
std::uint64_t state_dict_bytes(const RunConfig& config, const std::string& dtype);
std::uint64_t safetensors_bytes(const RunConfig& config, const std::string& dtype);

}  // namespace ablate::interop::norm_ablation
