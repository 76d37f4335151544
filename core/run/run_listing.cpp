#include "core/run/run_listing.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kRunsWorthAThread = 32, kMostThreads = 3;
constexpr std::size_t kInfo = 1;  // among the stamps

// A process takes the lock before it writes "training" and leaves it after it wrote "ended": an ended run that goes on
// is seen by its state, and one that was locked when it was read is asked again.
bool may_be_training(const ListedRun& run) { return run.state.phase != "ended" || run.status == Status::running; }

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
    return {stamp_of(folder), stamp_of(folder / run_files::kInfo), stamp_of(folder / run_files::kState),
            stamp_of(folder / run_files::kNotes)};
}

// Whether the run's status has changed; a run whose files have is left to be read.
bool RunListing::look_at(const fs::path& folder, std::vector<Reading>& to_read) {
    const auto found = seen_.find(folder);
    ListedRun* const run = found != seen_.end() && found->second.run ? &*found->second.run : nullptr;
    const bool locked =
        run && may_be_training(*run) && run->directory.locked();  // before the stamps: see RunDirectory::status
    const Stamps stamps = stamps_of(folder);  // before reading: what changes meanwhile is read again
    if (found == seen_.end() || found->second.stamps != stamps) {
        const bool same_info = run && found->second.stamps[kInfo] == stamps[kInfo];
        to_read.push_back({folder, {stamps}, same_info ? &run->info : nullptr});
        return false;
    }
    if (!run || !may_be_training(*run)) return false;
    return std::exchange(run->status, run->directory.status(locked, run->state)) != run->status;
}

void RunListing::read(Reading& reading) {
    try {
        reading.now.run = read_run(reading.folder, reading.known);
    } catch (const InputError& error) {
        reading.now.damage = one_line(error.what());
    } catch (const std::exception& error) {
        reading.now.damage = one_line(error.what());
        reading.now.stamps = {};  // for want of memory or descriptors: nothing about the files, to be read again
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
    for (Reading& reading : readings) changed |= take(reading);
    const std::set<fs::path> present(folders.begin(), folders.end());
    changed |= std::erase_if(seen_, [&](const auto& entry) { return !present.contains(entry.first); }) > 0;
    if (changed) make_list();
    return changed;
}

// Whether it is another one than before.
bool RunListing::take(Reading& reading) {
    Seen& seen = seen_[reading.folder];
    const bool same = !reading.now.run && !seen.run && reading.now.damage == seen.damage;
    seen = std::move(reading.now);
    return !same;
}

void RunListing::make_list() {
    RunList list;
    for (const auto& [folder, seen] : seen_) {
        if (seen.run)
            list.runs.push_back(*seen.run);
        else
            list.damaged.push_back({folder, seen.damage});
    }
    sort_by_creation(list.runs);
    list_ = std::make_shared<const RunList>(std::move(list));
}

}  // namespace ablate::run
