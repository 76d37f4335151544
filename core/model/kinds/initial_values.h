#pragma once
#include "core/base/random.h"
#include "core/model/kinds.h"

namespace ablate::model {

// Fills `value` (on the CPU) from the stream of its name with draw(stream), in double and rounded once: the same seed
// and name give the same numbers whatever else the model has.
template <class Draw>
void fill_from_stream(const TensorSpec& spec, std::uint64_t seed, at::Tensor& value, Draw draw) {
    RandomStream stream(seed, "init/" + spec.name);
    const at::Tensor drawn = at::empty(spec.shape, at::kDouble);
    double* data = drawn.mutable_data_ptr<double>();
    for (std::int64_t i = 0; i < drawn.numel(); ++i) data[i] = draw(stream);
    value.copy_(drawn);
}

}  // namespace ablate::model
