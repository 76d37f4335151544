#pragma once
#include "core/base/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What happens in a run, a line each in its events.jsonl. This is the one reader and writer of those lines: whatever
// tells, keeps, draws or reports an event uses these types. No torch in this header.
namespace ablate::train {

// Numbers that are not finite are written as "NaN", "Infinity" and "-Infinity". What a line did not tell is absent:
// imported logs tell less than our own trainer.
struct EvaluationEvent {
    static constexpr const char* kType = "evaluation";
    std::string set{};
    std::optional<double> loss{}, perplexity{};  // nats a token, and its exponential
    std::optional<double> bpb{}, bpb_masked{};   // bits a byte: special tokens counted / masked
    std::optional<std::int64_t> tokens{};
    std::optional<double> seconds{};
    // Losses of equal stretches of the set, in its order: means over as many consecutive windows each, in nats a token.
    // Runs that read the same windows have the same stretches.
    std::optional<std::vector<double>> blocks{};
};

// A checkpoint was saved.
struct CheckpointEvent {
    static constexpr const char* kType = "checkpoint";
    std::string folder{}, reason{}, weights_sha256{};  // the folder's name, below the run's checkpoints
};

// What became of the tensors when the run began from given weights. The lists are those that model::to_json(StartPlan)
// writes.
struct StartEvent {
    static constexpr const char* kType = "start";
    std::string from{}, sha256{};
    Json kept = Json::array(), dropped = Json::array(), fresh = Json::array();  // `fresh` is "new" in the file
};

struct SpikeEvent {
    static constexpr const char* kType = "spike";
    std::optional<std::string> of{};  // "loss" or "grad_norm"
    std::optional<double> value{}, median{}, threshold{};
};

struct SpikeRecoveredEvent {
    static constexpr const char* kType = "spike_recovered";
    std::optional<std::string> of{};
    std::optional<std::int64_t> since{};  // the step at which the spike began
    std::optional<double> peak{};
};

// Of a gradient norm that overflowed while each gradient was finite.
struct LargestGradient {
    std::string block{}, tensor{};
    double value = 0;
};

struct NonFiniteEvent {
    static constexpr const char* kType = "non_finite";
    std::optional<double> loss{}, grad_norm{}, validation_loss{};
    std::optional<std::string> tensor{};  // the first that is not finite; "" when nobody looked
    std::optional<LargestGradient> largest_gradient{};
    std::optional<double> logged_as{};  // of an imported log: the number in place of the loss
};

// The values of a step are finite after `count` steps whose values were not.
struct FiniteAgainEvent {
    static constexpr const char* kType = "finite_again";
    std::int64_t since = 0, count = 0;
};

// The loss is finite and its exponential is not.
struct PerplexityOverflowEvent {
    static constexpr const char* kType = "perplexity_overflow";
    std::optional<double> loss{}, validation_loss{};
};

// A line of a later version or of another program: kept as it is.
struct UnknownEvent {
    Json line = nullptr;
};

using EventKind = std::variant<UnknownEvent, EvaluationEvent, CheckpointEvent, StartEvent, SpikeEvent,
                               SpikeRecoveredEvent, NonFiniteEvent, FiniteAgainEvent, PerplexityOverflowEvent>;

struct Event {
    std::int64_t step = 0;  // of an evaluation, a checkpoint and a start: updates done so far; 0 of an UnknownEvent
    EventKind what{};
    std::optional<double> time{};  // unix seconds
    Json more = nullptr;           // an object of further keys, which a later version wrote; null: none
};

// {"type": "spike", "step": ...}: the line as it was read, or is to be written.
Json to_json(const Event& event);
Json to_json(const std::vector<Event>& events);
// Never throws: a line that lacks what its type must have becomes an UnknownEvent.
Event event_from_json(const Json& line);
std::string type_of(const Event& event);  // "spike"; "" of an UnknownEvent without one

}  // namespace ablate::train
