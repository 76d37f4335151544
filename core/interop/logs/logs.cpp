#include "core/interop/logs/logs.h"

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/interop/cs336/import_model.h"
#include "core/interop/imported_run_judge.h"
#include "core/interop/logs/json_forms.h"
#include "core/interop/logs/reading.h"
#include "core/interop/logs/text.h"
#include "core/io/json_file.h"
#include "core/io/sniff.h"

#include <algorithm>
#include <array>
#include <set>

namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

struct Reader {
    Format format;
    Runs (*read)(const fs::path& path, const ReadOptions& options);
};
constexpr std::array kReaders{
    Reader{{"hf-trainer", "trainer_state.json, train_results.json, or the folder of a run of Hugging Face's Trainer"},
           read_hf_trainer},
    Reader{{"tensorboard", "a file *tfevents*, or a folder with the events of one run"}, read_tensorboard},
    Reader{{"llama-factory", "trainer_log.jsonl"}, read_llama_factory},
    Reader{{"json-lines", "a JSON object on each line, such as {\"step\": 1, \"loss\": 3.2}"}, read_json_lines},
    Reader{{"marin-speedrun", "speedrun_results.json"}, read_marin},
    Reader{{"csv", "a table with a step column (.csv, .tsv), also an export of Weights & Biases"}, read_csv},
    Reader{{"cs336-model", "model_config.json of CS336's assignment 1 with its model.pt: a model, not a log"},
           cs336::read_model},
};

std::string of_folder(const fs::path& folder) {
    std::error_code error;
    bool checkpoint = is_there(folder / "trainer_state.json");
    for (fs::directory_iterator entry(folder, error), end; !checkpoint && !error && entry != end;
         entry.increment(error))
        checkpoint = entry->path().filename().string().starts_with("checkpoint-") &&
                     is_there(entry->path() / "trainer_state.json");
    if (checkpoint) return "hf-trainer";
    if (is_there(folder / "trainer_log.jsonl")) return "llama-factory";
    if (is_there(folder / "speedrun_results.json")) return "marin-speedrun";
    if (is_there(folder / "model_config.json")) return "cs336-model";
    if (is_there(folder / "train_results.json") || is_there(folder / "all_results.json")) return "hf-trainer";
    return holds_events(folder) ? "tensorboard" : "";
}

// A log line and not the results of a run: it has a step, which is no list.
bool is_log_line(const Json& object) {
    return std::any_of(object.items().begin(), object.items().end(), [](const auto& item) {
        return !item.value().is_structured() && meaning_of(item.key(), {}).role == Role::step;
    });
}

std::string of_json(const fs::path& file) {
    const Json json = parse_log(read_text(file), file.string());
    if (is_scalar_download(json)) return "hf-trainer";
    if (json.is_array() && !json.empty() && json.front().is_object()) return "hf-trainer";
    if (json.is_object()) {
        if (json.contains("log_history") || is_indexed_table(json)) return "hf-trainer";
        if (json.contains("train_loss")) return is_log_line(json) ? "json-lines" : "hf-trainer";
        if (json.contains("runs")) return "marin-speedrun";
        if (json.contains("vocab_size") && json.contains("num_layers")) return "cs336-model";
        if (json.contains("current_steps")) return "llama-factory";
        for (const char* key : {"loss", "train/loss", "step"})
            if (json.contains(key)) return json[key].is_array() ? "hf-trainer" : "json-lines";
        for (const auto& [key, value] : json.items())
            if (is_list_of_log_lines(value)) return "hf-trainer";
    }
    return "";
}

std::string of_first_line(const fs::path& file) {
    const std::string text = read_text(file);
    const std::string line(trim(std::string_view(text).substr(0, text.find('\n'))));
    if (line.starts_with('{'))
        return line.find("\"current_steps\"") != std::string::npos ? "llama-factory" : "json-lines";
    for (const char separator : {',', ';', '\t'})
        for (const std::string& name : split(line, separator))
            if (meaning_of(std::string(trim(name)), {}).role == Role::step) return "csv";
    return "";
}

