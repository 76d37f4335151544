#include "core/train/collapse.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ablate::train {
namespace {

constexpr std::size_t kWindow = 50;  // values a median is taken over
constexpr std::size_t kHistory =
    8;                              // values it takes before anything is judged: the first steps of a warm-up are noise
constexpr double kRobust = 1.4826;  // median absolute deviation to standard deviation, for a normal distribution
constexpr double kDecay = 0.9;      // of the smoothed loss
constexpr double kNearZero = 0.05, kContradiction = 1;  // nats

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

const char* word(double value) { return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"; }

std::string after_steps(std::int64_t steps) { return fmt::format("after {} step{}", steps, steps == 1 ? "" : "s"); }

Json window_to_json(const std::deque<double>& values) { return std::vector<double>(values.begin(), values.end()); }

}  // namespace

// How a signal is read: the loss in nats; a gradient norm, which varies by factors, by its logarithm and a tenfold rise
// at least.
struct CollapseDetector::Signal {
    const char* name;
    double floor;  // how far above the median a spike is at least, in the compared unit
    bool logarithmic;
    double compared(double value) const { return logarithmic ? std::log(std::max(value, 1e-30)) : value; }
    double value(double compared) const { return logarithmic ? std::exp(compared) : compared; }
};

CollapseDetector::CollapseDetector(const TrainConfig& config, double unigram_entropy, std::int64_t vocab_size)
    : config_(config),
      dead_line_((unigram_entropy > 0 ? unigram_entropy : std::log(static_cast<double>(vocab_size))) -
                 config.dead_margin),
      best_smoothed_(std::numeric_limits<double>::infinity()) {}

Event CollapseDetector::non_finite(std::int64_t step, double loss, double grad_norm, const NonFinite& found) {
    NonFiniteEvent told{.loss = loss, .grad_norm = grad_norm};
    const bool bad_loss = !std::isfinite(loss);
    if (found.overflow) {
        told.largest_gradient = LargestGradient{found.block, found.tensor, found.largest};
        call(Collapse::non_finite, step,
             fmt::format("gradient norm overflowed at step {} while each gradient was finite; the largest, {}, is in "
                         "{} ({})",
                         step, significant(found.largest), found.block, found.tensor),
             found.tensor);
    } else {
        told.tensor = found.tensor;
        call(
            Collapse::non_finite, step,
            fmt::format("{} is {} at step {}{}", bad_loss ? "loss" : "gradient norm", word(bad_loss ? loss : grad_norm),
                        step, found.tensor.empty() ? "" : ", first in " + found.tensor),
            found.tensor);
    }
    return {step, std::move(told)};
}

std::vector<Event> CollapseDetector::step(std::int64_t step, double loss, double grad_norm, const NonFinite& found) {
    static const Signal loss_signal{"loss", 0.5, false}, norm_signal{"grad_norm", std::log(10.0), true};
    std::vector<Event> events;
    const bool bad_loss = !std::isfinite(loss), bad_norm = !std::isfinite(grad_norm);
    if (bad_loss || bad_norm) events.push_back(non_finite(step, loss, grad_norm, found));
    watch_non_finite(step, !bad_loss && !bad_norm, events);
    if (!bad_loss) {
        watch_overflow(step, loss, events);
        watch(loss_, loss_signal, step, loss, events);
        smooth(step, loss);
    }
    if (!bad_norm) watch(grad_norm_, norm_signal, step, grad_norm, events);
    judge_dead(step);
    return events;
}

void CollapseDetector::watch_non_finite(std::int64_t step, bool finite, std::vector<Event>& events) {
    if (!finite) {
        if (non_finite_.since < 0) non_finite_.since = step;
        ++non_finite_.count;
        return;
    }
    if (non_finite_.since < 0) return;
    events.push_back({step, FiniteAgainEvent{non_finite_.since, non_finite_.count}});
    non_finite_.since = -1;
    non_finite_.count = 0;
}

void CollapseDetector::watch(Window& window, const Signal& signal, std::int64_t step, double value,
                             std::vector<Event>& events) {
    const double compared = signal.compared(value);
    double center = 0, threshold = std::numeric_limits<double>::infinity();
    if (window.values.size() >= kHistory) {
        std::vector<double> sample(window.values.begin(), window.values.end());
        center = median(sample);
        for (double& x : sample) x = std::abs(x - center);
        threshold = center + std::max(config_.spike_sigma * kRobust * median(sample), signal.floor);
    }
    if (compared <= threshold) {
        if (window.above_since >= 0)
            events.push_back({step, SpikeRecoveredEvent{signal.name, window.above_since, window.peak}});
        window.above_since = -1;
        window.values.push_back(compared);
        if (window.values.size() > kWindow) window.values.pop_front();
        return;
    }
    if (window.above_since < 0) {
        window.above_since = step;
        window.peak = value;
        events.push_back({step, SpikeEvent{signal.name, value, signal.value(center), signal.value(threshold)}});
    }
    window.peak = std::max(window.peak, value);
    if (step - window.above_since < config_.spike_recovery) return;
    // A run whose loss goes on falling has not collapsed, whatever its gradient norm: that is its new level.
    if (best_step_ <= window.above_since)
        call(Collapse::exploding, window.above_since,
             fmt::format("{} left {} at step {} and has not come back in {} steps (peak {})",
                         signal.logarithmic ? "gradient norm" : "loss", significant(signal.value(center)),
                         window.above_since, config_.spike_recovery, significant(window.peak)));
    window = {};
}

void CollapseDetector::smooth(std::int64_t step, double loss) {
    average_ = kDecay * average_ + (1 - kDecay) * loss;
    weight_ = kDecay * weight_ + (1 - kDecay);
    if (smoothed() >= best_smoothed_) return;
    best_smoothed_ = smoothed();
    best_step_ = step;
}

double CollapseDetector::smoothed() const { return average_ / weight_; }

// Perplexity is exp(loss): beyond 709.78 nats a double cannot hold it. Told once for each excursion.
void CollapseDetector::watch_overflow(std::int64_t step, double loss, std::vector<Event>& events) {
    const bool overflows = std::isinf(std::exp(loss));
    if (overflows && !overflowing_) events.push_back({step, PerplexityOverflowEvent{.loss = loss}});
    overflowing_ = overflows;
}

void CollapseDetector::judge_dead(std::int64_t step) {
    const auto share = static_cast<std::int64_t>(std::ceil(config_.dead_share * static_cast<double>(config_.steps)));
    const std::int64_t deadline = std::max({share, config_.warmup, kShortestJudged});
    if (step + 1 != deadline || deadline > config_.steps || best_smoothed_ <= dead_line_) return;
    call(Collapse::dead_loss, step,
         fmt::format("the smoothed loss has come no lower than {} in {} of {} steps; {} nats below the text's unigram "
                     "entropy is {}",
                     significant(best_smoothed_), deadline, config_.steps, full_precision(config_.dead_margin),
                     significant(dead_line_)));
}

std::vector<Event> CollapseDetector::evaluated(std::int64_t step, double validation_loss, const std::string& set,
                                               const NonFinite& found) {
    std::vector<Event> events;
    if (!std::isfinite(validation_loss)) {
        non_finite_.validation[set] = step;
        NonFiniteEvent told{.validation_loss = validation_loss};
        if (!found.tensor.empty()) told.tensor = found.tensor;
        events.push_back({step, std::move(told)});
        call(Collapse::non_finite, step,
             fmt::format("validation loss is {} {}{}", word(validation_loss), after_steps(step),
                         found.tensor.empty() ? "" : ", first in " + found.tensor),
             found.tensor);
        return events;
    }
    non_finite_.validation.erase(set);
    if (std::isinf(std::exp(validation_loss)))
        events.push_back({step, PerplexityOverflowEvent{.validation_loss = validation_loss}});
    if (weight_ > 0 && smoothed() < kNearZero && validation_loss > kContradiction)
        call(Collapse::contradicted_loss, step,
             fmt::format("training loss {} {} is contradicted by a validation loss of {}", significant(smoothed()),
                         after_steps(step), significant(validation_loss)));
    return events;
}

std::optional<Verdict> CollapseDetector::finish(std::int64_t steps) {
    if (steps >= kShortestJudged && weight_ > 0 && smoothed() > dead_line_)
        call(Collapse::dead_loss, steps - 1,
             fmt::format("the smoothed loss ends at {}; {} nats below the text's unigram entropy is {}",
                         significant(smoothed()), full_precision(config_.dead_margin), significant(dead_line_)));
    if (collapse_ && collapse_->collapse == Collapse::non_finite && !non_finite_.persists())
        collapse_ = std::exchange(next_collapse_, std::nullopt);
    return collapse_;
}

void CollapseDetector::call(Collapse collapse, std::int64_t step, std::string cause, std::string tensor) {
    const bool may_be_withdrawn = collapse_ && collapse_->collapse == Collapse::non_finite;
    std::optional<Verdict>& free = may_be_withdrawn && collapse != Collapse::non_finite ? next_collapse_ : collapse_;
    if (!free) free = Verdict{Outcome::collapsed, collapse, step, std::move(tensor), std::move(cause)};
}

Json CollapseDetector::save() const {
    auto window = [](const Window& w) {
        return Json{{"values", window_to_json(w.values)}, {"above_since", w.above_since}, {"peak", w.peak}};
    };
    return {{"loss", window(loss_)},
            {"grad_norm", window(grad_norm_)},
            {"average", average_},
            {"weight", weight_},
            {"best_smoothed", io::number_to_json(best_smoothed_)},
            {"best_step", best_step_},
            {"overflowing", overflowing_},
            {"non_finite",
             {{"since", non_finite_.since}, {"count", non_finite_.count}, {"validation", non_finite_.validation}}},
            {"collapse", collapse_ ? to_json(*collapse_) : Json()},
            {"next_collapse", next_collapse_ ? to_json(*next_collapse_) : Json()}};
}

void CollapseDetector::load(const Json& state) {
    auto window = [](const Json& json) {
        const auto values = json.at("values").get<std::vector<double>>();
        return Window{
            {values.begin(), values.end()}, json.at("above_since").get<std::int64_t>(), json.at("peak").get<double>()};
    };
    loss_ = window(state.at("loss"));
    grad_norm_ = window(state.at("grad_norm"));
    average_ = state.at("average").get<double>();
    weight_ = state.at("weight").get<double>();
    best_smoothed_ = io::number_from_json(state.at("best_smoothed"));
    best_step_ = state.at("best_step").get<std::int64_t>();
    overflowing_ = state.at("overflowing").get<bool>();
    const auto verdict = [](const Json& json) {
        return json.is_null() ? std::optional<Verdict>() : verdict_from_json(json);
    };
    collapse_ = verdict(state.at("collapse"));
    next_collapse_ = verdict(state.value("next_collapse", Json()));
    non_finite_ = {};
    if (state.contains("non_finite")) {
        const Json& stored = state["non_finite"];
        non_finite_ = {stored.at("since").get<std::int64_t>(), stored.at("count").get<std::int64_t>(),
                       stored.at("validation").get<std::map<std::string, std::int64_t>>()};
    } else if (collapse_ && collapse_->collapse == Collapse::non_finite) {
        non_finite_.since = collapse_->step;  // 0.1 did not record whether it lasted: only a later finite value ends it
        non_finite_.count = 1;
    }
}

}  // namespace ablate::train
