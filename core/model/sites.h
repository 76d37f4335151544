#pragma once
#include "core/config/run_config.h"

// Where the tensors of a configuration live and which sizes they follow. No torch: the table of tensors and the model
// both read it, so that they cannot disagree.
namespace ablate::model {

// "blocks.3": the prefix of a block's tensors and probes.
std::string block_name(std::int64_t layer);
// "blocks.3.attn_in", "blocks.3.attn.q_norm", "embed_norm", "final". Sites outside the blocks ignore `layer`.
std::string norm_name(NormSite site, std::int64_t layer);

KindDims norm_dims(const RunConfig& config, NormSite site, std::int64_t layer);
KindDims position_dims(const RunConfig& config);
KindDims feed_forward_dims(const RunConfig& config);

// Levanter counts neither, and the optimizer treats them as every other gain.
bool is_query_key_norm(const std::string& tensor_name);

}  // namespace ablate::model
