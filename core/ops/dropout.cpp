#include "core/ops/dropout.h"

#include <ATen/Context.h>

namespace ablate::ops {

Dropout::Dropout(double probability, std::uint64_t seed, at::Device device) : probability_(probability) {
    if (!active()) return;
    generator_ = at::globalContext().defaultGenerator(device).clone();
    generator_.set_current_seed(seed);
}

at::Tensor Dropout::operator()(const at::Tensor& x) const {
    if (!active()) return x;
    const at::Tensor kept = at::empty_like(x).bernoulli_(1 - probability_, generator_);
    return x * kept.div_(1 - probability_);
}

}  // namespace ablate::ops
