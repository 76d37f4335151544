#pragma once
#include "core/config/run_config.h"

#include <optional>
#include <string_view>

// The model of Stanford's CS336, assignment 1: model_config.json and the names of its state dict.
namespace ablate::interop::cs336 {

// model_config.json: vocab_size, context_length, d_model, num_layers, num_heads, d_ff, rope_theta and the switches
// remove_rmsnorm, use_post_norm, remove_rope and ffn_type. The initialization, the pairing of RoPE (interleaved) and
// the untied head are the assignment's. InputError "WHERE: ...": a key that is missing, of another type or unknown.
RunConfig cs336_config(const Json& json, const std::string& where);

// The state dict's name of a tensor of ours: "blocks.3.attn.q.weight" -> "layers.3.attn.q_proj.weight". Nothing for a
// tensor that the assignment's model has not.
std::optional<std::string> cs336_name(std::string_view tensor, const RunConfig& config);

}  // namespace ablate::interop::cs336
