#include "core/run/run_listing.h"

#include "core/base/error.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kRunsWorthAThread = 32, kMostThreads = 3;

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

// Whether the run's status has changed; a run whose files have is left to be read.
bool RunListing::look_at(const fs::path& folder, std::vector<Reading>& to_read) {
    const auto found = seen_.find(folder);
    const bool locked = found != seen_.end() && may_be_training(found->second.run.state) &&
                        found->second.run.directory.locked();  // before the stamps: see RunDirectory::status
    const Stamps stamps = stamps_of(folder);                   // before reading: what changes meanwhile is read again
    if (found == seen_.end() || found->second.stamps != stamps) {
        to_read.push_back({folder, stamps});
        return false;
    }
    ListedRun& run = found->second.run;
    if (!may_be_training(run.state)) return false;
    return std::exchange(run.status, run.directory.status(locked, run.state)) != run.status;
}

void RunListing::read(Reading& reading) {
    try {
        reading.run = read_run(reading.folder);
    } catch (const std::exception& error) {
        reading.problem = one_line(error.what());
    }
}

// The first look at a workspace of a thousand runs takes several threads.
void RunListing::read_all(std::vector<Reading>& readings) {
    const std::size_t helpers = std::min<std::size_t>(readings.size() / kRunsWorthAThread, kMostThreads);
    std::atomic<std::size_t> next = 0;
    const auto serve = [&] {
        for (std::size_t i = next++; i < readings.size(); i = next++) read(readings[i]);
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < helpers; ++i) threads.emplace_back(serve);
    serve();
}

bool RunListing::refresh() {
    bool changed = !std::exchange(listed_, true);
    const std::vector<fs::path> folders = run_folders(workspace_);
    std::vector<Reading> readings;
    for (const fs::path& folder : folders) changed |= look_at(folder, readings);
    read_all(readings);
    std::vector<DamagedRun> damaged;
    for (Reading& reading : readings) {
        if (reading.run) {
            seen_.insert_or_assign(reading.folder, Seen{std::move(*reading.run), reading.stamps});
            changed = true;
        } else {
            changed |= seen_.erase(reading.folder) > 0;
            damaged.push_back({reading.folder, std::move(reading.problem)});
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
