#pragma once
#include <ATen/ATen.h>

// Normalization over the last dimension: x [..., D], gains and biases [D] or undefined. Computed in max(fp32, type of
// x), returned as `result`.
namespace ablate::ops {

// x / sqrt(mean(x²) + eps) · gain (arXiv 1910.07467)
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result);
// x / max(‖x‖₂, eps) · gain, as torch.nn.functional.normalize has it; the gain is [D] or a scalar [1]
at::Tensor l2_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result);
// (x − mean) / sqrt(var + eps) · gain + bias (arXiv 1607.06450)
at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double eps,
                      at::ScalarType result);

namespace reference {
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result);
at::Tensor l2_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result);
at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double eps,
                      at::ScalarType result);
}  // namespace reference

}  // namespace ablate::ops
