#include "core/interop/norm_ablation/import_metrics.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/interop/logs/history.h"
#include "core/interop/norm_ablation/layout.h"
#include "core/io/json_file.h"
#include "core/io/numbers.h"

#include <algorithm>

namespace ablate::interop::norm_ablation {

namespace fs = std::filesystem;

namespace {

bool is_evaluation(const Json& line) {
    return std::any_of(line.items().begin(), line.items().end(),
                       [](const auto& item) { return item.key().starts_with("eval_"); });
}

// Numbers that hold for the whole run, as far as nothing else has told them: averages, times.
void read_numbers(const Json& numbers, const std::string& where, ImportedRun& run) {
    const auto known = [&](const char* key) { return run.summary.contains(key); };
    if (const auto seconds = logs::number_in(numbers, "train_runtime", where); seconds && !(run.seconds > 0))
        run.seconds = *seconds;
    if (const auto average = logs::number_in(numbers, "train_loss", where); average && !known("run_average_train_loss"))
        logs::set_run_average(run, *average, where);
    for (const char* key : {"total_flos", "train_samples_per_second", "train_steps_per_second", "epoch"})
        if (const auto number = logs::number_in(numbers, key, where); number && !known(key))
            run.summary[key] = io::number_to_json(*number);
}

// `import norm-ablation` has neither --column nor --restarts.
logs::ReadOptions without_options() {
    logs::ReadOptions options;
    options.offers_options = false;
    return options;
}

class History {
  public:
    History(const std::string& where, bool counts_from_one, ImportedRun& run)
        : where_(where), counts_from_one_(counts_from_one), run_(run), log_(where, options_) {}

    // True when it held values of steps.
    bool read(const Json& json) {
        if (json.is_array())
            lines(json);
        else if (json.is_object() && json.contains("log_history"))
            lines(json["log_history"]);
        else if (json.is_object())
            lists_or_numbers(json);
        else
            throw InputError("{}: is neither an object nor a list", where_);
        if (any_) finish();
        run_.steps = std::max(run_.steps, last_step_);
        return any_;
    }

  private:
    const std::string& where_;
    const bool counts_from_one_;
    ImportedRun& run_;
    const logs::ReadOptions options_ = without_options();
    logs::LogBuilder log_;
    bool any_ = false, has_loss_ = false;
    std::int64_t last_step_ = 0;

    void finish() {
        if (!has_loss_)
            throw InputError("{}: holds no loss of any step under a name known here, such as loss or eval_loss",
                             where_);
        log_.finish_one(run_);
    }

    void add(const std::string& key, const Json& value) {
        log_.add(key, io::number_from_json(value));
        any_ = any_ || !logs::is_epoch(key);
        const logs::Role role = logs::meaning_of(key, options_.columns).role;
        has_loss_ = has_loss_ || logs::is_loss(role) || role == logs::Role::average;
    }

    void lines(const Json& list) {
        if (!list.is_array()) throw InputError("{}: log_history is no list", where_);
        std::vector<logs::HistoryLine> history;
        for (std::size_t i = 0; i < list.size(); ++i) {
            history.push_back({list[i], i + 1, fmt::format("{}: line {} of the list", where_, i + 1)});
            if (!list[i].is_object()) throw InputError("{}: is not an object", history.back().at);
        }
        const bool unnumbered =
            std::none_of(list.begin(), list.end(), [](const Json& line) { return line.contains("step"); });
        if (unnumbered && !list.empty())
            run_.remarks.push_back(
                fmt::format("{} numbers no steps: its lines are counted from 1", fs::path(where_).filename().string()));
        const std::vector<bool> closes = logs::closing_lines(history);
        for (std::size_t i = 0; i < history.size(); ++i) {
            const auto& [values, number, at] = history[i];
            const auto step =
                unnumbered ? static_cast<double>(number) : logs::number_in(values, "step", at).value_or(-1);
            const bool closing = closes[i];
            if (closing) {
                logs::read_closing(history[i], where_, run_);
                read_numbers(values, where_, run_);
            } else {
                line(values, logs::checked_step(step, at));
            }
            // The step of a loss that was not finite was not taken: of ours the closing line says how many were.
            const bool was_taken = !counts_from_one_ || closing;
            if (!unnumbered && step > 0 && was_taken) last_step_ = std::max(last_step_, logs::checked_step(step, at));
        }
    }

    void line(const Json& line, std::int64_t step) {
        const bool before_update = counts_from_one_ && step > 0 && !is_evaluation(line);
        log_.begin_line(step - (before_update ? 1 : 0));
        for (const auto& [key, value] : line.items()) {
            if (key == "step" || !io::is_number(value)) continue;
            if (logs::is_epoch(key))
                log_.set_epoch(io::number_from_json(value));
            else
                add(key, value);
        }
    }

