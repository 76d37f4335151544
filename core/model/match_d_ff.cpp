#include "core/model/match_d_ff.h"

#include "core/model/tensor_table.h"

#include <algorithm>
#include <cmath>

namespace ablate::model {
namespace {

constexpr std::int64_t kMultiple = 64;

double cost(const RunConfig& config, MatchBy by) {
    return by == MatchBy::parameters ? double(parameter_counts(config).unique) : forward_flops_per_token(config).six_n;
}

double cost_at(RunConfig config, std::int64_t d_ff, MatchBy by) {
    config.model.d_ff = d_ff;
    return cost(config, by);
}

}  // namespace

MatchedWidth match_d_ff(const RunConfig& config, const RunConfig& target, MatchBy by) {
    const double wanted = cost(target, by);
    // Parameters and FLOPs are affine in d_ff: two points give the line.
    const double first = cost_at(config, kMultiple, by);
    const double per_multiple = cost_at(config, 2 * kMultiple, by) - first;
    const double multiples = std::max(1.0, std::floor((wanted - first) / per_multiple + 1.5));  // ties up
    const std::int64_t d_ff = kMultiple * static_cast<std::int64_t>(multiples);
    return {d_ff, (cost_at(config, d_ff, by) - wanted) / wanted};
}

}  // namespace ablate::model
