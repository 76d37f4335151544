#include "core/ops/gated.h"

#include "core/ops/precision.h"

namespace ablate::ops {
namespace {

template <class Activation>
at::Tensor gated(const at::Tensor& gate_up, Activation activation) {
    const std::vector<at::Tensor> halves = gate_up.to(accumulate_type(gate_up.scalar_type())).chunk(2, -1);
    return (activation(halves[0]) * halves[1]).to(gate_up.scalar_type());
}

}  // namespace

at::Tensor reference::swiglu(const at::Tensor& gate_up) {
    return gated(gate_up, [](const at::Tensor& gate) { return at::silu(gate); });
}

at::Tensor reference::geglu(const at::Tensor& gate_up) {
    return gated(gate_up, [](const at::Tensor& gate) { return at::gelu(gate); });
}

at::Tensor swiglu(const at::Tensor& gate_up) { return reference::swiglu(gate_up); }
at::Tensor geglu(const at::Tensor& gate_up) { return reference::geglu(gate_up); }

}  // namespace ablate::ops