// Names of an export may differ in characters alone that no name here can have: "a b" and "a/b". Trainings of one log
// have one name.
void number_equal_names(Runs& runs) {
    std::set<std::string> taken;
    for (ImportedRun& run : runs) {
        if (run.knows_seed) continue;  // seeds of one variant
        const std::string name = run.variant;
        run.variant = free_name(name, [&](const std::string& other) { return taken.contains(other); });
        taken.insert(run.variant);
        if (run.variant != name && run.label.empty()) run.label = name;
    }
}

std::string of_file(const fs::path& file) {
    using io::FileKind;
    const FileKind kind = io::sniff(file).kind;
    if (kind == FileKind::tensorboard || file.filename().string().find("tfevents") != std::string::npos)
        return "tensorboard";
    io::refuse_foreign(file, "a log", {FileKind::gzip, FileKind::utf16, FileKind::tensorboard});
    const std::string extension = file.extension().string();
    // Also where its only line is torn and no JSON: its reader names the line.
    if (file.filename() == "trainer_log.jsonl" && (kind == FileKind::json_lines || kind == FileKind::json_object))
        return "llama-factory";
    if (kind == FileKind::json_array || kind == FileKind::json_object ||
        (extension == ".json" && kind != FileKind::json_lines))
        return of_json(file);
    if (kind == FileKind::json_lines) {
        const std::string text = read_text(file);
        const bool is_one_value = trim(text).find('\n') == std::string_view::npos;
        return is_one_value ? of_json(file) : of_first_line(file);
    }
    return extension == ".csv" || extension == ".tsv" ? "csv" : of_first_line(file);
}

// The format that the file looks like; "" where it looks like none.
std::string format_told_by(const fs::path& path) {
    try {
        return detect_format(path);
    } catch (const InputError&) {
        return "";
    }
}

Runs read_with(const Reader& reader, const fs::path& path, const ReadOptions& options) {
    try {
        return reader.read(path, options);
    } catch (const AmbiguousRestart&) {
        throw;
    } catch (const InputError& error) {
        const std::string other = options.format.empty() ? "" : format_told_by(path);
        if (other.empty() || other == options.format) throw;
        throw InputError("{}. Perhaps its format is not {}: it looks like {}. If so, leave out --format.", error.what(),
                         options.format, other);
    }
}

}  // namespace

std::span<const Format> formats() {
    static const std::vector<Format> table = [] {
        std::vector<Format> all;
        for (const Reader& reader : kReaders) all.push_back(reader.format);
        return all;
    }();
    return table;
}

std::string detect_format(const fs::path& path, bool offers_options) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) throw InputError("{}: no such file or folder", path.string());
    std::string format;
    if (fs::is_directory(status))
        format = of_folder(path);
    else
        format = of_file(path);
    if (!format.empty()) return format;
    std::vector<std::string> names;
    for (const Format& one : formats()) names.emplace_back(one.name);
    throw InputError("{}: is none of the logs read here ({}){}", path.string(), join(names, ", "),
                     offers_options ? "; name its format: --format F" : "");
}

std::vector<ImportedRun> read_log(const fs::path& path, const ReadOptions& options) {
    const std::string format = options.format.empty() ? detect_format(path, options.offers_options) : options.format;
    std::vector<std::string> names;
    for (const Reader& reader : kReaders) {
        names.emplace_back(reader.format.name);
        if (names.back() != format) continue;
        Runs runs = read_with(reader, path, options);
        number_equal_names(runs);
        for (ImportedRun& run : runs)
            if (run.verdict.outcome != train::Outcome::collapsed) judge(run);
        return runs;
    }
    throw InputError("--format {}: not one of {}", quote(format), join(names, ", "));
}

}  // namespace ablate::interop::logs
