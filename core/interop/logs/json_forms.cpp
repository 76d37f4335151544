#include "core/interop/logs/json_forms.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/logs/reading.h"
#include "core/interop/logs/table.h"
#include "core/io/numbers.h"

#include <algorithm>
#include <charconv>

// The forms in which programs write a whole log as one JSON value: a list of lines, several lists, lists by column.
namespace ablate::interop::logs {

namespace {

bool is_log_key(const std::string& key) {
    const Role role = meaning_of(key, {}).role;
    return role == Role::step || is_loss(role) || is_epoch(key);
}

bool has_log_key(const Json& object) {
    return std::any_of(object.items().begin(), object.items().end(),
                       [](const auto& item) { return is_log_key(item.key()); });
}

bool is_list_of_objects(const Json& list) { return list.is_array() && !list.empty() && list.front().is_object(); }

double step_in(const Json& line, const ReadOptions& options) {
    double step = kUnknown;
    StepOrder best;
    for (const auto& [key, value] : line.items()) {
        const StepOrder order = io::is_number(value) ? step_order(key, options.columns) : best;
        if (order >= best) continue;
        best = order;
        step = io::number_from_json(value);
    }
    return step;
}

// "val_log" and "eval_history" hold evaluations: a plain loss in them is "val/loss" and "eval/loss".
void name_as_evaluation(const std::string& list, Json& line) {
    const std::string word = list.substr(0, list.find_first_of("_/ -."));
    if (meaning_of(word + "/loss", {}).role != Role::val_loss) return;
    for (const char* key : {"loss", "bpb"}) {
        if (!line.contains(key)) continue;
        const Json value = line[key];
        line.erase(key);
        line[word + "/" + key] = value;
    }
}

// Lists of one log, such as train_log and val_log, as one list in the order of the steps.
Json merged_lists(const Json& json, const std::vector<std::string>& names, const ReadOptions& options,
                  ImportedRun& run) {
    std::vector<std::pair<double, Json>> lines;
    for (const std::string& name : names) {
        double last = -1;
        for (Json line : json[name]) {
            if (!line.is_object()) throw InputError("{}: {} holds more than objects", run.path.string(), quote(name));
            read_numbers_in_text(line);
            const double step = step_in(line, options);
            if (!(step >= last))
                throw InputError(
                    "{}: holds several lists of log lines ({}), which are merged by step, but a line of {} has no step "
                    "or a lower one than the line before it. Import each list as a file.",
                    run.path.string(), quote(join(names, ", ")), quote(name));
            last = step;
            name_as_evaluation(name, line);
            lines.emplace_back(step, std::move(line));
        }
    }
    std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Json merged = Json::array();
    for (auto& [step, line] : lines) merged.push_back(std::move(line));
    run.remarks.push_back(fmt::format("its log lines are those of {}, in the order of their steps", join(names, ", ")));
    return merged;
}

bool is_number_or_text_of_one(const Json& value) {
    return io::is_number(value) ||
           (value.is_string() && number_of(trim(value.get_ref<const std::string&>()), Comma::none).has_value());
}

// {"step": [1, 2], "loss": [3.1, 2.9]} as lines; none where no member is a list of numbers.
Json lines_of_columns(const Json& json, const ReadOptions& options, ImportedRun& run) {
    std::vector<std::string> names;
    for (const auto& [key, values] : json.items())
        if (values.is_array() && std::any_of(values.begin(), values.end(), is_number_or_text_of_one))
            names.push_back(key);
    if (names.empty()) return Json::array();
    const auto is_own = [&](const std::string& name) { return meaning_of(name, options.columns).role == Role::own; };
    // The list of the steps tells how long the others are, else that of a metric that is known here.
    const auto order = [&](const std::string& name) {
        return std::pair(step_order(name, options.columns), is_own(name));
    };
    const std::string first = *std::min_element(names.begin(), names.end(),
                                                [&](const auto& a, const auto& b) { return order(a) < order(b); });
    const std::size_t length = json[first].size();
    Json lines = Json::array();
    for (std::size_t i = 0; i < length; ++i) lines.push_back(Json::object());
    for (const std::string& name : names) {
        const Json& values = json[name];
        if (values.size() != length && is_own(name)) {
            run.remarks.push_back(fmt::format("{} has {} values where {} has {}, and is left out", quote(name),
                                              values.size(), quote(first), length));
            continue;
        }
        if (values.size() != length)
            throw InputError(
                "{}: {} has {} values and {} has {}, so their steps are unknown. Give each list the same length, "
                "with null where there is no value.",
                run.path.string(), quote(first), length, quote(name), values.size());
        for (std::size_t i = 0; i < length; ++i)
            if (!values[i].is_null()) lines[i][name] = values[i];
    }
    return lines;
}

bool is_index(const std::string& key) {
    return !key.empty() && key.size() <= 15 &&
           std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Rows in the order of their numbers: as text, "10" would come before "2".
Json lines_of_indexed_table(const Json& json) {
    std::map<std::int64_t, Json> rows;
    for (const auto& [column, values] : json.items())
        for (const auto& [index, value] : values.items()) {
            std::int64_t row = 0;
            std::from_chars(index.data(), index.data() + index.size(), row);
            if (!value.is_null()) rows[row][column] = value;
        }
    Json lines = Json::array();
    for (auto& [row, line] : rows) lines.push_back(std::move(line));
    return lines;
}

// TensorBoard calls the file run-RUN-tag-TAG.json, with _ for / in the tag.
Json lines_of_scalars(const Json& json, const ReadOptions& options, const std::filesystem::path& file) {
    const std::string stem = file.stem().string();
    constexpr std::string_view kTag = "-tag-";
    const auto tag = stem.rfind(kTag);
    const std::string name = tag == std::string::npos ? "value" : stem.substr(tag + kTag.size());
    const bool is_named = std::any_of(options.columns.begin(), options.columns.end(),
                                      [&](const auto& one) { return one.second == name; });
    if (tag == std::string::npos && !is_named)
        throw InputError(
            "{}: holds [time, step, value] as TensorBoard downloads them, and does not tell of which tag; "
            "call the file run-RUN-tag-TAG.json, as TensorBoard does{}",
            file.string(), options.offers_options ? ", or say --column loss=value" : "");
    Json lines = Json::array();
    for (const Json& point : json) {
        if (!point.is_array() || point.size() != 3)
            throw InputError("{}: point {} is not [time, step, value]", file.string(), lines.size() + 1);
        Json line = Json::object();
        line["wall_time"] = point[0];
        line["step"] = point[1];
        line[name] = point[2];
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace

bool is_list_of_log_lines(const Json& list) {
    if (!is_list_of_objects(list)) return false;
    return std::any_of(list.begin(), list.end(),
                       [](const Json& line) { return line.is_object() && has_log_key(line); });
}

bool is_indexed_table(const Json& json) {
    if (!json.is_object() || !has_log_key(json)) return false;
    return std::all_of(json.begin(), json.end(), [](const Json& column) {
        return column.is_object() && !column.empty() &&
               std::all_of(column.items().begin(), column.items().end(),
                           [](const auto& item) { return is_index(item.key()); });
    });
}

bool is_scalar_download(const Json& json) {
    if (!json.is_array() || json.empty() || !json.front().is_array() || json.front().size() != 3) return false;
    return std::all_of(json.front().begin(), json.front().end(), io::is_number);
}

Json history_in(const Json& json, const ReadOptions& options, ImportedRun& run) {
    if (is_scalar_download(json)) return lines_of_scalars(json, options, run.path);
    if (json.is_array()) return json;
    if (json.contains("log_history") && json["log_history"].is_array()) return json["log_history"];
    std::vector<std::string> logs, lists;
    for (const auto& [key, value] : json.items()) {
        if (is_list_of_objects(value)) lists.push_back(key);
        if (is_list_of_log_lines(value)) logs.push_back(key);
    }
    if (logs.size() > 1) return merged_lists(json, logs, options, run);
    if (logs.empty() && !lists.empty()) logs = {lists.front()};
    if (!logs.empty()) {
        run.remarks.push_back(fmt::format("its log lines are those of {}; it has no log_history", quote(logs.front())));
        return json[logs.front()];
    }
    if (is_indexed_table(json)) return lines_of_indexed_table(json);
    if (Json lines = lines_of_columns(json, options, run); !lines.empty()) return lines;
    throw InputError("{}: has no log_history, and is neither a list of log lines nor an object with one",
                     run.path.string());
}

}  // namespace ablate::interop::logs
