#include "core/run/run_listing.h"

#include "core/base/error.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

// A process takes the lock before it writes "training" and leaves it after it wrote "ended", so an ended run that goes
// on is seen by its state.
bool may_be_training(const RunState& state) { return state.phase != "ended"; }

bool same_damage(const DamagedRun& a, const DamagedRun& b) { return a.folder == b.folder && a.reason == b.reason; }

}  // namespace

RunListing::Stamp RunListing::stamp_of(const fs::path& file) {
    struct stat status {};
    if (stat(file.c_str(), &status) != 0) return {};
    const auto nanoseconds = [](const timespec& time) {
        return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
    };
    return {nanoseconds(status.st_mtim), nanoseconds(status.st_ctim), status.st_size, status.st_ino};
}

RunListing::Stamps RunListing::stamps_of(const fs::path& folder) {
    return {stamp_of(folder), stamp_of(folder / "run.json"), stamp_of(folder / "state.json"),
            stamp_of(folder / "notes.json")};
}

// Whether what is listed of the run has changed. Throws where it is damaged.
bool RunListing::refresh_run(const fs::path& folder) {
    const auto found = seen_.find(folder);
    const bool locked = found != seen_.end() && may_be_training(found->second.run.state) &&
                        found->second.run.directory.locked();  // before the stamps: see RunDirectory::status
    const Stamps stamps = stamps_of(folder);                   // before reading: what changes meanwhile is read again
    if (found == seen_.end() || found->second.stamps != stamps) {
        ListedRun read = read_run(folder);
        seen_.insert_or_assign(folder, Seen{std::move(read), stamps});
        return true;
    }
    ListedRun& run = found->second.run;
    if (!may_be_training(run.state)) return false;
    return std::exchange(run.status, run.directory.status(locked, run.state)) != run.status;
}

bool RunListing::refresh() {
    bool changed = !std::exchange(listed_, true);
    std::vector<DamagedRun> damaged;
    const std::vector<fs::path> folders = run_folders(workspace_);
    for (const fs::path& folder : folders) {
        try {
            changed |= refresh_run(folder);
        } catch (const std::exception& error) {
            changed |= seen_.erase(folder) > 0;
            damaged.push_back({folder, one_line(error.what())});
        }
    }
    const std::set<fs::path> present(folders.begin(), folders.end());
    changed |= std::erase_if(seen_, [&](const auto& entry) { return !present.contains(entry.first); }) > 0;
    changed |= !std::equal(damaged.begin(), damaged.end(), list_.damaged.begin(), list_.damaged.end(), same_damage);
    if (!changed) return false;
    list_ = {};
    list_.damaged = std::move(damaged);
    for (const auto& [folder, seen] : seen_) list_.runs.push_back(seen.run);
    sort_by_creation(list_.runs);
    return true;
}

}  // namespace ablate::run
