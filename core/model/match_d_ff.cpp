#include "core/model/match_d_ff.h"

#include "core/base/text.h"
#include "core/model/tensor_table.h"

#include <algorithm>
#include <cmath>

namespace ablate::model {
namespace {

constexpr std::int64_t kWidest = std::int64_t{1} << 24;  // of the option model.d_ff

double cost(const RunConfig& config, MatchBy by) {
    return by == MatchBy::parameters ? double(parameter_counts(config).unique) : forward_flops_per_token(config).six_n;
}

double cost_at(RunConfig config, std::int64_t d_ff, MatchBy by) {
    config.model.d_ff = d_ff;
    return cost(config, by);
}

}  // namespace

MatchedWidth match_d_ff(const RunConfig& config, const RunConfig& target, MatchBy by, std::int64_t multiple) {
    const double wanted = cost(target, by);
    // Parameters and FLOPs are affine in d_ff: two points give the line.
    const double first = cost_at(config, multiple, by);
    const double per_multiple = cost_at(config, 2 * multiple, by) - first;
    if (!(per_multiple > 0)) return {config.model.d_ff, (cost(config, by) - wanted) / wanted};  // nothing depends on it
    const double nearest = std::floor((wanted - first) / per_multiple + 1.5);                   // ties up
    const double multiples = std::clamp(nearest, 1.0, static_cast<double>(kWidest / multiple));
    const std::int64_t d_ff = multiple * static_cast<std::int64_t>(multiples);
    return {d_ff, (cost_at(config, d_ff, by) - wanted) / wanted};
}

std::vector<WidthMatch> width_matches(const RunConfig& config, const RunConfig& target) {
    std::vector<WidthMatch> matches;
    for (const MatchBy by : {MatchBy::parameters, MatchBy::flops})
        for (const std::int64_t multiple : {64, 8, 1})
            matches.push_back({by, multiple, match_d_ff(config, target, by, multiple)});
    return matches;
}

WidthMatch proposed_width(const RunConfig& config, const RunConfig& target) {
    const MatchedWidth nearest = match_d_ff(config, target, MatchBy::parameters, 1);
    if (nearest.mismatch == 0) return {MatchBy::parameters, 1, nearest};
    return {MatchBy::parameters, 64, match_d_ff(config, target, MatchBy::parameters, 64)};
}

std::string in_words(const WidthMatch& match) {
    const char* what = match.by == MatchBy::parameters ? "parameters" : "FLOPs";
    if (match.width.mismatch == 0) return fmt::format("equal {}", what);
    const std::string difference = fmt::format("{} {:+.2f} %", what, 100 * match.width.mismatch);
    return match.multiple == 1 ? difference : fmt::format("{}, a multiple of {}", difference, match.multiple);
}

}  // namespace ablate::model
