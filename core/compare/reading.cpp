#include "core/compare/reading.h"

#include "core/compare/comparison_span.h"

#include <algorithm>
#include <limits>

namespace ablate::study {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kRounding = 1e-9;  // of an x that was converted to other units and back

// A series read at ascending x without starting over.
class Reader {
  public:
    Reader(const run::Series& series, double per_step) : series_(&series), per_step_(per_step) {}
    double first() const { return at(0); }
    double last() const { return at(series_->step.size() - 1); }
    double value(double x) {
        const std::size_t size = series_->step.size();
        if (size == 0 || !(x >= first() && x <= last() * (1 + kRounding))) return kNaN;
        while (place_ + 1 < size && at(place_ + 1) <= x) ++place_;
        const double here = series_->value[place_];
        if (place_ + 1 == size || at(place_) == x) return here;
        const double share = (x - at(place_)) / (at(place_ + 1) - at(place_));
        return here + share * (series_->value[place_ + 1] - here);
    }

  private:
    double at(std::size_t index) const { return static_cast<double>(series_->step[index]) * per_step_; }
    const run::Series* series_;
    double per_step_;
    std::size_t place_ = 0;
};

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
    MeanCurve curve;
    std::vector<Reader> readers;
    const run::Series* sparsest = nullptr;  // its steps are the curve's: no other has to be read far from its own
    double each = kNaN, low = -std::numeric_limits<double>::infinity(), high = -low;
    for (const ComparedRun* compared : healthy_runs(comparison, group)) {
        const run::Series& one = series(*compared);
        const double length = per_step(*compared, axis);
        if (one.step.empty() || !std::isfinite(length)) continue;
        if (!sparsest || one.step.size() < sparsest->step.size()) sparsest = &one, each = length;
        readers.emplace_back(one, length);
        low = std::max(low, readers.back().first());
        high = std::min(high, readers.back().last());
    }
    curve.seeds = std::ssize(readers);
    if (readers.empty()) return curve;
    std::vector<double> values(readers.size());
    for (const std::int64_t step : sparsest->step) {
        const double x = static_cast<double>(step) * each;
        if (x < low || x > high) continue;
        std::transform(readers.begin(), readers.end(), values.begin(), [x](Reader& one) { return one.value(x); });
        const Interval interval = mean_interval(values);
        curve.x.push_back(x);
        curve.mean.push_back(interval.mean);
        if (!interval.half_width) continue;
        curve.low.push_back(interval.mean - *interval.half_width);
        curve.high.push_back(interval.mean + *interval.half_width);
    }
    return curve;
}

double end_of_loss_axis(const RunConfig& config) { return std::log(static_cast<double>(config.data.vocab_size)) + 0.5; }

std::optional<double> end_of_loss_axis(const Group& group) {
    return group.known.has("data.vocab_size") ? std::optional(end_of_loss_axis(group.config)) : std::nullopt;
}

double validation_at(const ComparedRun& compared, XAxis axis, double x) {
    return Reader(compared.val, per_step(compared, axis)).value(x);
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
