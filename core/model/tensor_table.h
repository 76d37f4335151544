#pragma once
#include "core/config/run_config.h"

// What a configuration costs, known without allocating a tensor. No torch here: the window reads it while typing.
namespace ablate::model {

// Every tensor in the order of the forward pass: embed.weight, [embed_norm...], position..., blocks.N.{attn_in,
// attn.{q,k,v}.{weight,bias}, attn.{q_norm,k_norm}, attn.o, attn_out, ffn_in, ffn.{gate,up,down}, ffn_out}, final,
// head.weight (absent when tied). Names are those of checkpoints and initialization streams.
std::vector<TensorSpec> tensor_table(const RunConfig& config);

struct ParameterCounts {
    std::int64_t unique = 0;           // each tensor once: what is trained
    std::int64_t tied_head_twice = 0;  // a tied head counted again, as some tools do; equals unique when untied
    std::int64_t non_embedding = 0;    // unique without the input embedding (and learned positions)
    std::int64_t levanter = 0;         // Levanter's total_trainable_params: no q/k norms
};
ParameterCounts parameter_counts(const RunConfig& config);

// Forward FLOPs per token; training is three times that.
struct FlopCounts {
    double levanter = 0;  // lm_flops_per_token: full attention map, head once, hd = h/H
    double six_n = 0;     // (6N + 12 L H hd s) / 3 with N the matrix-product parameters (torchtitan, nanochat)
};
FlopCounts forward_flops_per_token(const RunConfig& config);
double training_flops(const RunConfig& config);        // six_n convention x 3 x batch x accumulate x context x steps
double model_flops_levanter(const RunConfig& config);  // the same by Levanter's: what marin calls model FLOPs

struct MemoryEstimate {
    double weights = 0, gradients = 0, optimizer = 0, activations = 0, logits = 0, overhead = 0;  // bytes
    double total() const { return weights + gradients + optimizer + activations + logits + overhead; }
};
MemoryEstimate memory_estimate(const RunConfig& config);

// The d_ff that brings `config` (with its own feed-forward) nearest to the parameters or the FLOPs of `target`:
// a multiple of 64, ties up. `mismatch` is what is left, relative to the target.
struct MatchedWidth {
    std::int64_t d_ff = 0;
    double mismatch = 0;
};
enum class MatchBy { parameters, flops };
MatchedWidth match_d_ff(const RunConfig& config, const RunConfig& target, MatchBy by);

}  // namespace ablate::model
