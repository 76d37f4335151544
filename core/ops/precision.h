#pragma once
#include <ATen/ATen.h>

namespace ablate::ops {

// max(fp32, type): what norms, softmax and rotations compute in.
inline at::ScalarType accumulate_type(at::ScalarType type) { return at::promote_types(type, at::kFloat); }

}  // namespace ablate::ops
