#include "core/ops/gated.h"

#include "core/ops/precision.h"
#include "core/ops/rows.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

namespace ablate::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <class Activation>
at::Tensor gated(const at::Tensor& gate_up, Activation activation) {
    const std::vector<at::Tensor> halves = gate_up.to(accumulate_type(gate_up.scalar_type())).chunk(2, -1);
    return (activation(halves[0]) * halves[1]).to(gate_up.scalar_type());
}

constexpr std::int64_t kRowsAtOnce = 16;

// silu(gate) · up of a contiguous [..., 2F] in one pass, forward and backward.
class SwiGlu : public torch::autograd::Function<SwiGlu> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up) {
        const std::int64_t width = gate_up.size(-1) / 2, count = gate_up.numel() / (2 * width);
        std::vector<std::int64_t> shape = gate_up.sizes().vec();
        shape.back() = width;
        const at::Tensor y = at::empty(shape, gate_up.options());
        at::parallel_for(0, count, kRowsAtOnce, [&](std::int64_t first, std::int64_t last) {
            rows::Input in(gate_up, 2 * width);
            rows::Output out(y, width);
            for (std::int64_t row = first; row < last; ++row) {
                const float* gate = in.at(2 * row * width);
                rows::swiglu(gate, gate + width, out.at(row * width), width);
                out.store(row * width);
            }
        });
        context->save_for_backward({gate_up});
        return y;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const at::Tensor gate_up = context->get_saved_variables()[0], g = gradients[0].contiguous();
        const std::int64_t width = gate_up.size(-1) / 2, count = gate_up.numel() / (2 * width);
        const at::Tensor gradient = at::empty_like(gate_up);
        at::parallel_for(0, count, kRowsAtOnce, [&](std::int64_t first, std::int64_t last) {
            rows::Input in(gate_up, 2 * width), in_gradient(g, width);
            rows::Output out(gradient, 2 * width);
            for (std::int64_t row = first; row < last; ++row) {
                const float* gate = in.at(2 * row * width);
                float* gate_gradient = out.at(2 * row * width);
                rows::swiglu_backward(gate, gate + width, in_gradient.at(row * width), gate_gradient,
                                      gate_gradient + width, width);
                out.store(2 * row * width);
            }
        });
        return {gradient};
    }
};

}  // namespace

at::Tensor reference::swiglu(const at::Tensor& gate_up) {
    return gated(gate_up, [](const at::Tensor& gate) { return at::silu(gate); });
}

at::Tensor reference::geglu(const at::Tensor& gate_up) {
    return gated(gate_up, [](const at::Tensor& gate) { return at::gelu(gate); });
}

at::Tensor swiglu(const at::Tensor& gate_up) {
    return rows::fit(gate_up) ? SwiGlu::apply(gate_up.contiguous()) : reference::swiglu(gate_up);
}

at::Tensor geglu(const at::Tensor& gate_up) { return reference::geglu(gate_up); }

}  // namespace ablate::ops
