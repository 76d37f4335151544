#pragma once
#include "core/config/run_config.h"

namespace ablate::model {

// The d_ff that brings `config` (with its own feed-forward) nearest to the parameters or the FLOPs of `target`:
// a multiple of 64, ties up. `mismatch` is what is left, relative to the target.
struct MatchedWidth {
    std::int64_t d_ff = 0;
    double mismatch = 0;
};
enum class MatchBy { parameters, flops };
MatchedWidth match_d_ff(const RunConfig& config, const RunConfig& target, MatchBy by);

}  // namespace ablate::model
