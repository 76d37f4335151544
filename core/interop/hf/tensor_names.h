#pragma once
#include "core/interop/hf/config.h"

#include <string_view>

namespace ablate::interop::hf {

// "blocks.3.attn.q.weight" -> "model.layers.3.self_attn.q_proj.weight". Every tensor of a configuration that
// config_to_json can express has a name; std::logic_error for another.
std::string checkpoint_name(std::string_view tensor);

// "; num_attention_heads 8 or head_dim 32 in config.json would fit": the option that makes the tensor (by its name in
// checkpoints) the shape found instead of the one wanted; empty when no single one does.
std::string option_for_shape(std::string_view name, const std::vector<std::int64_t>& found,
                             const std::vector<std::int64_t>& wanted, const ModelConfig& model);
// The same for one that the configuration has and the files lack, and for one that only the files have.
std::string option_without(std::string_view name, const ModelConfig& model);
std::string option_with(std::string_view name, const ModelConfig& model);

}  // namespace ablate::interop::hf
