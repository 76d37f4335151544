#include "core/compare/comparison.h"

#include <limits>
#include <map>

namespace ablate::study {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Finite values by step.
std::map<std::int64_t, double> values_between(const run::Series& series, std::int64_t from, std::int64_t to) {
    std::map<std::int64_t, double> values;
    for (std::size_t i = 0; i < series.step.size(); ++i)
        if (series.step[i] >= from && series.step[i] < to && std::isfinite(series.value[i]))
            values[series.step[i]] = series.value[i];
    return values;
}

}  // namespace

Reached time_to_loss(const ComparedRun& compared, double loss) {
    const run::Series& val = compared.val;
    for (std::size_t i = 0; i < val.value.size(); ++i) {
        if (!(val.value[i] <= loss)) continue;
        const double step = static_cast<double>(val.step[i]);
        // Training time alone, by the run's mean time a step: wall clocks also count evaluations, pauses and other
        // runs.
        const auto done = static_cast<double>(compared.listed.state.step);
        const double seconds = done > 0 ? compared.seconds * step / done : kNaN;
        return {step, std::isfinite(seconds) ? std::optional(seconds) : std::nullopt};
    }
    return {};
}

std::vector<std::int64_t> crossings(const run::Series& a, const run::Series& b) {
    std::vector<std::int64_t> steps;
    int last_sign = 0;
    for (std::size_t i = 0, j = 0; i < a.step.size() && j < b.step.size();) {
        if (a.step[i] != b.step[j]) {
            a.step[i] < b.step[j] ? ++i : ++j;
            continue;
        }
        const double difference = a.value[i] - b.value[j];
        const int sign = difference > 0 ? 1 : difference < 0 ? -1 : 0;  // a NaN has no sign
        if (sign != 0 && last_sign != 0 && sign != last_sign) steps.push_back(a.step[i]);
        if (sign != 0) last_sign = sign;
        ++i, ++j;
    }
    return steps;
}

double grad_norm_ratio(const ComparedRun& compared, const ComparedRun& baseline, std::int64_t from, std::int64_t to) {
    const auto ours = values_between((*compared.metrics)[run::kGradNorm], from, to);
    const auto theirs = values_between((*baseline.metrics)[run::kGradNorm], from, to);
    std::vector<double> a, b;
    for (const auto& [step, value] : ours)
        if (const auto other = theirs.find(step); other != theirs.end()) a.push_back(value), b.push_back(other->second);
    return median(std::move(a)) / median(std::move(b));
}

double initial_loss(const ComparedRun& compared) {
    const run::Series& val = compared.val;
    return !val.step.empty() && val.step.front() == 0 ? val.value.front() : kNaN;
}

}  // namespace ablate::study
