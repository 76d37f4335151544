#include "core/train/events.h"

#include "core/io/numbers.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ablate::train {

namespace {

// Every key of every kind, once for the reader and the writer.
template <class Kind, class Visit>
void visit_fields(Kind& kind, Visit&& visit) {
    using Plain = std::remove_const_t<Kind>;
    if constexpr (std::is_same_v<Plain, EvaluationEvent>) {
        visit("set", kind.set);
        visit("loss", kind.loss);
        visit("perplexity", kind.perplexity);
        visit("bpb", kind.bpb);
        visit("bpb_masked", kind.bpb_masked);
        visit("tokens", kind.tokens);
        visit("seconds", kind.seconds);
        visit("blocks", kind.blocks);
    } else if constexpr (std::is_same_v<Plain, CheckpointEvent>) {
        visit("folder", kind.folder);
        visit("reason", kind.reason);
        visit("weights_sha256", kind.weights_sha256);
    } else if constexpr (std::is_same_v<Plain, StartEvent>) {
        visit("from", kind.from);
        visit("sha256", kind.sha256);
        visit("kept", kind.kept);
        visit("dropped", kind.dropped);
        visit("new", kind.fresh);
    } else if constexpr (std::is_same_v<Plain, SpikeEvent>) {
        visit("of", kind.of);
        visit("value", kind.value);
        visit("median", kind.median);
        visit("threshold", kind.threshold);
    } else if constexpr (std::is_same_v<Plain, SpikeRecoveredEvent>) {
        visit("of", kind.of);
        visit("since", kind.since);
        visit("peak", kind.peak);
    } else if constexpr (std::is_same_v<Plain, NonFiniteEvent>) {
        visit("loss", kind.loss);
        visit("grad_norm", kind.grad_norm);
        visit("validation_loss", kind.validation_loss);
        visit("tensor", kind.tensor);
        visit("largest_gradient", kind.largest_gradient);
        visit("logged_as", kind.logged_as);
    } else if constexpr (std::is_same_v<Plain, FiniteAgainEvent>) {
        visit("since", kind.since);
        visit("count", kind.count);
    } else {
        static_assert(std::is_same_v<Plain, PerplexityOverflowEvent>);
        visit("loss", kind.loss);
        visit("validation_loss", kind.validation_loss);
    }
}

bool read(const Json& json, std::string& value) {
    if (!json.is_string()) return false;
    value = json.get<std::string>();
    return true;
}

bool read(const Json& json, double& value) {
    if (!io::is_number(json)) return false;
    value = io::number_from_json(json);
    return true;
}

// An unsigned value beyond int64 would wrap in get<>.
bool read(const Json& json, std::int64_t& value) {
    if (!json.is_number_integer() || (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX)) return false;
    value = json.get<std::int64_t>();
    return true;
}

// A list.
bool read(const Json& json, Json& value) {
    if (!json.is_array()) return false;
    value = json;
    return true;
}

bool read(const Json& json, std::vector<double>& values) {
    if (!json.is_array() || !std::all_of(json.begin(), json.end(), io::is_number)) return false;
    for (const Json& value : json) values.push_back(io::number_from_json(value));
    return true;
}

bool read(const Json& json, LargestGradient& value) {
    if (!json.is_object() || json.size() != 3) return false;
    const auto has = [&](const char* key, auto& part) { return json.contains(key) && read(json[key], part); };
    return has("block", value.block) && has("tensor", value.tensor) && has("value", value.value);
}

Json written(const std::string& value) { return value; }
Json written(double value) { return io::number_to_json(value); }
Json written(std::int64_t value) { return value; }
Json written(const Json& value) { return value; }
Json written(const std::vector<double>& values) {
    Json list = Json::array();
    for (const double value : values) list.push_back(io::number_to_json(value));
    return list;
}
Json written(const LargestGradient& value) {
    return {{"block", value.block}, {"tensor", value.tensor}, {"value", io::number_to_json(value.value)}};
}

// Takes the values it is asked for out of a line. What is left belongs to a later version.
class FieldReader {
  public:
    explicit FieldReader(Json line) : rest_(std::move(line)) {}

