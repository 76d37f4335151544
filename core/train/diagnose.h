#pragma once
#include "core/train/collapse.h"
#include "core/train/step.h"

namespace ablate::train {

// The first weight, in the table's order, that holds a NaN or an infinity; "" when all are finite.
std::string first_non_finite_weight(const model::Transformer& model);

// Where a non-finite step begins, found by computing it again from the weights it started with: a weight; else the
// first activation in forward order ("blocks.2.attn"); else "loss"; else the first gradient in the table's order
// ("blocks.0.attn.q.weight.grad"). Where each of these is finite and the norm is not, the sum of the squares
// overflowed: then the tensor with the largest gradient is named. Nothing is named where the step is finite this time.
NonFinite first_non_finite(const model::Transformer& model, const StepSource& source, std::int64_t step);

// Where the validation loss of a set stops being finite: a weight, else the first activation in forward order, else
// "loss", in the first batch that has one. Changes nothing and draws no random numbers.
NonFinite first_non_finite(const model::Transformer& model, const RunConfig& config, const data::ValidationSet& set);

}  // namespace ablate::train
