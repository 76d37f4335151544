#include "core/compare/wording.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/comparison_span.h"

#include <algorithm>
#include <cmath>

namespace ablate::study {

std::string signed_loss(double difference) {
    const std::string sign = difference < 0 ? "" : "+";
    const bool vanishes = difference != 0 && std::abs(difference) < 0.00005;
    return sign + (vanishes ? significant(difference, 2) : fixed(difference, 4));
}

std::string loss_text(double size) { return signed_loss(std::abs(size)).substr(1); }

std::string confidence_text(double error) {
    std::string percent = fixed(100 * (1 - error), 2);
    percent.erase(percent.find_last_not_of('0') + 1);
    if (percent.ends_with('.')) percent.pop_back();
    return percent + " %";
}

double farthest(const PairedInterval& interval) { return std::abs(interval.mean) + *interval.half_width; }

std::string signed_percent(double ratio) { return (ratio < 0 ? "" : "+") + fixed(100 * ratio, 2) + " %"; }

std::string ranks_text(const RankRange& ranks) {
    if (ranks.best < 1) return "–";
    return ranks.best == ranks.worst ? std::to_string(ranks.best) : fmt::format("{}–{}", ranks.best, ranks.worst);
}

int decimals_of(const std::optional<double>& half_width) {
    constexpr int usual = 4, most = 6;
    if (!half_width || !std::isfinite(*half_width) || *half_width <= 0) return usual;
    return std::clamp(1 - static_cast<int>(std::floor(std::log10(*half_width))), 1, most);
}

std::string with_half_width(const Interval& interval) {
    if (interval.n == 0) return "";
    if (!interval.half_width) return fixed(interval.mean, 4);
    return fixed(interval.mean, 4) + " ± " + fixed(*interval.half_width, 4);
}

std::string with_half_width(const PairedInterval& difference) {
    if (difference.n == 0) return "";
    if (!difference.half_width) return signed_loss(difference.mean);
    return signed_loss(difference.mean) + " ± " + fixed(*difference.half_width, 4);
}

std::string in_own_digits(const Interval& interval) {
    if (!interval.half_width) return with_half_width(interval);
    const int decimals = decimals_of(interval.half_width);
    return fixed(interval.mean, decimals) + " ± " + fixed(*interval.half_width, decimals);
}

std::string in_own_digits(const PairedInterval& difference) {
    if (!difference.half_width) return with_half_width(difference);
    return (difference.mean < 0 ? "" : "+") + in_own_digits(static_cast<const Interval&>(difference));
}

const run::Metric& measured_metric(const Comparison& comparison) {
    switch (comparison.measure) {
        case Measure::val_loss:
            return run::metric(run::MetricId::val_loss);
        case Measure::val_bpb:
            return run::metric(run::MetricId::val_bpb);
        case Measure::train_loss:
            return run::metric(run::MetricId::train_loss);
    }
    throw std::logic_error("a measure without a metric");
}

std::string measured(const Comparison& comparison) { return run::in_sentence(measured_metric(comparison)); }

std::string measured_in_short(const Comparison& comparison) {
    return comparison.measure == Measure::val_loss  ? "val loss"
           : comparison.measure == Measure::val_bpb ? "val bpb"
                                                    : "train loss";
}

std::string unit_of(const Comparison& comparison) {
    return comparison.measure == Measure::val_bpb ? "bits per byte" : "nats";
}

namespace {

std::string step_text(double step) {
    if (step == kUnknownStep) return "unknown";
    return step == std::floor(step) ? with_thousands(std::llround(step)) : fixed(step, 1);
}

}  // namespace

std::string in_words(const Span& span) {
    if (!span.exists()) return "at no step";
    if (span.last() == kUnknownStep) return "at the end, at a step that is not known";
    std::string words = span.at.size() == 1 ? "at step " + step_text(span.last())
                                            : fmt::format("over steps {} to {} (mean)", step_text(span.first()),
                                                          step_text(span.last()));
    if (span.on_line) words += ", interpolated between logged steps";
    return words;
}

std::string span_text(const Span& span) {
    if (!span.exists()) return "–";
    return span.at.size() == 1 ? step_text(span.last()) : step_text(span.first()) + "–" + step_text(span.last());
}

std::optional<Span> shared_span(const Comparison& comparison) {
    Span shared;
    for (const Group& group : comparison.groups) {
        if (!group.span.exists()) continue;
        if (shared.exists() && shared.at != group.span.at) return {};
        if (!shared.exists()) shared = group.span;
    }
    return shared;
}

std::string spans_in_words(const Comparison& comparison) {
    if (const auto shared = shared_span(comparison); shared && !shared->exists()) return "";
    if (const auto shared = shared_span(comparison)) return fmt::format("Final values are read {}.", in_words(*shared));
    constexpr std::size_t most = 8;
    std::vector<std::string> parts;
    for (const Group& group : comparison.groups)
        if (group.span.exists()) parts.push_back(fmt::format("{} {}", display_name(group), in_words(group.span)));
    if (parts.size() > most) {
        const std::string more = fmt::format("and {} more", parts.size() - most);
        parts.resize(most);
        parts.push_back(more);
    }
    return fmt::format(
        "Final values are read at different steps: {}. A difference is read at steps that both sides have, and between "
        "runs that were trained here for different numbers of steps at the end of each.",
        join(parts, "; "));
}

std::string parameters_text(std::int64_t parameters) { return parameters > 0 ? with_thousands(parameters) : "–"; }

std::string p_text(double p) { return p < 0.0001 ? "p < 0.0001" : "p = " + fixed(p, 4); }

std::string count_of(std::int64_t n, const std::string& thing) {
    return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
}

std::string utilization_text(double utilization) {
    return utilization > 0 && utilization <= 1 ? fixed(100 * utilization, 1) + " %" : "–";
}

std::string plain_label(const Group& group) { return group.label.empty() ? group.variant : group.label; }

std::string display_name(const Group& group) {
    return group.grid_point.empty() ? plain_label(group) : plain_label(group) + " at " + group.grid_point;
}

}  // namespace ablate::study