    template <class T>
    void operator()(const char* key, std::optional<T>& value) {
        T found{};
        if (take(key, found)) value = std::move(found);
    }
    template <class T>
    void operator()(const char* key, T& value) {
        if (!take(key, value)) complete_ = false;
    }
    void drop(const char* key) { rest_.erase(key); }
    bool complete() const { return complete_; }
    Json rest() && { return rest_.empty() ? Json(nullptr) : std::move(rest_); }

  private:
    template <class T>
    bool take(const char* key, T& value) {
        const auto found = rest_.find(key);
        if (found == rest_.end() || !read(*found, value)) return false;
        rest_.erase(found);
        return true;
    }

    Json rest_;
    bool complete_ = true;
};

class FieldWriter {
  public:
    explicit FieldWriter(Json& line) : line_(line) {}

    template <class T>
    void operator()(const char* key, const std::optional<T>& value) {
        if (value) line_[key] = written(*value);
    }
    template <class T>
    void operator()(const char* key, const T& value) {
        line_[key] = written(value);
    }

  private:
    Json& line_;
};

template <class Kind>
std::optional<Event> read_as(const Json& line) {
    FieldReader reader(line);
    Kind kind;
    Event event;
    reader("step", event.step);
    reader("time", event.time);
    visit_fields(kind, reader);
    if (!reader.complete()) return std::nullopt;
    reader.drop("type");
    event.what = std::move(kind);
    event.more = std::move(reader).rest();
    return event;
}

template <class Kind>
std::pair<const std::string_view, std::optional<Event> (*)(const Json&)> reader_of() {
    return {Kind::kType, &read_as<Kind>};
}

std::string type_of_line(const Json& line) {
    if (!line.is_object()) return {};
    const auto type = line.find("type");
    return type != line.end() && type->is_string() ? type->get<std::string>() : std::string();
}

}  // namespace

Event event_from_json(const Json& line) {
    static const std::map<std::string_view, std::optional<Event> (*)(const Json&)> readers = {
        reader_of<EvaluationEvent>(),  reader_of<CheckpointEvent>(),        reader_of<StartEvent>(),
        reader_of<SpikeEvent>(),       reader_of<SpikeRecoveredEvent>(),    reader_of<NonFiniteEvent>(),
        reader_of<FiniteAgainEvent>(), reader_of<PerplexityOverflowEvent>()};
    const auto reader = readers.find(type_of_line(line));
    if (reader != readers.end())
        if (std::optional<Event> event = reader->second(line)) return *std::move(event);
    Event unknown;
    unknown.what = UnknownEvent{line};
    return unknown;
}

std::string type_of(const Event& event) {
    return std::visit(
        [](const auto& kind) -> std::string {
            if constexpr (std::is_same_v<std::decay_t<decltype(kind)>, UnknownEvent>)
                return type_of_line(kind.line);
            else
                return std::decay_t<decltype(kind)>::kType;
        },
        event.what);
}

Json to_json(const Event& event) {
    if (const auto* unknown = std::get_if<UnknownEvent>(&event.what)) return unknown->line;
    Json line = event.more.is_object() ? event.more : Json::object();
    line["type"] = type_of(event);
    line["step"] = event.step;
    if (event.time) line["time"] = io::number_to_json(*event.time);
    std::visit(
        [&](const auto& kind) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(kind)>, UnknownEvent>)
                visit_fields(kind, FieldWriter(line));
        },
        event.what);
    return line;
}

Json to_json(const std::vector<Event>& events) {
    Json lines = Json::array();
    for (const Event& event : events) lines.push_back(to_json(event));
    return lines;
}

}  // namespace ablate::train
