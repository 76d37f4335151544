#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/hf/config.h"
#include "core/interop/logs/reading.h"
#include "core/io/json_file.h"
#include "core/io/numbers.h"
#include "core/model/tensor_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>

// Hugging Face's Trainer: trainer_state.json (of the run's folder or of a checkpoint-N in it) and the results files
// beside it.
namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

constexpr const char* kState = "trainer_state.json";
constexpr std::uint64_t kLargestConfig = 1u << 20;

// N of "checkpoint-N", or -1.
std::int64_t checkpoint_number(const std::string& name) {
    constexpr std::string_view prefix = "checkpoint-";
    std::int64_t number = -1;
    if (!name.starts_with(prefix)) return -1;
    const char* end = name.data() + name.size();
    const auto read = std::from_chars(name.data() + prefix.size(), end, number);
    return read.ec == std::errc() && read.ptr == end ? number : -1;
}

// The state of the checkpoint with the highest number; empty when there is none.
fs::path newest_checkpoint_state(const fs::path& folder) {
    fs::path newest;
    std::int64_t highest = -1;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::int64_t number = checkpoint_number(entry->path().filename().string());
        if (number <= highest || !is_file(entry->path() / kState)) continue;
        highest = number;
        newest = entry->path() / kState;
    }
    return newest;
}

// One log of a run: the files of its folder and of its checkpoints.
struct Files {
    fs::path state;    // empty: only results are there
    fs::path folder;   // of the run: where results and configuration lie
    fs::path results;  // empty: none
};

Json read_object(const fs::path& file, std::string& read_bytes, std::uint64_t limit = kLargestJson) {
    const std::string bytes = read_file(file, limit);
    Json json = io::parse_json(bytes, file.string());
    if (!json.is_object()) throw InputError("{}: is not a JSON object", file.string());
    read_bytes += bytes;
    return json;
}

std::int64_t global_step(const fs::path& state) {
    std::string ignored;
    return whole_in(read_object(state, ignored), "global_step", state.string()).value_or(0);
}

Files find_files(const fs::path& path) {
    Files files;
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        const std::string name = path.filename().string();
        const bool results = name == "train_results.json" || name == "all_results.json";
        (results ? files.results : files.state) = path;
        files.folder = fs::absolute(path).parent_path();
    } else {
        files.folder = fs::absolute(path);
        const fs::path own = path / kState, checkpoint = newest_checkpoint_state(path);
        files.state = is_file(own) ? own : checkpoint;
        if (is_file(own) && !checkpoint.empty() && global_step(checkpoint) > global_step(own)) files.state = checkpoint;
    }
    if (!files.folder.has_filename()) files.folder = files.folder.parent_path();
    if (checkpoint_number(files.folder.filename().string()) >= 0) files.folder = files.folder.parent_path();
    // The results are those of the whole run: not of an earlier checkpoint that was named.
    const bool whole =
        files.state.empty() || fs::absolute(files.state).parent_path() == files.folder ||
        (!is_file(files.folder / kState) && fs::absolute(files.state) == newest_checkpoint_state(files.folder));
    for (const char* name : {"all_results.json", "train_results.json"})
        if (whole && files.results.empty() && is_file(files.folder / name)) files.results = files.folder / name;
    if (files.state.empty() && files.results.empty())
        throw InputError("{}: holds no {}, no checkpoint-N with one and no train_results.json", path.string(), kState);
    return files;
}

// log_history: training lines, evaluations and the closing line of averages, which has no `loss`.
void read_history(const Json& state, const std::string& where, const std::string& loss, LogBuilder& log,
                  ImportedRun& run) {
    const auto history = state.find("log_history");
    if (history == state.end() || !history->is_array()) throw InputError("{}: has no log_history", where);
    for (std::size_t i = 0; i < history->size(); ++i) {
        const Json& line = (*history)[i];
        const std::string at = fmt::format("{}: log_history[{}]", where, i);
        if (!line.is_object()) throw InputError("{}: is not an object", at);
        const auto step = number_in(line, "step", at);
        if (!step) throw InputError("{}: has no step", at);
        const bool closing = line.contains("train_runtime") || (line.contains("train_loss") && !line.contains(loss));
        for (const auto& [key, value] : line.items()) {
            if (key == "step" || !io::is_number(value)) continue;
            if (!closing)
                log.add(checked_step(*step, at), kUnknown, key, io::number_from_json(value));
            else if (key != "train_loss" && key != "train_runtime" && key != "epoch")
                run.summary[plain_name(key)] = value;
        }
        for (const char* key : {"loss", "grad_norm", "eval_loss"}) number_in(line, key, at);
        if (!closing) continue;
        if (const auto seconds = number_in(line, "train_runtime", at)) run.seconds = *seconds;
        if (const auto average = number_in(line, "train_loss", at)) set_run_average(run, *average, where);
    }
}

