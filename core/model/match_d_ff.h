#pragma once
#include "core/config/run_config.h"

namespace ablate::model {

// The d_ff that brings `config` (with its own feed-forward) nearest to the parameters or the FLOPs (six_n) of `target`:
// a multiple of `multiple`, ties up. `mismatch` is what is left, relative to the target; 0 for an exact match.
struct MatchedWidth {
    std::int64_t d_ff = 0;
    double mismatch = 0;
};
enum class MatchBy { parameters, flops };
MatchedWidth match_d_ff(const RunConfig& config, const RunConfig& target, MatchBy by, std::int64_t multiple = 64);

// The nearest widths to choose from: by parameters, then by FLOPs, each of the multiples 64, 8 and 1.
struct WidthMatch {
    MatchBy by = MatchBy::parameters;
    std::int64_t multiple = 1;
    MatchedWidth width;
};
std::vector<WidthMatch> width_matches(const RunConfig& config, const RunConfig& target);
// The one to propose for equal parameters: the exact match where there is one, else the nearest multiple of 64.
WidthMatch proposed_width(const RunConfig& config, const RunConfig& target);
std::string in_words(const WidthMatch& match);  // "equal parameters", "parameters +0.58 %, a multiple of 64"

}  // namespace ablate::model
