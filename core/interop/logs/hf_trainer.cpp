#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/hf/config.h"
#include "core/interop/logs/history.h"
#include "core/interop/logs/json_forms.h"
#include "core/interop/logs/text.h"
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
    fs::path folder;   // of the run: where results and configuration are
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

void read_state(const Json& state, const std::string& where, const ReadOptions& options, Runs& runs) {
    ImportedRun& run = runs.front();
    std::vector<HistoryLine> lines;
    const Json history = history_in(state, options, run);
    for (std::size_t i = 0; i < history.size(); ++i) {
        lines.push_back({history[i], i + 1, fmt::format("{}: log_history[{}]", where, i)});
        if (!history[i].is_object()) throw InputError("{}: is not an object", lines.back().at);
    }
    LogBuilder log(where, options);
    read_history(std::move(lines), where, options, log, run);
    log.require_named_columns(true);
    if (log.is_empty()) log.tell_statements(run);
    if (!log.is_empty() || !run.summary.contains("run_average_train_loss")) runs = log.finish(run);
}

void read_members(const Json& state, const std::string& where, ImportedRun& run) {
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
    // Below 1 it is a share of the steps, as the Trainer takes it.
    const double every = number_in(state, "eval_steps", where).value_or(0);
    const std::int64_t budget = whole_in(state, "max_steps", where).value_or(0);
    if (every > 0 && every < 1 && budget > 0)
        derive(run, "train.eval_every", static_cast<std::int64_t>(std::ceil(every * static_cast<double>(budget))));
    else if (every >= 1)
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
    // A file of results alone tells no step.
    const bool has_steps = run.steps > 0 || !run.metrics.empty() || !run.evaluations.empty();
    if (!loss || known) return;
    run.evaluations.push_back({has_steps ? run.steps : kUnknownStep, "val", loss, {}, kUnknown});
    if (has_steps)
        run.remarks.push_back(
            fmt::format("eval_loss {} in {} has no step and is shown at the last one, {}. If load_best_model_at_end "
                        "was set, it may be that of an earlier checkpoint",
                        full_precision(*loss), fs::path(where).filename().string(), run.steps));
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
    Runs runs(1);
    ImportedRun& first = runs.front();
    first.format = "hf-trainer";
    first.path = files.state.empty() ? files.results : files.state;
    const std::string folder = files.folder.filename().string(), stem = first.path.stem().string();
    const bool is_own_file = first.path.filename() != kState && !files.state.empty();
    name_after(first, is_own_file ? stem : folder);
    const fs::path beside = first.path.parent_path();
    std::string read_bytes;
    Json results;
    if (!files.results.empty()) results = read_object(files.results, read_bytes);
    if (!files.state.empty()) {
        const std::string text = read_text(files.state), where = files.state.string();
        read_bytes = read_file(files.state, kLargestLog) + read_bytes;
        const Json state = parse_log(text, where);
        if (!state.is_object() && !state.is_array())
            throw InputError("{}: is neither an object with a log_history nor a list of log lines", where);
        const bool empty = state.is_object() && state.contains("log_history") && state["log_history"].empty();
        if (!(empty && results.is_object())) read_state(state, where, options, runs);
        // Of several trainings the file's own members describe the last.
        for (std::size_t i = 0; i + 1 < runs.size() && state.is_object(); ++i)
            runs[i].remarks.push_back(
                "the step, the totals and the settings that the file states beside the log are those of its last "
                "training");
        if (state.is_object()) read_members(state, where, runs.back());
    }
    for (ImportedRun& run : runs) {
        if (results.is_object() && &run == &runs.back()) read_results(results, files.results.string(), run);
        read_model(is_file(beside / "config.json") ? beside : files.folder, read_bytes, run);
        if (run.metrics.empty() && run.evaluations.empty() && !run.summary.contains("run_average_train_loss"))
            throw InputError("{}: holds no loss", run.path.string());
        judge_average(run);
    }
    for (ImportedRun& run : runs) run.sha256 = sha256_hex(read_bytes);
    return runs;
}

}  // namespace ablate::interop::logs
