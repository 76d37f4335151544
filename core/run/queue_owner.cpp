#include "core/run/queue_owner.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"
#include "core/run/file_lock.h"

#include <unistd.h>

#include <chrono>
#include <map>
#include <mutex>
#include <random>

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLargestRecord = 4096;

fs::path lock_of(const fs::path& workspace, const std::string& owner) {
    return queue_folder(workspace) / (owner + ".lock");
}

// Locks of processes that are gone. A new file is not locked for a moment, so young ones stay.
void remove_stale_locks(const fs::path& folder) {
    constexpr auto kYoung = std::chrono::minutes(1);
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        const bool young = fs::file_time_type::clock::now() - entry.last_write_time(error) < kYoung;
        if (!error && !young && entry.path().extension() == ".lock" && !is_locked(entry.path(), true))
            fs::remove(entry.path(), error);
    }
}

// A new name for this process in a workspace, its lock held for as long as the process lives.
std::string new_owner(const fs::path& workspace) {
    std::random_device device;
    const std::string owner = fmt::format("{}-{:08x}", getpid(), device());
    const fs::path file = lock_of(workspace, owner);
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    remove_stale_locks(file.parent_path());
    const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) throw_system_error(errno, file, "opening");
    struct flock range = whole_file(F_WRLCK);
    if (fcntl(descriptor, F_OFD_SETLK, &range) != 0) {
        const int problem = errno;
        close(descriptor);
        throw_system_error(problem, file, "locking");
    }
    return owner;
}

// By workspace. A child process that was forked is another owner.
std::string owner_in(const fs::path& workspace) {
    static std::mutex mutex;
    static std::map<std::pair<pid_t, fs::path>, std::string> owners;
    const std::lock_guard guard(mutex);
    const auto key = std::pair(getpid(), workspace);
    const auto found = owners.find(key);
    return found != owners.end() ? found->second : owners[key] = new_owner(workspace);
}

}  // namespace

void join_queue(const RunDirectory& directory) {
    try {
        io::write_json(directory.folder() / run_files::kQueue, {{"owner", owner_in(directory.workspace())}});
    } catch (const std::exception& error) {
        spdlog::warn("run {}: its place in the queue is not recorded: {}", directory.id(), error.what());
    }
}

bool queue_owner_is_gone(const RunDirectory& directory) {
    const fs::path file = directory.folder() / run_files::kQueue;
    if (!is_there(file)) return false;
    try {
        const Json record = io::read_json(file, kLargestRecord);
        const std::string owner = record.value("owner", std::string());
        return is_plain_name(owner) && !is_locked(lock_of(directory.workspace(), owner), true);
    } catch (const std::exception&) {
        return false;  // damaged: nothing is known of an owner
    }
}

}  // namespace ablate::run
