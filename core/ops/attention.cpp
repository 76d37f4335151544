#include "core/ops/attention.h"

#include "core/ops/linear.h"
#include "core/ops/precision.h"
#include "core/ops/rows.h"

#include <ATen/Parallel.h>

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

at::Tensor reference::cached_attention(const at::Tensor& q, const CachedKeys& cached, double scale) {
    const std::int64_t heads = q.size(1), count = q.size(2), shared = cached.keys.size(1);
    std::vector<at::Tensor> mixed;
    for (std::size_t row = 0; row < cached.sequences.size(); ++row) {
        const std::int64_t length = cached.lengths[row];
        const auto own = [&](const at::Tensor& all) {  // [K, 1, length, hd]: one for the heads that share it
            return all.select(0, cached.sequences[row]).narrow(1, 0, length).unsqueeze(1);
        };
        const at::Tensor queries = q[static_cast<std::int64_t>(row)].to(cached.keys.scalar_type()) * scale;
        at::Tensor scores =
            at::matmul(queries.unflatten(0, {shared, heads / shared}), own(cached.keys).transpose(-2, -1))
                .flatten(0, 1);
        if (!cached.bias.empty()) {
            scores = scores + cached.bias[row];
        } else if (count > 1) {
            const at::Tensor later =
                at::ones({count, length}, scores.options().dtype(at::kBool)).triu(length - count + 1);
            scores = scores.masked_fill(later, -std::numeric_limits<double>::infinity());
        }
        const at::Tensor probabilities = at::softmax(scores, -1).unflatten(0, {shared, heads / shared});
        mixed.push_back(at::matmul(probabilities, own(cached.values)).flatten(0, 1));
    }
    return at::stack(mixed).to(q.scalar_type());
}

namespace {

// One query at a time against keys and values, in buffers for as many as the longest sequence has.
class Attending {
  public:
    Attending(std::int64_t longest, std::int64_t width, double scale)
        : width_(width),
          scale_(static_cast<float>(scale)),
          query_(static_cast<std::size_t>(width)),
          scores_(static_cast<std::size_t>(longest)),
          powers_(static_cast<std::size_t>(longest)) {}

    void operator()(const float* query, const float* keys, const float* values, const float* bias, std::int64_t length,
                    float* mixed) {
        rows::scale(query, scale_, nullptr, query_.data(), width_);
        rows::dots(query_.data(), keys, length, width_, false, scores_.data());
        if (bias)
            for (std::int64_t i = 0; i < length; ++i) scores_[static_cast<std::size_t>(i)] += bias[i];
        const float largest = rows::maximum(scores_.data(), length);
        const float sum = rows::exponentials(scores_.data(), largest, powers_.data(), length);
        rows::scale(powers_.data(), 1 / sum, nullptr, scores_.data(), length);
        rows::weighted_sum(scores_.data(), values, length, width_, mixed);
    }

  private:
    std::int64_t width_;
    float scale_;
    std::vector<float> query_, scores_, powers_;
};

}  // namespace

at::Tensor cached_attention(const at::Tensor& q, const CachedKeys& cached, double scale) {
    const auto plain = [](const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; };
    if (!rows::fit(q) || !plain(cached.keys) || !std::all_of(cached.bias.begin(), cached.bias.end(), plain))
        return reference::cached_attention(q, cached, scale);
    const std::int64_t heads = q.size(1), count = q.size(2), width = q.size(3);
    const std::int64_t shared = cached.keys.size(1), buffer = cached.keys.stride(1);
    const at::Tensor y = at::empty({q.size(0), count, heads, width}, q.options());
    std::vector<at::Tensor> bias;
    for (const at::Tensor& one : cached.bias) bias.push_back(one.contiguous());
    const std::int64_t longest = *std::max_element(cached.lengths.begin(), cached.lengths.end());
    constexpr std::int64_t kProductsAThread = 1 << 16;
    at::parallel_for(
        0, q.size(0) * heads, kProductsAThread / (longest * width * count) + 1, [&](auto first, auto last) {
            rows::Input in(q, width);
            rows::Output out(y, width);
            Attending attend(longest, width, scale);
            for (std::int64_t task = first; task < last; ++task) {
                const std::int64_t b = task / heads, head = task % heads;
                const auto row = static_cast<std::size_t>(b);
                const std::int64_t length = cached.lengths[row];
                const std::int64_t at = (cached.sequences[row] * shared + head / (heads / shared)) * buffer;
                for (std::int64_t i = 0; i < count; ++i) {
                    const std::int64_t to = ((b * count + i) * heads + head) * width;
                    const float* own_bias =
                        bias.empty() ? nullptr : bias[row].const_data_ptr<float>() + (head * count + i) * length;
                    attend(in.at(b * q.stride(0) + head * q.stride(1) + i * q.stride(2)),
                           cached.keys.const_data_ptr<float>() + at, cached.values.const_data_ptr<float>() + at,
                           own_bias, length - count + i + 1, out.at(to));
                    out.store(to);
                }
            }
        });
    return y.transpose(1, 2);
}

}  // namespace ablate::ops
