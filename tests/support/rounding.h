#pragma once
#include "core/config/run_config.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

// How far two computations of the same value may differ: one rule, which follows from the number formats alone and
// so holds on every processor. Processors differ in the order in which they add (AVX2, AVX-512, AMX) and in whether
// they multiply bf16 themselves or widen it first. They never differ in what is rounded: operands to the type of the
// products, sums in fp32 at least, the result once to its type. oneDNN's bf16 products (VDPBF16PS, TDPBF16PS) add in
// fp32 and round to nearest even; they flush subnormal numbers, far below what a logit is made of.
namespace ablate::test {

// Half the distance from 1 to the next larger number.
inline double unit_roundoff(at::ScalarType type) {
    return type == at::kBFloat16 ? 0x1p-8 : type == at::kFloat ? 0x1p-24 : 0x1p-53;
}

// Rounding errors are as good as independent, so n of them grow as sqrt(n), and 8 sqrt(n) u bounds a sum of n products
// relative to its largest partial sums (Higham and Mary 2019, SIAM J. Sci. Comput. 41, A2815).
inline constexpr double kSpread = 8;

// Of a sum of `terms` products of values in `type`, relative to the largest result.
inline double sum_tolerance(std::int64_t terms, at::ScalarType type) {
    const at::ScalarType sums = at::promote_types(type, at::kFloat);
    return kSpread * (std::sqrt(static_cast<double>(terms)) * unit_roundoff(sums) + unit_roundoff(type));
}

// Of a model's logits, relative to the largest: six products one after the other in each layer (queries and keys,
// scores, mixed values, output, two of the feed-forward) and the head, each with the error above. `products`: the type
// that operands are rounded to.
inline double logits_tolerance(const RunConfig& config, at::ScalarType products) {
    const ModelConfig& model = config.model;
    const std::int64_t widest = std::max({model.d_model, model.d_ff, model.heads * model.head_width()});
    const double depth = 6 * static_cast<double>(model.layers) + 1;
    return std::sqrt(depth) * sum_tolerance(widest, products);
}

}  // namespace ablate::test
