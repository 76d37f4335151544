#pragma once
#include "core/interop/imported_run.h"

#include <map>
#include <span>

// Logs of other programs, read as runs and judged as ours are. Hostile files end in an InputError of one line.
namespace ablate::interop::logs {

struct Format {
    const char* name;  // as --format takes it
    const char* what;  // the files that are read
};
std::span<const Format> formats();

// Told from the path and the contents. InputError: none of the formats, several logs in one folder.
std::string detect_format(const std::filesystem::path& path);

struct ReadOptions {
    std::string format;                          // empty: detected
    std::map<std::string, std::string> columns;  // what a column means here -> its name there: {"loss", "train_loss"}
};
// What a column can mean: "step", "loss", "val_loss", ...
std::vector<std::string> column_meanings();

// One run, or several where a file holds several. Study, variant and seed are as the source names them, or defaults.
std::vector<ImportedRun> read_log(const std::filesystem::path& path, const ReadOptions& options = {});

}  // namespace ablate::interop::logs
