#pragma once
#include "core/base/random.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ablate::infer {

struct SamplingOptions {
    double temperature = 0;  // 0: greedy
    std::int64_t top_k = 0;  // 0: all
    double top_p = 1;
    std::uint64_t seed = 1;
    std::int64_t max_tokens = 100;
    double min_p = 0;               // 0: off
    double repetition_penalty = 1;  // 1: off
    std::vector<std::string> stop;  // texts that end the continuation and are no part of it
    bool cache = true;              // false: everything is computed again for each token, in fp32 with the same result
};

// Chooses tokens by their logits. The filters and their order are those of transformers' generate
// (_get_logits_processor):
// - repetition penalty (CTRL, arXiv 1909.05858): the logits of ids in the sequence, divided where positive, else
//   multiplied;
// - temperature;
// - top-k;
// - top-p (nucleus sampling, arXiv 1904.09751);
// - min-p (arXiv 2407.01082).
// A temperature of 0 takes the likeliest, the lower id of two.
class Sampler {
  public:
    // Each sequence of a batch draws from its own stream.
    Sampler(const SamplingOptions& options, std::size_t sequence);
    // `ids` are those of the sequence so far, the prompt's included; the logits are used up.
    std::int32_t pick(std::span<float> logits, std::span<const std::int32_t> ids);

  private:
    const SamplingOptions& options_;
    RandomStream random_;
    void penalise(std::span<float> logits, std::span<const std::int32_t> ids) const;
    std::vector<std::int32_t> candidates(std::span<const float> logits, std::vector<double>& weights) const;
};

}  // namespace ablate::infer
