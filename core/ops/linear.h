#pragma once
#include <ATen/ATen.h>

namespace ablate::ops {

// x Wᵀ + b with autocast's semantics: the operands are rounded to the type of `x`, sums are taken in fp32 at least and
// the result has the type of `x`; gradients arrive at weights and biases in the parameters' own type. Several weights
// are one product, their outputs side by side. x [..., in], weight [out, in], bias [out]; biases: none, or one for each
// weight.
at::Tensor linear(const at::Tensor& x, at::TensorList weights, at::TensorList biases = {});

// a b for matrices of one type, the result rounded to `result`. On a CPU without bfloat16 instructions the product of
// the bf16 values is taken in fp32: the same numbers, 15 to 40 times faster than ATen's fallback there.
at::Tensor multiply(const at::Tensor& a, const at::Tensor& b, at::ScalarType result);

namespace reference {
at::Tensor linear(const at::Tensor& x, at::TensorList weights, at::TensorList biases = {});
}

}  // namespace ablate::ops