void read_state(const Json& state, const std::string& where, const ReadOptions& options, ImportedRun& run) {
    const auto loss = options.columns.find("loss");
    LogBuilder log(where, options);
    read_history(state, where, loss == options.columns.end() ? "loss" : loss->second, log, run);
    log.require_named_columns();
    log.finish(run);
    run.steps = std::max(run.steps, whole_in(state, "global_step", where).value_or(0));
    for (const char* key : {"max_steps", "num_train_epochs", "train_batch_size", "logging_steps", "eval_steps",
                            "save_steps", "logging_first_step"})
        if (state.contains(key) && !state[key].is_structured()) run.stated[key] = state[key];
    for (const char* key : {"epoch", "best_metric", "total_flos", "num_input_tokens_seen"})
        if (state.contains(key) && io::is_number(state[key]) && state[key] != 0)
            run.summary[key] = state[key];  // 0: not counted
    const auto positive = [&](const char* from, const char* key) {
        const auto value = whole_in(state, from, where);
        if (value && *value > 0) derive(run, key, *value);
    };
    positive("max_steps", "train.steps");
    positive("eval_steps", "train.eval_every");
    const double tokens = number_in(state, "num_input_tokens_seen", where).value_or(0);
    if (tokens > 0 && run.seconds > 0) run.tokens_per_second = tokens / run.seconds;
}

void read_results(const Json& results, const std::string& where, ImportedRun& run) {
    if (std::isnan(run.seconds)) run.seconds = number_in(results, "train_runtime", where).value_or(kUnknown);
    const auto average = number_in(results, "train_loss", where);
    if (average && !run.summary.contains("run_average_train_loss")) set_run_average(run, *average, where);
    const auto loss = number_in(results, "eval_loss", where);
    const bool known = std::any_of(run.evaluations.begin(), run.evaluations.end(),
                                   [&](const auto& one) { return one.set == "val" && one.step == run.steps; });
    if (loss && !known) run.evaluations.push_back({run.steps, "val", *loss, {}, kUnknown});
}

// The model's own configuration, where the folder has one that can be computed here.
void read_model(const fs::path& folder, std::string& read_bytes, ImportedRun& run) {
    const fs::path file = folder / "config.json";
    if (!is_file(file)) return;
    try {
        Json json = read_object(file, read_bytes, kLargestConfig);
        const hf::Config config = hf::config_from_json(json, file.string());
        for (const char* of_no_matter : {"_name_or_path", "transformers_version"}) json.erase(of_no_matter);
        run.stated["model"] = std::move(json);
        run.config.model = config.run.model;
        run.config.data.vocab_size = config.run.data.vocab_size;
        run.known.insert(run.known.end(), {"model", "data.vocab_size"});
        run.parameters = model::parameter_counts(config.run).unique;
    } catch (const InputError& error) {
        run.remarks.push_back(fmt::format("its model is left unknown: {}", error.what()));
    }
}

}  // namespace

void judge_average(ImportedRun& run) {
    const Json average = run.summary.value("run_average_train_loss", Json());
    if (!io::is_number(average) || !run.metrics.empty()) return;
    const double loss = io::number_from_json(average);
    if (loss != 0 && std::isfinite(loss)) return;
    const bool zero = loss == 0;
    run.verdict = {train::Outcome::collapsed, zero ? train::Collapse::contradicted_loss : train::Collapse::non_finite,
                   -1, "",
                   zero ? "an average training loss of exactly 0.0 is no loss of a language model: most likely NaN, "
                          "hidden by the trainer's filter"
                        : fmt::format("the average training loss is {}", full_precision(loss))};
}

Runs read_hf_trainer(const fs::path& path, const ReadOptions& options) {
    const Files files = find_files(path);
    if (files.state.empty()) refuse_columns(options, files.results);
    ImportedRun run;
    run.format = "hf-trainer";
    run.path = files.state.empty() ? files.results : files.state;
    name_after(run, files.folder.filename().string());
    std::string read_bytes;
    if (!files.state.empty()) read_state(read_object(files.state, read_bytes), files.state.string(), options, run);
    if (!files.results.empty()) read_results(read_object(files.results, read_bytes), files.results.string(), run);
    const fs::path beside = run.path.parent_path();
    read_model(is_file(beside / "config.json") ? beside : files.folder, read_bytes, run);
    if (run.metrics.empty() && run.evaluations.empty() && !run.summary.contains("run_average_train_loss"))
        throw InputError("{}: holds no loss", run.path.string());
    judge_average(run);
    run.sha256 = sha256_hex(read_bytes);
    return {std::move(run)};
}

}  // namespace ablate::interop::logs
