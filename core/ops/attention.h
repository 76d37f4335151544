#pragma once
#include "core/ops/dropout.h"

#include <span>

namespace ablate::ops {

struct AttentionOptions {
    double scale = 1;  // of q·k
    at::Tensor bias;   // [H, T, T], added to the scaled scores and causal in itself; undefined: causal mask
    const Dropout* dropout = nullptr;  // on the probabilities
};

// Causal softmax attention: q [B, H, T, hd], k and v [B, K, T, hd] -> [B, H, T, hd], each K serving H / K heads in a
// row (arXiv 2305.13245). Softmax in max(fp32, type of q).
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options);

// The keys and values that earlier passes cached for S sequences, B of which the batch continues.
struct CachedKeys {
    const at::Tensor &keys, &values;          // [S, K, capacity, hd], contiguous, of the type max(fp32, type of q)
    std::span<const std::int64_t> sequences;  // [B]: the sequence that each row of the batch continues
    std::span<const std::int64_t> lengths;    // [B]: its number of tokens, those of the queries included
    std::span<const at::Tensor> bias;         // [B] of [H, n, length], as in AttentionOptions; empty: causal mask
};

// Like the above, for the queries of the last n tokens of each sequence: q [B, H, n, hd] -> [B, H, n, hd]. No gradient.
at::Tensor cached_attention(const at::Tensor& q, const CachedKeys& cached, double scale);

namespace reference {
at::Tensor cached_attention(const at::Tensor& q, const CachedKeys& cached, double scale);
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options);
}  // namespace reference

}  // namespace ablate::ops
