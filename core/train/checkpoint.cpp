#include "core/train/checkpoint.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"

#include <charconv>

namespace ablate::train {
namespace {

namespace fs = std::filesystem;

using namespace checkpoint_files;

std::string folder_name(std::int64_t step) { return fmt::format("step-{:06}", step); }

// The step of "step-000400"; nothing for any other name.
std::optional<std::int64_t> step_of(const std::string& name) {
    if (!name.starts_with("step-")) return {};
    std::int64_t step = 0;
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + 5, end, step);
    if (parsed.ec != std::errc() || parsed.ptr != end || folder_name(step) != name) return {};
    return step;
}

Json file_entry(const std::string& sha256, std::uint64_t bytes) { return {{"sha256", sha256}, {"bytes", bytes}}; }

// Renamed first: a crash while its files go must not leave half a checkpoint under a valid name.
void remove_checkpoint(const fs::path& folder) {
    const fs::path going = folder.parent_path() / fmt::format(".{}.ablate-tmp-deleted", folder.filename().string());
    std::error_code ignored;
    fs::remove_all(going, ignored);
    fs::rename(folder, going);
    fs::remove_all(going);
}

std::optional<std::string> file_problem(const fs::path& file, const Json& entry) {
    std::error_code error;
    const auto bytes = fs::file_size(file, error);
    if (error) return fmt::format("{}: {}", file.string(), error.message());
    if (bytes != entry.at("bytes").get<std::uint64_t>())
        return fmt::format("{}: {} bytes where the manifest says {}", file.string(), bytes,
                           entry.at("bytes").get<std::uint64_t>());
    if (sha256_file(file) != entry.at("sha256").get<std::string>())
        return fmt::format("{}: its sha256 is not the manifest's", file.string());
    return {};
}

}  // namespace

std::vector<StoredCheckpoint> list_checkpoints(const fs::path& checkpoints) {
    std::vector<StoredCheckpoint> found;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(checkpoints, missing))
        if (const auto step = step_of(entry.path().filename().string())) found.push_back({*step, entry.path()});
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
    return found;
}

std::vector<std::string> checkpoint_problems(const fs::path& folder) {
    std::vector<std::string> problems;
    try {
        const Json files = io::read_json(folder / kManifest).at("files");
        for (const char* name : {kWeights, kOptimizer, kTrainerState})
            if (const auto problem = file_problem(folder / name, files.at(name))) problems.push_back(*problem);
    } catch (const InputError& error) {
        problems.push_back(error.what());
    } catch (const Json::exception&) {
        problems.push_back(fmt::format("{}: not a checkpoint's manifest", (folder / kManifest).string()));
    }
    return problems;
}

std::optional<StoredCheckpoint> newest_sound_checkpoint(const fs::path& checkpoints,
                                                        const std::function<void(const std::string&)>& message) {
    auto stored = list_checkpoints(checkpoints);
    for (auto newest = stored.rbegin(); newest != stored.rend(); ++newest) {
        const auto problems = checkpoint_problems(newest->folder);
        if (problems.empty()) return *newest;
        if (message)
            message(
                fmt::format("checkpoint {} is passed over: {}", newest->folder.filename().string(), problems.front()));
    }
    return {};
}

StoredCheckpoint sound_checkpoint(const fs::path& run_folder, std::optional<std::int64_t> step) {
    if (!step) {
        const auto newest = newest_sound_checkpoint(run_folder / run_files::kCheckpoints);
        if (!newest && list_checkpoints(run_folder / run_files::kCheckpoints).empty())
            throw InputError("{}: holds no weights: it was imported without them, or ended before its first checkpoint",
                             run_folder.string());
        if (!newest) throw InputError("{}: has no sound checkpoint", run_folder.string());
        return *newest;
    }
    for (const StoredCheckpoint& stored : list_checkpoints(run_folder / run_files::kCheckpoints)) {
        if (stored.step != *step) continue;
        const auto problems = checkpoint_problems(stored.folder);
        if (!problems.empty()) throw InputError(problems.front());
        return stored;
    }
    throw InputError("{}: has no checkpoint of step {}", run_folder.string(), *step);
}

Json read_trainer_state(const fs::path& folder) {
    const fs::path file = folder / kTrainerState;
    Json state = io::read_json(file);
    if (!state.is_object() || !state.value("format", Json()).is_number_integer())
        throw InputError("{}: not a trainer's state", file.string());
    if (state["format"] > kCheckpointFormat)
        throw InputError("{}: format {} is newer than this program's ({})", file.string(), state["format"].dump(),
                         kCheckpointFormat);
    return state;
}

