#include "core/interop/logs/history.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/logs/log_name.h"
#include "core/interop/logs/text.h"
#include "core/io/numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

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

// The columns that count steps.
struct StepKeys {
    std::string column;         // over all lines; "" for none
    int rank = kNoStepRank;     // of the column
    std::set<std::string> own;  // of a group of metrics, such as val/step
};

// pandas writes a missing step as NaN.
bool is_step(const Json& line, const std::string& key) {
    const auto found = key.empty() ? line.end() : line.find(key);
    return found != line.end() && io::is_number(*found) && !std::isnan(io::number_from_json(*found));
}

// The keys such as val/step that count steps.
std::set<std::string> own_steps(const std::vector<HistoryLine>& lines) {
    std::set<std::string> keys, others;
    for (const HistoryLine& line : lines)
        for (const auto& [key, value] : line.values.items()) {
            if (!is_step_of_evaluation(key) || !is_step(line.values, key)) continue;
            const double number = io::number_from_json(value);
            (number >= 0 && std::floor(number) == number ? keys : others).insert(key);
        }
    std::erase_if(keys, [&](const std::string& key) { return others.contains(key); });
    return keys;
}

bool differ_in_a_line(const std::vector<HistoryLine>& lines, const std::string& a, const std::string& b) {
    return std::any_of(lines.begin(), lines.end(), [&](const HistoryLine& line) {
        return is_step(line.values, a) && is_step(line.values, b) && line.values.at(a) != line.values.at(b);
    });
}

