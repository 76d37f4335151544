#pragma once
#include "core/model/kinds.h"
#include "core/model/kv_cache.h"
#include "core/ops/dropout.h"

namespace ablate {
struct RunConfig;
}

namespace ablate::model {

// Finds a tensor by its full name ("blocks.0.attn.q.weight").
using Tensors = std::function<at::Tensor(const std::string& name)>;

// Causal self-attention of one block: q, k and v as one product, QK-norm, rotation, softmax, output product.
class Attention {
  public:
    // `position` outlives the attention: every block turns by the same table.
    Attention(const RunConfig& config, std::int64_t layer, const Tensors& tensors, const Position& position,
              at::Device device);
    // [B, T, D] -> [B, T, D]; with a continuation, queries also see the keys before theirs, and theirs are kept.
    at::Tensor forward(const at::Tensor& x, const TokenPositions& positions, const ops::Dropout& dropout,
                       const Continuation* continuation) const;

  private:
    // [B, T, heads · hd] -> [B, heads, T, hd], normed per head or over the whole projection.
    at::Tensor split_heads(const at::Tensor& projected, std::int64_t heads, const Norm* norm) const;

    std::int64_t layer_, heads_, key_value_heads_, head_width_;
    bool norm_whole_projection_;
    double scale_;
    std::vector<at::Tensor> in_weights_, in_biases_, out_weight_, out_bias_;
    std::unique_ptr<Norm> q_norm_, k_norm_;
    const Position& position_;
};

}  // namespace ablate::model
