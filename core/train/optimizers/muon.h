#pragma once
#include <ATen/ATen.h>

namespace ablate::train {

// The nearest orthogonal matrix, roughly: the quintic Newton-Schulz iteration of Muon on a [rows, columns] matrix.
at::Tensor orthogonalized(const at::Tensor& matrix, at::ScalarType compute);

}  // namespace ablate::train