// The column that counts the updates, over all lines: "" for none. Where a log has several, the remarks say so.
std::string step_column(const std::vector<HistoryLine>& lines, const std::map<std::string, std::string>& columns,
                        std::vector<std::string>& remarks) {
    std::map<std::string, StepOrder> orders;
    for (const HistoryLine& line : lines)
        for (const auto& [key, value] : line.values.items())
            if (!orders.contains(key) && is_step(line.values, key)) orders[key] = step_order(key, columns);
    std::erase_if(orders, [](const auto& one) { return one.second.rank == kNoStepRank; });
    if (orders.empty()) return "";
    const auto best = std::min_element(orders.begin(), orders.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    for (const auto& [key, order] : orders)
        if (key != best->first && order.rank < kRankOfCalls && differ_in_a_line(lines, key, best->first))
            remarks.push_back(fmt::format("its steps are the values of {}; {} counts otherwise and is left out",
                                          quote(best->first), quote(key)));
    return best->first;
}

// What counts the step of the metric `key`: val/step for val/loss, else the column of the log; "" where nothing does.
std::string step_key_of(const Json& line, const std::string& key, const StepKeys& steps) {
    // The row's own train/global_step.
    if (steps.rank == kRankOfUpdates && is_step(line, steps.column)) return steps.column;
    const auto slash = steps.own.empty() ? std::string::npos : key.rfind('/');
    if (slash != std::string::npos)
        for (const char* name : {"global_step", "step"}) {
            const std::string own = key.substr(0, slash + 1) + name;
            if (steps.own.contains(own) && is_step(line, own)) return own;
        }
    if (is_step(line, steps.column)) return steps.column;
    for (const std::string& own : steps.own)
        if (is_step(line, own)) return own;
    return "";
}

bool is_average(const Json& line, const std::string& loss) {
    return line.contains("train_loss") && !line.contains(loss);
}

// What the Trainer writes into its closing line alone. Other programs may log it at every step.
bool has_totals(const Json& line) {
    return line.contains("train_runtime") || line.contains("train_samples_per_second");
}

// A loss of the line's own step, which no closing line has.
bool has_own_loss(const Json& line, const std::string& loss) {
    if (loss != "train_loss" && line.contains(loss)) return true;
    return std::any_of(line.items().begin(), line.items().end(),
                       [](const auto& item) { return is_evaluation(meaning_of(item.key(), {}).role); });
}

// True where all counters of the line are as in the line before.
bool repeats_step(const Json& line, const Json& before) {
    return std::all_of(line.items().begin(), line.items().end(), [&](const auto& item) {
        return meaning_of(item.key(), {}).role != Role::step ||
               (before.contains(item.key()) && before.at(item.key()) == item.value());
    });
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

void require_step_and_time(const std::vector<HistoryLine>& lines, const std::string& where,
                           const ReadOptions& options) {
    for (const char* key : {"step", "time"}) {
        const auto named = options.columns.find(key);
        if (named == options.columns.end()) continue;
        if (std::none_of(lines.begin(), lines.end(),
                         [&](const auto& one) { return one.values.contains(named->second); }))
            throw InputError("{}: has no column {}", where, quote(named->second));
    }
}

// A column of unknown name that rises with the lines as steps do: "" for none. Clocks and sums of other things rise
// too, so a name that may be one of those is left out.
std::string unknown_counter(const std::vector<HistoryLine>& lines) {
    constexpr std::array kSums{"time", "sec", "flo", "token", "sample", "param", "byte"};
    constexpr std::size_t kLongestName = 100;
    for (const auto& [key, ignored] : lines.front().values.items()) {
        if (key.size() > kLongestName || meaning_of(key, {}).role != Role::own) continue;
        if (is_epoch(key) || is_bookkeeping(key)) continue;
        if (std::any_of(kSums.begin(), kSums.end(),
                        [&, name = key](const char* word) { return name.find(word) != std::string::npos; }))
            continue;
        double last = -1;
        const bool rises = std::all_of(lines.begin(), lines.end(), [&, name = key](const HistoryLine& line) {
            if (!is_step(line.values, name)) return false;
            const double before = std::exchange(last, io::number_from_json(line.values.at(name)));
            return last > before && std::floor(last) == last;
        });
        if (rises) return key;
    }
    return "";
}

class HistoryReader {
  public:
    HistoryReader(const std::vector<HistoryLine>& lines, const std::string& where, const ReadOptions& options,
                  LogBuilder& log, ImportedRun& run)
        : lines_(lines), where_(where), options_(options), log_(log), run_(run) {
        const auto named = options.columns.find("loss");
        loss_ = named == options.columns.end() ? "loss" : named->second;
        steps_.column = step_column(lines, options.columns, run.remarks);
        steps_.rank = step_order(steps_.column, options.columns).rank;
        column_counts_calls_ = steps_.rank == kRankOfCalls;
        if (!options.columns.contains("step")) steps_.own = own_steps(lines);
        is_unnumbered_ = std::none_of(lines.begin(), lines.end(), [&](const HistoryLine& line) {
            return !step_key_of(line.values, "", steps_).empty();
        });
    }

    void read() {
        if (is_unnumbered_ && lines_.size() > 1) say_unnumbered();
        const std::vector<bool> closing = closing_lines(lines_, loss_);
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            const HistoryLine& line = lines_[i];
            for (const char* key : {"loss", "grad_norm", "eval_loss"}) number_in(line.values, key, line.at);
            if (closing[i]) {
                log_.add_statement([line, where = where_](ImportedRun& run) { read_closing(line, where, run); });
                is_closed_ = true;
            } else {
                read_line(line);
            }
        }
        if (counts_calls_) run_.remarks.push_back(kCountsCalls);
        if (has_scaled_times_) run_.remarks.push_back(kScaledTimes);
    }

  private:
    void say_unnumbered() {
        if (const std::string counter = unknown_counter(lines_); !counter.empty())
            throw InputError("{}: has no step under a name known here, and {} rises from line to line as a step does{}",
                             where_, quote(counter),
                             options_.offers_options ? "; name the step: --column step=" + one_line(counter) : "");
        run_.remarks.push_back("its lines have no step: they are counted from 1, which need not be updates");
    }

    void read_line(const HistoryLine& line) {
        const Json& values = line.values;
        if (!is_unnumbered_ && step_key_of(values, "", steps_).empty()) {
            log_.leave_out("a line without a step belongs to none", static_cast<std::int64_t>(values.size()));
            return;
        }
        if (is_unnumbered_ && lines_.size() == 1) throw InputError("{}: has no step", line.at);
        if (is_unnumbered_) ++counted_;
        // Metrics of one line may have their own counters.
        std::map<std::int64_t, std::vector<std::string>> keys_at;
        for (const auto& [key, value] : values.items()) {
            if (key == steps_.column || steps_.own.contains(key) || value.is_null() || value.is_boolean()) continue;
            const char* what = value.is_string() ? "words" : "no single number";
            if (io::is_number(value))
                keys_at[is_unnumbered_ ? counted_ : step_of(line, key)].push_back(key);
            else
                log_.leave_out(fmt::format("{} holds {}", quote(key), what));
        }
        for (const auto& [step, keys] : keys_at) add_values(line, step, keys);
    }

    std::int64_t step_of(const HistoryLine& line, const std::string& key) {
        const std::string counter = step_key_of(line.values, key, steps_);
        counts_calls_ |= column_counts_calls_ && counter == steps_.column;
        return checked_step(io::number_from_json(line.values.at(counter)), line.at);
    }

    // An evaluation after the closing line may be that of a reloaded best checkpoint: the value that was logged during
    // the training stays.
    void add_values(const HistoryLine& line, std::int64_t step, const std::vector<std::string>& keys) {
        if (step != last_step_) {
            last_step_ = step;
            names_at_last_step_.clear();
            is_closed_ = false;
        }
        const bool is_late = is_closed_ && !line.values.contains(loss_);
        log_.begin_line(step, time_in(line.values), line.number);
        for (const std::string& key : keys) {
            const std::string name = name_in_line(key, line.values, options_.columns);
            const bool is_new = names_at_last_step_.insert(name).second;
            if (is_new || !is_late)
                log_.add(name, io::number_from_json(line.values.at(key)));
            else
                log_.leave_out(
                    "the step of the closing line has such a value already, and one that is logged after that line may "
                    "be of a reloaded best checkpoint");
        }
    }

    double time_in(const Json& line) {
        for (const auto& [key, value] : line.items()) {
            if (!value.is_number() || meaning_of(key, options_.columns).role != Role::time) continue;
            const double told = value.get<double>(), time = unix_seconds(told);
            has_scaled_times_ |= time != told;
            return time;
        }
        return kUnknown;
    }

    const std::vector<HistoryLine>& lines_;
    const std::string& where_;
    const ReadOptions& options_;
    LogBuilder& log_;
    ImportedRun& run_;
    std::string loss_;
    StepKeys steps_;
    bool column_counts_calls_ = false, is_unnumbered_ = false;
    bool counts_calls_ = false, has_scaled_times_ = false;
    std::int64_t counted_ = 0;
    bool is_closed_ = false;  // a closing line follows the last step's lines
    std::int64_t last_step_ = -1;
    std::set<std::string> names_at_last_step_;
};

}  // namespace

