#pragma once
#include <array>
#include <cstddef>
#include <string>

// The metrics of a run, each declared once: the sink that logs them, the readers of other programs' logs, the live
// charts, the comparison and the figures of the report take tags, titles, units and scales from this table.
namespace ablate::run {

// Tags of the dense log.
inline constexpr const char* kTrainLoss = "train/loss";
inline constexpr const char* kGradNorm = "grad/norm";
inline constexpr const char* kLearningRate = "optim/lr";
inline constexpr const char* kTokensPerSecond = "throughput/tokens_per_second";

// The weight of the exponential moving average with which a page begins; 0: the page draws the values as they are.
struct Smoothing {
    double live = 0;     // 0.6 is also TensorBoard's
    double compare = 0;  // of each seed, before the mean is taken
};

enum class MetricId { train_loss, val_loss, val_bpb, grad_norm, learning_rate, tokens_per_second };

struct Metric {
    MetricId id = MetricId::train_loss;
    const char* key = "";     // in the settings of the window, where it must not change
    const char* column = "";  // as `ablate import log --column` calls it
    const char* tag = "";     // in the dense log; "" for an evaluation
    const char* field = "";   // of an evaluation in events.jsonl; "" for a metric of the dense log
    const char* title = "";
    const char* unit = "";      // shown in parentheses; "" where the title says it
    const char* figure = "";    // name of its figure in a report; "" where it has none
    bool is_loss = false;       // in nats per token; the axis ends far above the loss of a uniform guess
    bool log_scale = false;     // of the y axis, until somebody chooses otherwise
    bool shows_events = false;  // Live marks collapses and spikes on it
    Smoothing smoothing{};

    constexpr bool is_evaluation() const { return *field != '\0'; }
};

// In the order of MetricId.
inline constexpr std::array kMetrics{
    Metric{.id = MetricId::train_loss,
           .key = "train_loss",
           .column = "loss",
           .tag = kTrainLoss,
           .title = "Training loss",
           .unit = "nats per token",
           .figure = "training-loss",
           .is_loss = true,
           .shows_events = true,
           .smoothing = {0.6, 0.9}},
    Metric{.id = MetricId::val_loss,
           .key = "val_loss",
           .column = "val_loss",
           .field = "loss",
           .title = "Validation loss",
           .unit = "nats per token",
           .figure = "validation-loss",
           .is_loss = true},
    Metric{.id = MetricId::val_bpb,
           .key = "bpb",
           .column = "val_bpb",
           .field = "bpb",
           .title = "Validation bits per byte"},
    Metric{.id = MetricId::grad_norm,
           .key = "grad_norm",
           .column = "grad_norm",
           .tag = kGradNorm,
           .title = "Gradient norm",
           .unit = "before clipping",
           .figure = "grad-norm",
           .log_scale = true,
           .shows_events = true,
           .smoothing = {0.6, 0}},
    Metric{.id = MetricId::learning_rate,
           .key = "lr",
           .column = "lr",
           .tag = kLearningRate,
           .title = "Learning rate",
           .figure = "learning-rate"},
    Metric{.id = MetricId::tokens_per_second,
           .key = "tokens_per_second",
           .column = "tokens_per_second",
           .tag = kTokensPerSecond,
           .title = "Tokens per second",
           .smoothing = {0.6, 0}},
};

// Where the metrics are shown, in the order of the lists and figures. Compare and the report draw one curve for what
// the comparison compares: there val_loss means the validation loss, or what takes its place (study::measured_metric).
inline constexpr std::array kLiveMetrics{MetricId::train_loss, MetricId::val_loss,      MetricId::val_bpb,
                                         MetricId::grad_norm,  MetricId::learning_rate, MetricId::tokens_per_second};
inline constexpr std::array kCompareMetrics{MetricId::val_loss, MetricId::train_loss};
inline constexpr std::array kReportMetrics{MetricId::val_loss, MetricId::train_loss, MetricId::grad_norm,
                                           MetricId::learning_rate};

constexpr const Metric& metric(MetricId id) { return kMetrics[static_cast<std::size_t>(id)]; }

std::string axis_title(const Metric& metric);   // "Training loss (nats per token)"
std::string in_sentence(const Metric& metric);  // "training loss"

// The tag of an evaluation in the dense log, "eval/val/loss". The full precision is in events.jsonl.
std::string evaluation_tag(const std::string& set, MetricId id);

// An imported group of runs is logged as its mean. The lowest and highest values of its runs are logged next to it as
// TAG/min and TAG/max; the TAG of a validation loss is loss_tag(SET).
std::string loss_tag(const std::string& set);
inline constexpr const char *kLowestOf = "/min", *kHighestOf = "/max";

}  // namespace ablate::run
