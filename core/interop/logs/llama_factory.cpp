#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/logs/log_builder.h"
#include "core/interop/logs/text.h"
#include "core/io/numbers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

// LLaMA-Factory: trainer_log.jsonl, a JSON object a line.
namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

// "1 day, 2:03:04" or "0:12:34" in seconds.
std::optional<double> seconds_of(const std::string& text) {
    double seconds = 0;
    std::string_view rest = text;
    if (const auto day = rest.find(" day"); day != std::string_view::npos) {
        std::int64_t days = 0;
        if (std::from_chars(rest.data(), rest.data() + day, days).ec != std::errc() || days < 0) return {};
        seconds = static_cast<double>(days) * 86400;
        const auto comma = rest.find(", ");
        if (comma == std::string_view::npos) return {};
        rest.remove_prefix(comma + 2);
    }
    const std::vector<std::string> parts = split(rest, ':');
    if (parts.size() != 3) return {};
    for (std::size_t i = 0; i < 3; ++i) {
        std::int64_t part = 0;
        const char* end = parts[i].data() + parts[i].size();
        const auto read = std::from_chars(parts[i].data(), end, part);
        if (read.ec != std::errc() || read.ptr != end || part < 0) return {};
        seconds += static_cast<double>(part) * std::array{3600.0, 60.0, 1.0}[i];
    }
    return seconds;
}

bool is_value(const std::string& key, const Json& value) {
    return io::is_number(value) && key != "current_steps" && key != "total_steps" && key != "percentage";
}

// The line that LLaMA-Factory writes when the training has ended has no values, but the last step and the whole time.
void read_last_line(std::int64_t step, std::optional<double> seconds, double& elapsed, LogBuilder& log) {
    if (seconds && *seconds >= elapsed && !log.is_empty()) log.set_elapsed(elapsed = *seconds);
    log.add_statement([step](ImportedRun& run) { run.steps = std::max(run.steps, step); });
}

// The time of a resumed run begins again: `elapsed` is that of the line before.
void read_line(const Json& told, std::size_t number, const std::string& at, const std::string& throughput,
               double& elapsed, LogBuilder& log) {
    if (!told.is_object()) throw InputError("{}: is not a JSON object", at);
    Json line = told;
    read_numbers_in_text(line);
    const auto step = number_in(line, "current_steps", at);
    if (!step || std::isnan(*step)) {
        log.leave_out("a line without current_steps belongs to no step", static_cast<std::int64_t>(line.size()));
        return;
    }
    for (const char* key : {"loss", "eval_loss"}) number_in(line, key, at);
    const auto seconds = seconds_of(text_in(line, "elapsed_time"));
    const bool has_values = std::any_of(line.items().begin(), line.items().end(),
                                        [](const auto& item) { return is_value(item.key(), item.value()); });
    if (!has_values) {
        read_last_line(checked_step(*step, at), seconds, elapsed, log);
    } else {
        if (seconds && *seconds < elapsed) log.begin_session();
        log.begin_line(checked_step(*step, at), kUnknown, number);
        if (seconds) log.set_elapsed(elapsed = *seconds);
    }
    for (const auto& [key, value] : line.items())
        if (is_value(key, value)) log.add(key == "throughput" ? throughput : key, io::number_from_json(value));
    if (const auto total = whole_in(line, "total_steps", at); total && *total > 0)
        log.add_statement([steps = *total](ImportedRun& run) { run.stated["total_steps"] = steps; });
}

}  // namespace

Runs read_llama_factory(const fs::path& path, const ReadOptions& options) {
    std::error_code error;
    const fs::path file = fs::is_directory(path, error) ? path / "trainer_log.jsonl" : path;
    const std::string text = read_text(file);
    ImportedRun run;
    run.format = "llama-factory";
    run.path = file;
    run.sha256 = sha256_file(file);
    name_after(run, fs::absolute(file).parent_path().filename().string());
    LogBuilder log(file.string(), options);
    // Tokens a second, unless it was said what they are.
    const std::string throughput = options.columns.contains("tokens_per_second") ? "throughput" : "tokens_per_second";
    double elapsed = 0;
    for_each_line(text, file, run, [&](const Json& line, std::size_t number, const std::string& at) {
        read_line(line, number, at, throughput, elapsed, log);
    });
    log.require_named_columns();
    Runs runs = log.finish(run);
    for (ImportedRun& training : runs)
        if (training.stated.contains("total_steps")) derive(training, "train.steps", training.stated["total_steps"]);
    return runs;
}

}  // namespace ablate::interop::logs
