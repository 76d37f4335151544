#pragma once
#include "core/config/run_config.h"

#include <ATen/ATen.h>

namespace ablate::model {

// The keys and values that attention has computed for some sequences, so that each further token costs one row. They
// are stored as attention uses them: normalized and rotated, in max(fp32, the type of its products).
class KeyValueCache {
  public:
    KeyValueCache(const RunConfig& config, std::int64_t sequences, std::int64_t capacity, at::ScalarType type,
                  at::Device device);

    std::int64_t length(std::int64_t sequence) const { return lengths_.at(static_cast<std::size_t>(sequence)); }
    void clear(std::int64_t sequence) { lengths_.at(static_cast<std::size_t>(sequence)) = 0; }
    void grow(std::int64_t sequence, std::int64_t tokens);  // std::logic_error beyond the capacity

    const at::Tensor& keys(std::int64_t layer) const { return layers_[static_cast<std::size_t>(layer)].keys; }
    const at::Tensor& values(std::int64_t layer) const { return layers_[static_cast<std::size_t>(layer)].values; }

  private:
    struct Layer {
        at::Tensor keys, values;  // [sequences, K, capacity, hd]
    };
    std::int64_t capacity_;
    std::vector<Layer> layers_;
    std::vector<std::int64_t> lengths_;
};

// What one pass adds to a cache: n tokens after those that each of its sequences has.
struct Continuation {
    const KeyValueCache& cache;
    std::vector<std::int64_t> sequences;  // of each row of the batch
    std::vector<std::int64_t> lengths;    // of each, with the new tokens
    std::vector<at::Tensor> bias;         // of each [H, n, length], where the positions have one
    bool fresh = false;                   // none of them had a token before

    // Writes the last of the lengths' keys or values, x [B, K, n, hd], into their buffer.
    void store(const at::Tensor& x, const at::Tensor& buffer) const;
};

}  // namespace ablate::model
