#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/logs/reading.h"
#include "core/io/numbers.h"

#include <algorithm>
#include <cmath>
#include <set>

// Log lines as JSON objects: of Hugging Face's Trainer, and of every program that writes one object a line.
namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

// {"train": {"loss": 3}} is {"train/loss": 3}.
void flatten(const Json& object, const std::string& prefix, int depth, Json& flat) {
    for (const auto& [key, value] : object.items()) {
        if (value.is_object() && depth < 4)
            flatten(value, prefix + key + "/", depth + 1, flat);
        else
            flat[prefix + key] = value;
    }
}

// The keys such as val/step that count steps. A time/step with fractions is a duration.
std::set<std::string> own_steps(const std::vector<HistoryLine>& lines) {
    std::set<std::string> keys, others;
    for (const HistoryLine& line : lines)
        for (const auto& [key, value] : line.values.items()) {
            if (!io::is_number(value) || !(key.ends_with("/step") || key.ends_with("/global_step"))) continue;
            const double number = io::number_from_json(value);
            (number >= 0 && std::floor(number) == number ? keys : others).insert(key);
        }
    std::erase_if(keys, [&](const std::string& key) { return others.contains(key); });
    return keys;
}

// The column that counts the updates, over all lines: "" for none.
std::string step_column(const std::vector<HistoryLine>& lines, const std::map<std::string, std::string>& columns) {
    std::string best;
    int best_rank = kNoStepRank;
    for (const HistoryLine& line : lines)
        for (const auto& [key, value] : line.values.items())
            if (const int rank = step_rank(key, columns); rank < best_rank && io::is_number(value)) {
                best = key;
                best_rank = rank;
            }
    return best;
}

std::optional<std::string> step_key_of(const Json& line, const std::string& column, const std::set<std::string>& own) {
    if (line.contains(column) && io::is_number(line[column])) return column;
    for (const auto& [key, value] : line.items())
        if (own.contains(key) && io::is_number(value)) return key;
    return {};
}

bool is_average(const Json& line, const std::string& loss) {
    return line.contains("train_loss") && !line.contains(loss);
}

// trainer.evaluate(metric_key_prefix="wiki") logs wiki_loss beside wiki_runtime, with an empty prefix loss beside
// runtime.
std::string name_in_line(const std::string& key, const Json& line, const std::map<std::string, std::string>& columns) {
    const auto timed = [&](const std::string& prefix) {
        return line.contains(prefix + "runtime") || line.contains(prefix + "samples_per_second");
    };
    if (std::any_of(columns.begin(), columns.end(), [&](const auto& one) { return one.second == key; })) return key;
    if ((key == "loss" || key == "_loss") && timed(key.substr(0, key.size() - 4)) && !line.contains("grad_norm") &&
        !line.contains("learning_rate"))
        return "eval_loss";
    if (!key.ends_with("_loss") || meaning_of(key, columns).role != Role::own) return key;
    const std::string set = key.substr(0, key.size() - 5);
    return !set.empty() && timed(set + "_") ? "eval/" + set + "/loss" : key;
}

void add_values(const HistoryLine& line, const std::string& step_key, const ReadOptions& options, LogBuilder& log) {
    for (const auto& [key, value] : line.values.items()) {
        if (key == step_key || value.is_null() || value.is_boolean()) continue;
        if (io::is_number(value))
            log.add(name_in_line(key, line.values, options.columns), io::number_from_json(value));
        else
            log.leave_out(fmt::format("{} holds {}", quote(key), value.is_string() ? "words" : "no single number"));
    }
}

double time_in(const Json& line, const std::map<std::string, std::string>& columns) {
    for (const auto& [key, value] : line.items())
        if (value.is_number() && meaning_of(key, columns).role == Role::time) return value.get<double>();
    return kUnknown;
}

}  // namespace

bool is_closing(const std::vector<HistoryLine>& lines, std::size_t i, const std::string& loss) {
    if (lines[i].values.contains("train_runtime")) return true;
    return i > 0 && i + 1 == lines.size() && is_average(lines[i].values, loss) &&
           std::none_of(lines.begin(), lines.end() - 1,
                        [&](const HistoryLine& line) { return is_average(line.values, loss); });
}

void read_closing(const HistoryLine& line, const std::string& where, ImportedRun& run) {
    for (const auto& [key, value] : line.values.items())
        if (io::is_number(value) && key != "train_loss" && key != "train_runtime" && key != "epoch" && key != "step")
            run.summary[plain_name(key)] = value;
    if (const auto seconds = number_in(line.values, "train_runtime", line.at)) {
        if (run.seconds > 0) run.remarks.push_back("its time is the sum of the times that its closing lines tell");
        run.seconds = run.seconds > 0 ? run.seconds + *seconds : *seconds;
    }
    if (const auto average = number_in(line.values, "train_loss", line.at)) set_run_average(run, *average, where);
}

void read_history(const std::vector<HistoryLine>& lines, const std::string& where, const ReadOptions& options,
                  LogBuilder& log, ImportedRun& run) {
    const auto named = options.columns.find("loss");
    const std::string loss = named == options.columns.end() ? "loss" : named->second;
    const std::string column = step_column(lines, options.columns);
    const std::set<std::string> own = own_steps(lines);
    const bool unnumbered = std::none_of(lines.begin(), lines.end(), [&](const HistoryLine& line) {
        return step_key_of(line.values, column, own).has_value();
    });
    if (unnumbered && lines.size() > 1)
        run.remarks.push_back("its lines have no step: they are counted from 1, which need not be updates");
    std::int64_t counted = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const HistoryLine& line = lines[i];
        for (const char* key : {"loss", "grad_norm", "eval_loss"}) number_in(line.values, key, line.at);
        if (is_closing(lines, i, loss)) {
            log.add_statement([line, where](ImportedRun& whole) { read_closing(line, where, whole); });
            continue;
        }
        const auto key = step_key_of(line.values, column, own);
        if (!key && !unnumbered) {
            log.leave_out("a line without a step belongs to none", static_cast<std::int64_t>(line.values.size()));
            continue;
        }
        if (!key && lines.size() == 1) throw InputError("{}: has no step", line.at);
        const std::int64_t step = key ? checked_step(io::number_from_json(line.values[*key]), line.at) : ++counted;
        log.begin_line(step, time_in(line.values, options.columns), line.number);
        add_values(line, key.value_or(""), options, log);
    }
}

Runs read_json_lines(const fs::path& file, const ReadOptions& options) {
    const std::string text = read_text(file);
    ImportedRun run;
    run.format = "json-lines";
    run.path = file;
    run.sha256 = sha256_file(file);
    name_after(run, file.stem().string());
    std::vector<HistoryLine> lines;
    for_each_line(text, file, run, [&](const Json& line, std::size_t number, const std::string& at) {
        if (!line.is_object()) throw InputError("{}: is not a JSON object", at);
        HistoryLine one{Json::object(), number, at};
        flatten(line, "", 0, one.values);
        lines.push_back(std::move(one));
    });
    LogBuilder log(file.string(), options);
    read_history(lines, file.string(), options, log, run);
    for (const char* key : {"step", "time"}) {
        const auto named = options.columns.find(key);
        if (named == options.columns.end()) continue;
        if (std::none_of(lines.begin(), lines.end(),
                         [&](const auto& one) { return one.values.contains(named->second); }))
            throw InputError("{}: has no column {}", file.string(), quote(named->second));
    }
    log.require_named_columns(true);
    return log.finish(run);
}

}  // namespace ablate::interop::logs