std::string stored_weights_sha256(const fs::path& folder) {
    return io::read_json(folder / kManifest).at("files").at(kWeights).at("sha256").get<std::string>();
}

CheckpointStore::CheckpointStore(fs::path folder, std::int64_t keep_last)
    : folder_(std::move(folder)), keep_last_(std::max<std::int64_t>(keep_last, 1)) {
    fs::create_directories(folder_);
    remove_leftovers(folder_);
    std::error_code missing;
    if (!fs::exists(folder_ / kMarks, missing)) return;
    try {
        marks_ = io::read_json(folder_ / kMarks).get<std::map<std::string, std::string>>();
    } catch (const std::exception&) {
        marks_.clear();  // marks only spare checkpoints from deletion; the next ones are set anew
    }
}

CheckpointInfo CheckpointStore::save(std::int64_t step, const std::string& reason,
                                     const std::vector<NamedTensor>& weights, const std::vector<NamedTensor>& optimizer,
                                     const Json& trainer_state, bool best) {
    const fs::path target = folder_ / folder_name(step);
    if (fs::exists(target) && !checkpoint_problems(target).empty()) remove_checkpoint(target);
    if (!fs::exists(target)) {
        const std::string state = trainer_state.dump(1, ' ', false, Json::error_handler_t::replace);
        require_free_space(folder_, tensor_bytes(weights) + tensor_bytes(optimizer) + state.size());
        atomic_directory(target, [&](const fs::path& beside) {
            const std::string weights_sha256 = save_tensors(beside / kWeights, weights);
            const std::string optimizer_sha256 = save_tensors(beside / kOptimizer, optimizer);
            Json files;
            files[kWeights] = file_entry(weights_sha256, fs::file_size(beside / kWeights));
            files[kOptimizer] = file_entry(optimizer_sha256, fs::file_size(beside / kOptimizer));
            atomic_write(beside / kTrainerState, state);
            files[kTrainerState] = file_entry(sha256_hex(state), state.size());
            io::write_json(beside / kManifest, {{"format", kCheckpointFormat}, {"step", step}, {"files", files}});
        });
    }
    if (best) set_mark("best", target.filename().string());
    if (reason == "last good") set_mark(reason, target.filename().string());
    purge();
    return {step, target, reason, stored_weights_sha256(target)};
}

void CheckpointStore::mark_newest(const std::string& mark, std::int64_t up_to_step) {
    const StoredCheckpoint* newest = nullptr;
    const auto stored = list_checkpoints(folder_);
    for (const auto& checkpoint : stored)
        if (checkpoint.step <= up_to_step) newest = &checkpoint;
    if (newest) set_mark(mark, newest->folder.filename().string());
}

void CheckpointStore::unmark(const std::string& mark) {
    if (marks_.erase(mark)) write_marks();
}

void CheckpointStore::discard_after(std::int64_t step) {
    const auto beyond = [step](const auto& mark) { return step_of(mark.second).value_or(step + 1) > step; };
    if (std::erase_if(marks_, beyond)) write_marks();
    for (const auto& checkpoint : list_checkpoints(folder_))
        if (checkpoint.step > step) remove_checkpoint(checkpoint.folder);
}

void CheckpointStore::set_mark(const std::string& mark, const std::string& name) {
    if (std::exchange(marks_[mark], name) != name) write_marks();
}

void CheckpointStore::write_marks() const { io::write_json(folder_ / kMarks, marks_); }

void CheckpointStore::purge() const {
    const auto stored = list_checkpoints(folder_);
    const auto superseded = std::max<std::int64_t>(static_cast<std::int64_t>(stored.size()) - keep_last_, 0);
    for (std::int64_t i = 0; i < superseded; ++i) {
        const auto& folder = stored[static_cast<std::size_t>(i)].folder;
        const auto marked = [&](const auto& mark) { return mark.second == folder.filename(); };
        if (std::none_of(marks_.begin(), marks_.end(), marked)) remove_checkpoint(folder);
    }
}

std::vector<std::string> verify_checkpoints(const fs::path& checkpoints) {
    std::vector<std::string> problems;
    for (const auto& checkpoint : list_checkpoints(checkpoints)) {
        const auto found = checkpoint_problems(checkpoint.folder);
        problems.insert(problems.end(), found.begin(), found.end());
    }
    return problems;
}

}  // namespace ablate::train
