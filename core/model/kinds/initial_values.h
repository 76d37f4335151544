#pragma once
#include "core/base/random.h"
#include "core/model/kinds.h"

namespace ablate::model {

// Fills `value`, fp32 or fp64 on the CPU, from the stream of its name with draw(stream): the same seed and name give
// the same numbers whatever else the model has.
template <class Draw>
void fill_from_stream(const TensorSpec& spec, std::uint64_t seed, at::Tensor& value, Draw draw) {
    RandomStream stream(seed, "init/" + spec.name);
    const auto fill = [&]<class T>(T* data) {
        for (std::int64_t i = 0; i < value.numel(); ++i) data[i] = static_cast<T>(draw(stream));
    };
    if (value.scalar_type() == at::kDouble) return fill(value.mutable_data_ptr<double>());
    fill(value.mutable_data_ptr<float>());
}

}  // namespace ablate::model