    // {"step": [1, 2], "loss": [3.1, 2.9]}, or the numbers at the end of training.
    void lists_or_numbers(const Json& json) {
        const Json steps = json.contains("step") ? json["step"] : json.value("steps", Json());
        Json lists = Json::object();
        std::size_t longest = 0;
        for (const auto& [key, values] : json.items()) {
            if (!values.is_array() || key == "step" || key == "steps") continue;
            if (steps.is_array() && steps.size() != values.size())
                throw InputError("{}: {} has {} values for {} steps", where_, key, values.size(), steps.size());
            lists[key] = values;
            longest = std::max(longest, values.size());
        }
        for (std::size_t i = 0; i < longest; ++i) {
            const bool numbered = steps.is_array() && io::is_number(steps[i]);
            const double step = numbered ? io::number_from_json(steps[i]) : static_cast<double>(i + 1);
            log_.begin_line(logs::checked_step(step, where_));
            for (const auto& [key, values] : lists.items())
                if (i < values.size() && io::is_number(values[i])) add(key, values[i]);
        }
        Json numbers = Json::object();  // those of the whole run
        for (const auto& [key, value] : json.items())
            if (!value.is_array()) numbers[key] = value;
        read_numbers(numbers, where_, run_);
    }
};

// trainer_state.json of the folder or of its newest checkpoint, as the reader of the Trainer's logs finds it.
bool read_trainer_log(const fs::path& finetuned, ImportedRun& run, std::string& read_bytes) {
    std::error_code error;
    bool is_there = is_file(finetuned / kTrainerState);
    for (fs::directory_iterator entry(finetuned, error), end; !is_there && !error && entry != end;
         entry.increment(error))
        is_there = is_file(entry->path() / kTrainerState);
    if (!is_there) return false;
    logs::Runs runs = logs::read_hf_trainer(finetuned, without_options());
    if (runs.size() > 1)
        throw InputError("{}: its log holds {} trainings, one after another, where one is expected", finetuned.string(),
                         runs.size());
    ImportedRun logged = std::move(runs.front());
    run.metrics = std::move(logged.metrics);
    run.evaluations = std::move(logged.evaluations);
    run.steps = std::max(run.steps, logged.steps);
    if (!(run.seconds > 0)) run.seconds = logged.seconds;
    run.summary.update(logged.summary);
    run.remarks.insert(run.remarks.end(), logged.remarks.begin(), logged.remarks.end());
    read_bytes += logged.sha256;
    return true;
}

}  // namespace

void read_metrics(const fs::path& finetuned, const Json& stated, bool counts_from_one, ImportedRun& run,
                  std::string& read_bytes) {
    const fs::path file = finetuned / kTrainMetrics;
    bool has_steps = false;
    if (is_file(file)) {
        const std::string bytes = read_file(file, logs::kLargestJson), where = file.string();
        read_bytes += bytes;
        has_steps = History(where, counts_from_one, run).read(io::parse_json(bytes, where));
    } else {
        run.remarks.push_back("its train_metrics.json is missing");
    }
    if (!has_steps && read_trainer_log(finetuned, run, read_bytes))
        run.remarks.push_back("its steps are those of trainer_state.json");
    if (stated.is_object()) {
        read_bytes += stated.dump(-1, ' ', true, Json::error_handler_t::replace);
        read_numbers(stated, (finetuned.parent_path() / kAllMetrics).string(), run);
    }
    if (run.metrics.empty() && run.evaluations.empty() && !run.summary.contains("run_average_train_loss"))
        throw InputError("{}: holds no metrics: neither {}, nor a {}, nor its line in {}", finetuned.string(),
                         kTrainMetrics, kTrainerState, kAllMetrics);
    if (run.metrics.empty() && run.evaluations.empty())
        run.remarks.push_back("no step of it is known: its curve is missing, and so is its final loss");
}

Json metrics_entry(const Json& all, const std::string& variant) {
    const auto as_object = [](const Json& entry) {
        return io::is_number(entry) ? Json{{"train_loss", entry}} : entry.is_object() ? entry : Json();
    };
    for (const std::string& name : {variant, variant + kFinetuned}) {
        if (all.is_object() && all.contains(name)) return as_object(all[name]);
        if (!all.is_array()) continue;
        for (const Json& entry : all)
            for (const char* key : {"variant", "name", "variant_name"})
                if (logs::text_in(entry.is_object() ? entry : Json::object(), key) == name) return entry;
    }
    return {};
}

}  // namespace ablate::interop::norm_ablation
