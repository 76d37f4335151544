#include "core/run/collapse_record.h"

#include "core/base/paths.h"
#include "core/io/json_file.h"

namespace ablate::run {

namespace {

constexpr std::uint64_t kLargestFile = 64u << 20;

std::filesystem::path file_of(const RunDirectory& directory) { return directory.folder() / run_files::kCollapse; }

}  // namespace

void write_collapse_record(const RunDirectory& directory, const train::GradientHistory& history) {
    io::write_json(file_of(directory), train::to_json(history));
}

std::optional<train::GradientHistory> read_collapse_record(const RunDirectory& directory) {
    const std::filesystem::path file = file_of(directory);
    if (!is_there(file)) return {};
    return train::gradient_history_from_json(io::read_json(file, kLargestFile), file.string());
}

}  // namespace ablate::run
