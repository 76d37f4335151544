#include "core/run/kept_checkpoints.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"
#include "core/train/checkpoint.h"

#include <map>

namespace ablate::run {
namespace {

namespace fs = std::filesystem;

std::uint64_t bytes_in(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code gone;
        const std::uintmax_t size = entry->file_size(gone);
        if (!gone) bytes += size;
    }
    return bytes;
}

// Mark to the name of a folder.
std::map<std::string, std::string> marks_in(const fs::path& checkpoints) {
    std::error_code missing;
    if (!fs::exists(checkpoints / checkpoint_files::kMarks, missing)) return {};
    try {
        return io::read_json(checkpoints / checkpoint_files::kMarks).get<std::map<std::string, std::string>>();
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace

std::vector<KeptCheckpoint> kept_checkpoints(const fs::path& run_folder, const std::vector<train::Event>& events) {
    const fs::path folder = run_folder / run_files::kCheckpoints;
    const auto marks = marks_in(folder);
    std::vector<KeptCheckpoint> kept;
    for (const train::StoredCheckpoint& stored : train::list_checkpoints(folder)) {
        KeptCheckpoint one{stored.step, stored.folder, bytes_in(stored.folder), {}, {}, {}};
        for (const auto& [mark, name] : marks)
            if (name == stored.folder.filename().string()) one.marks.push_back(mark);
        for (const train::Event& event : events) {
            if (event.step != stored.step) continue;
            if (const auto* saved = std::get_if<train::CheckpointEvent>(&event.what)) one.reason = saved->reason;
            const auto* evaluated = std::get_if<train::EvaluationEvent>(&event.what);
            if (evaluated && evaluated->loss && !one.loss) one.loss = evaluated->loss;
        }
        kept.push_back(std::move(one));
    }
    return kept;
}

}  // namespace ablate::run
