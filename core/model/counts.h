#pragma once
#include "core/config/run_config.h"

namespace ablate::model {

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

}  // namespace ablate::model
