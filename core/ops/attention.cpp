#include "core/ops/attention.h"

#include "core/ops/linear.h"
#include "core/ops/precision.h"

namespace ablate::ops {
namespace {

at::Tensor shared_by_heads(const at::Tensor& x, std::int64_t heads) {
    return x.size(1) == heads ? x : x.repeat_interleave(heads / x.size(1), 1);
}

}  // namespace

at::Tensor reference::attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                const AttentionOptions& options) {
    const at::ScalarType type = accumulate_type(q.scalar_type());
    const std::int64_t length = q.size(2);
    const at::Tensor keys = shared_by_heads(k, q.size(1)), values = shared_by_heads(v, q.size(1));
    at::Tensor scores = at::matmul(q.to(type) * options.scale, keys.to(type).transpose(-2, -1));
    if (options.bias.defined()) {
        scores = scores + options.bias;
    } else {
        const at::Tensor later = at::ones({length, length}, q.options().dtype(at::kBool)).triu(1);
        scores = scores.masked_fill(later, -std::numeric_limits<double>::infinity());
    }
    at::Tensor probabilities = at::softmax(scores, -1);
    if (options.dropout) probabilities = (*options.dropout)(probabilities);
    return at::matmul(probabilities, values.to(type)).to(q.scalar_type());
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionOptions& options) {
    // ATen's own dropout draws from the generator all runs share.
    if (options.dropout && options.dropout->active()) return reference::attention(q, k, v, options);
    const at::Tensor queries = operand(q);
    const at::Tensor keys = operand(shared_by_heads(k, q.size(1))), values = operand(shared_by_heads(v, q.size(1)));
    std::optional<at::Tensor> bias;
    if (options.bias.defined()) bias = options.bias.unsqueeze(0);
    return at::scaled_dot_product_attention(queries, keys, values, bias, 0.0, !bias, options.scale).to(q.scalar_type());
}

}  // namespace ablate::ops
