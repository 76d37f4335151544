#pragma once
#include "core/config/run_config.h"

namespace ablate::model {

struct MemoryEstimate {
    double weights = 0, gradients = 0, optimizer = 0, activations = 0, logits = 0, overhead = 0;  // bytes
    double total() const { return weights + gradients + optimizer + activations + logits + overhead; }
};
MemoryEstimate memory_estimate(const RunConfig& config);

}  // namespace ablate::model
