#include "core/ops/norm.h"

#include "core/ops/precision.h"

namespace ablate::ops {
namespace reference {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result) {
    const at::Tensor wide = x.to(accumulate_type(x.scalar_type()));
    const at::Tensor y = wide * (wide.square().mean(-1, true) + eps).rsqrt();
    return (gain.defined() ? y * gain.to(y.scalar_type()) : y).to(result);
}

at::Tensor l2_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result) {
    const at::Tensor wide = x.to(accumulate_type(x.scalar_type()));
    const at::Tensor y = wide / wide.norm(2, -1, true).clamp_min(eps);
    return (gain.defined() ? y * gain.to(y.scalar_type()) : y).to(result);
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double eps,
                      at::ScalarType result) {
    const at::Tensor wide = x.to(accumulate_type(x.scalar_type()));
    const at::Tensor centred = wide - wide.mean(-1, true);
    at::Tensor y = centred * (centred.square().mean(-1, true) + eps).rsqrt();
    if (gain.defined()) y = y * gain;
    if (bias.defined()) y = y + bias;
    return y.to(result);
}

}  // namespace reference

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result) {
    return reference::rms_norm(x, gain, eps, result);
}

at::Tensor l2_norm(const at::Tensor& x, const at::Tensor& gain, double eps, at::ScalarType result) {
    return reference::l2_norm(x, gain, eps, result);
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double eps,
                      at::ScalarType result) {
    const at::Tensor wide = x.to(accumulate_type(x.scalar_type()));
    return at::layer_norm(wide, {x.size(-1)}, gain, bias, eps).to(result);
}

}  // namespace ablate::ops
