#include "core/model/attention.h"

#include "core/model/sites.h"
#include "core/ops/attention.h"
#include "core/ops/linear.h"
#include "core/ops/precision.h"

namespace ablate::model {
namespace {

std::unique_ptr<Norm> query_key_norm(const RunConfig& config, NormSite site, std::int64_t layer, const Tensors& tensors,
                                     at::Device device) {
    const Bind bind = [&](const std::string& name) { return tensors(norm_name(site, layer) + "." + name); };
    return kind_registry().norm(config.model.norm_at(site), norm_dims(config, site, layer), bind, device);
}

}  // namespace

Attention::Attention(const RunConfig& config, std::int64_t layer, const Tensors& tensors, const Position& position,
                     at::Device device)
    : layer_(layer),
      heads_(config.model.heads),
      key_value_heads_(config.model.key_value_heads()),
      head_width_(config.model.head_width()),
      norm_whole_projection_(config.model.qk_norm_scope == "projection"),
      q_norm_(query_key_norm(config, NormSite::q, layer, tensors, device)),
      k_norm_(query_key_norm(config, NormSite::k, layer, tensors, device)),
      position_(position) {
    const std::string prefix = block_name(layer) + ".attn.";
    for (const char* part : {"q", "k", "v"}) {
        in_weights_.push_back(tensors(prefix + part + ".weight"));
        if (config.model.attn_bias) in_biases_.push_back(tensors(prefix + part + ".bias"));
    }
    out_weight_ = {tensors(prefix + "o.weight")};
    if (config.model.attn_bias) out_bias_ = {tensors(prefix + "o.bias")};
    scale_ = q_norm_->attention_scale().value_or(1 / std::sqrt(static_cast<double>(head_width_)));
}

at::Tensor Attention::split_heads(const at::Tensor& projected, std::int64_t heads, const Norm* norm) const {
    at::Tensor x = projected;
    if (norm && norm_whole_projection_) x = norm->forward(x, x.scalar_type());
    x = x.unflatten(-1, {heads, head_width_});
    if (norm && !norm_whole_projection_) x = norm->forward(x, x.scalar_type());
    return x.transpose(1, 2);
}

at::Tensor Attention::forward(const at::Tensor& x, const TokenPositions& positions, const ops::Dropout& dropout,
                              const Continuation* continuation) const {
    const std::int64_t queries = heads_ * head_width_, keys = key_value_heads_ * head_width_;
    const std::vector<at::Tensor> parts =
        ops::linear(x, in_weights_, in_biases_).split_with_sizes({queries, keys, keys}, -1);
    at::Tensor q = split_heads(parts[0], heads_, q_norm_.get());
    at::Tensor k = split_heads(parts[1], key_value_heads_, k_norm_.get());
    const at::Tensor v = split_heads(parts[2], key_value_heads_, nullptr);
    position_.rotate(q, k, positions);

    at::Tensor mixed;
    if (continuation) {
        const at::Tensor &cached_keys = continuation->cache.keys(layer_),
                         &cached_values = continuation->cache.values(layer_);
        continuation->store(k, cached_keys);
        continuation->store(v, cached_values);
        if (!continuation->fresh)
            mixed = ops::cached_attention(
                q, {cached_keys, cached_values, continuation->sequences, continuation->lengths, continuation->bias},
                scale_);
    }
    if (!mixed.defined()) {
        const at::Tensor bias = position_.score_bias(0, x.size(1), ops::accumulate_type(x.scalar_type()));
        mixed = ops::attention(q, k, v, {scale_, bias, &dropout});
    }
    return ops::linear(mixed.transpose(1, 2).flatten(2), out_weight_, out_bias_);
}

}  // namespace ablate::model
