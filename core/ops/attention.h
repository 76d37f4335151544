#pragma once
#include "core/ops/dropout.h"

namespace ablate::ops {

struct AttentionOptions {
    double scale = 1;  // of q·k
    at::Tensor bias;   // [H, T, T], added to the scaled scores and causal in itself; undefined: causal mask
    const Dropout* dropout = nullptr;  // on the probabilities
};

// Causal softmax attention: q [B, H, T, hd], k and v [B, K, T, hd] -> [B, H, T, hd], each K serving H / K heads in a
// row (arXiv 2305.13245). Softmax in max(fp32, type of q).
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options);

namespace reference {
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options);
}

}  // namespace ablate::ops
