#pragma once
#include <ATen/ATen.h>

namespace ablate::ops {

// Zeroes elements with one probability and scales the rest up, from its own generator: no run shares its masks'
// randomness with another. Made for one forward pass; not shared between threads.
class Dropout {
  public:
    Dropout() = default;  // off
    Dropout(double probability, std::uint64_t seed, at::Device device);
    bool active() const { return probability_ > 0; }
    at::Tensor operator()(const at::Tensor& x) const;

  private:
    double probability_ = 0;
    mutable at::Generator generator_;
};

}  // namespace ablate::ops
