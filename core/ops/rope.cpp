#include "core/ops/rope.h"

#include "core/ops/precision.h"
#include "core/ops/rows.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ablate::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Each head of each position turned (sign 1) or turned back (-1): [B, H, T, hd] whose heads are dense, to the same
// shape laid out as [B, T, H, hd], which is how attention reads and writes.
at::Tensor turned(const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine, at::IntArrayRef begins,
                  bool halves, float sign) {
    const std::int64_t batch = x.size(0), heads = x.size(1), length = x.size(2), width = x.size(3);
    const at::Tensor y = at::empty({batch, length, heads, width}, x.options());
    const float *cosines = cosine.const_data_ptr<float>(), *sines = sine.const_data_ptr<float>();
    at::parallel_for(0, batch * length, 16, [&](std::int64_t first, std::int64_t last) {
        rows::Input in(x, width);
        rows::Output out(y, width);
        for (std::int64_t row = first; row < last; ++row) {
            const std::int64_t b = row / length, t = row % length;
            const std::int64_t at = ((begins.empty() ? 0 : begins[static_cast<std::size_t>(b)]) + t) * width / 2;
            for (std::int64_t head = 0; head < heads; ++head) {
                const std::int64_t to = (row * heads + head) * width;
                rows::rotate(in.at(b * x.stride(0) + head * x.stride(1) + t * x.stride(2)), cosines + at, sines + at,
                             sign, halves, out.at(to), width / 2);
                out.store(to);
            }
        }
    });
    return y.transpose(1, 2);
}

class Rope : public torch::autograd::Function<Rope> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cosine,
                              const at::Tensor& sine, const std::vector<std::int64_t>& begins, bool halves) {
        context->save_for_backward({cosine, sine});
        context->saved_data["begins"] = begins;
        context->saved_data["halves"] = halves;
        return turned(x, cosine, sine, begins, halves, 1);
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list table = context->get_saved_variables();
        const at::Tensor g = gradients[0].stride(-1) == 1 ? gradients[0] : gradients[0].contiguous();
        const std::vector<std::int64_t> begins = context->saved_data["begins"].toIntVector();
        return {turned(g, table[0], table[1], begins, context->saved_data["halves"].toBool(), -1), {}, {}, {}, {}};
    }
};

}  // namespace

at::Tensor rope_frequencies(std::int64_t head_dim, double theta) {
    const at::Tensor pair = at::arange(head_dim / 2, at::kDouble);
    return at::exp(pair * (-2.0 / head_dim * std::log(theta)));
}

RopeTable rope_table(std::int64_t length, const at::Tensor& frequencies, at::ScalarType type, at::Device device) {
    const at::Tensor angle = at::outer(at::arange(length, at::kDouble), frequencies);
    return {angle.cos().to(device, type), angle.sin().to(device, type)};
}

RopeTable rope_table(std::int64_t length, std::int64_t head_dim, double theta, at::ScalarType type, at::Device device) {
    return rope_table(length, rope_frequencies(head_dim, theta), type, device);
}

at::Tensor reference::rope(const at::Tensor& x, const RopeTable& table, RopeLayout layout, at::IntArrayRef first) {
    const at::ScalarType type = accumulate_type(x.scalar_type());
    const std::int64_t length = x.size(-2), pairs = x.size(-1) / 2;
    const auto own = [&](const at::Tensor& all) {  // [T, hd/2] or [B, 1, T, hd/2]
        if (first.empty()) return all.narrow(0, 0, length).to(type);
        std::vector<at::Tensor> rows;
        for (const std::int64_t begin : first) rows.push_back(all.narrow(0, begin, length));
        return at::stack(rows).unsqueeze(1).to(type);
    };
    const at::Tensor cosine = own(table.cosine), sine = own(table.sine);
    const at::Tensor wide = x.to(type);
    if (layout == RopeLayout::half) {
        const at::Tensor a = wide.narrow(-1, 0, pairs), b = wide.narrow(-1, pairs, pairs);
        return at::cat({a * cosine - b * sine, b * cosine + a * sine}, -1).to(x.scalar_type());
    }
    const at::Tensor both = wide.unflatten(-1, {pairs, 2});
    const at::Tensor a = both.select(-1, 0), b = both.select(-1, 1);
    return at::stack({a * cosine - b * sine, b * cosine + a * sine}, -1).flatten(-2).to(x.scalar_type());
}

at::Tensor rope(const at::Tensor& x, const RopeTable& table, RopeLayout layout, at::IntArrayRef first) {
    if (!rows::fit(x) || table.cosine.scalar_type() != at::kFloat) return reference::rope(x, table, layout, first);
    const std::int64_t furthest = first.empty() ? 0 : *std::max_element(first.begin(), first.end());
    if (furthest + x.size(2) > table.cosine.size(0)) throw std::logic_error("rope: positions beyond the table");
    if (!at::GradMode::is_enabled()) return turned(x, table.cosine, table.sine, first, layout == RopeLayout::half, 1);
    return Rope::apply(x, table.cosine, table.sine, first.vec(), layout == RopeLayout::half);
}

}  // namespace ablate::ops
