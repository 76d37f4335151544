#pragma once
#include "core/model/counts.h"
#include "core/model/match_d_ff.h"
#include "core/model/memory_estimate.h"

// What a configuration costs, known without allocating a tensor. No torch here: the window reads it while typing.
namespace ablate::model {

// Every tensor in the order of the forward pass: embed.weight, [embed_norm...], position..., blocks.N.{attn_in,
// attn.{q,k,v}.{weight,bias}, attn.{q_norm,k_norm}, attn.o, attn_out, ffn_in, ffn.{gate,up,down}, ffn_out}, final,
// head.weight (absent when tied). Names are those of checkpoints and initialization streams.
std::vector<TensorSpec> tensor_table(const RunConfig& config);

}  // namespace ablate::model
