#include "core/compare/curves.h"

#include "core/compare/comparison_span.h"

#include <cmath>
#include <limits>

namespace ablate::study {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kRounding = 1e-9;  // of an x that was converted to other units and back

std::vector<double> positions_of(const run::Series& series, double per_step) {
    std::vector<double> x;
    x.reserve(series.step.size());
    for (const std::int64_t step : series.step) x.push_back(static_cast<double>(step) * per_step);
    return x;
}

}  // namespace

double per_step(const run::RunInfo& info, XAxis axis) {
    const double tokens = run::known_tokens_per_step(info.config, run::KnownKeys(info));
    switch (axis) {
        case XAxis::steps:
            return 1;
        case XAxis::tokens:
            return tokens;
        case XAxis::flops:
            return 3 * info.flops_per_token * tokens;  // a backward pass costs twice the forward pass
        case XAxis::seconds:
            return kNaN;
    }
    throw std::logic_error("an axis without a length");
}

double per_step(const ComparedRun& compared, XAxis axis) {
    const run::RunInfo& info = compared.listed.info;
    if (axis != XAxis::seconds) return per_step(info, axis);
    const run::RunState& state = compared.listed.state;
    if (std::isfinite(compared.seconds) && state.step > 0) return compared.seconds / static_cast<double>(state.step);
    // Still training: at the speed it last had.
    return state.tokens_per_second > 0 ? per_step(info, XAxis::tokens) / state.tokens_per_second : kNaN;
}

MeanCurve mean_curve(const Comparison& comparison, const Group& group, const SeriesOf& series, XAxis axis) {
    std::vector<std::vector<double>> positions;
    std::vector<std::span<const double>> values;
    for (const ComparedRun* compared : healthy_runs(comparison, group)) {
        const run::Series& one = series(*compared);
        const double length = per_step(*compared, axis);
        if (one.step.empty() || !std::isfinite(length)) continue;
        positions.push_back(positions_of(one, length));
        values.emplace_back(one.value);
    }
    std::vector<SeedPoints> seeds;
    for (std::size_t i = 0; i < values.size(); ++i) seeds.push_back({positions[i], values[i]});
    return mean_curve(seeds);
}

double end_of_loss_axis(const RunConfig& config) { return std::log(static_cast<double>(config.data.vocab_size)) + 0.5; }

std::optional<double> end_of_loss_axis(const Group& group) {
    return group.known.has("data.vocab_size") ? std::optional(end_of_loss_axis(group.config)) : std::nullopt;
}

double validation_at(const ComparedRun& compared, XAxis axis, double x) {
    const std::vector<double> positions = positions_of(compared.val, per_step(compared, axis));
    return CurveReader(positions, compared.val.value).value(x);
}

Delta difference_at(const Comparison& comparison, std::size_t group, std::size_t reference, XAxis axis, double x) {
    return compare_groups(comparison, group, reference,
                          [=](const ComparedRun& compared) { return validation_at(compared, axis, x); });
}

double position(const Comparison& comparison, const Group& group, double step, XAxis axis) {
    std::vector<double> positions;
    for (const ComparedRun* compared : healthy_runs(comparison, group))
        positions.push_back(step * per_step(*compared, axis));
    return mean_interval(positions).mean;
}

double furthest_common_step(const Comparison& comparison, const std::vector<std::size_t>& groups,
                            std::size_t reference) {
    double furthest = kNaN;
    const Group& of = comparison.groups.at(reference);
    for (const XAxis axis : plot::kXAxes) {
        const double each = position(comparison, of, 1, axis);
        if (!std::isfinite(each)) continue;
        for (const std::size_t index : groups)
            for (const ComparedRun* compared : healthy_runs(comparison, comparison.groups.at(index))) {
                const double length = per_step(*compared, axis);
                if (compared->val.step.empty() || !std::isfinite(length)) continue;
                const double end = static_cast<double>(compared->val.step.back()) * length / each;
                if (!(furthest <= end)) furthest = end;
            }
    }
    // A whole step, so that rounding does not go beyond anybody's end.
    return std::floor(furthest * (1 + kRounding));
}

}  // namespace ablate::study