std::vector<bool> closing_lines(const std::vector<HistoryLine>& lines, const std::string& loss) {
    std::vector<bool> closing;
    bool has_loss = false;
    for (const HistoryLine& line : lines) {
        has_loss |= loss != "train_loss" && line.values.contains(loss);
        closing.push_back(has_totals(line.values) && !has_own_loss(line.values, loss));
    }
    // Totals in several lines and no loss under another name: the program logs them at every step.
    if (!has_loss && std::count(closing.begin(), closing.end(), true) > 1) closing.assign(lines.size(), false);
    if (lines.size() < 2 || closing.back()) return closing;
    const Json& last = lines.back().values;
    closing.back() = is_average(last, loss) && !has_own_loss(last, loss) &&
                     repeats_step(last, lines[lines.size() - 2].values) &&
                     std::none_of(lines.begin(), lines.end() - 1,
                                  [&](const HistoryLine& other) { return is_average(other.values, loss); });
    return closing;
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

void read_history(std::vector<HistoryLine> lines, const std::string& where, const ReadOptions& options, LogBuilder& log,
                  ImportedRun& run) {
    for (HistoryLine& line : lines) read_numbers_in_text(line.values);
    require_step_and_time(lines, where, options);
    HistoryReader(lines, where, options, log, run).read();
}

Runs read_json_lines(const fs::path& file, const ReadOptions& options) {
    const std::string text = read_text(file), where = file.string();
    ImportedRun run;
    run.format = "json-lines";
    run.path = file;
    run.sha256 = sha256_file(file);
    name_after(run, name_of_file(file));
    std::vector<HistoryLine> lines;
    for_each_line(text, file, run, [&](const Json& line, std::size_t number, const std::string& at) {
        if (!line.is_object()) throw InputError("{}: is not a JSON object", at);
        HistoryLine one{Json::object(), number, at};
        flatten(line, "", 0, one.values);
        lines.push_back(std::move(one));
    });
    LogBuilder log(where, options);
    read_history(std::move(lines), where, options, log, run);
    log.require_named_columns(true);
    return log.finish(run);
}

}  // namespace ablate::interop::logs
