#pragma once
#include <ATen/ATen.h>

namespace ablate::ops {

// The gated products of arXiv 2002.05202 on a gate and an up projection that are side by side: x [..., 2F] -> [..., F].
at::Tensor swiglu(const at::Tensor& gate_up);  // silu(gate) · up
at::Tensor geglu(const at::Tensor& gate_up);   // gelu(gate) · up, gelu(x) = x Φ(x)

namespace reference {
at::Tensor swiglu(const at::Tensor& gate_up);
at::Tensor geglu(const at::Tensor& gate_up);
}  // namespace reference

}  // namespace ablate::ops
