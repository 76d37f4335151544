#include "core/run/queue_owner.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/io/json_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <random>

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLargestRecord = 4096;

fs::path lock_of(const fs::path& workspace, const std::string& owner) {
    return workspace / "queue" / (owner + ".lock");
}

struct flock whole_file(short type) {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    return range;
}

bool is_locked(const fs::path& file) {
    const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return false;
    struct flock range = whole_file(F_RDLCK);
    const bool asked = fcntl(descriptor, F_OFD_GETLK, &range) == 0;
    close(descriptor);
    return asked && range.l_type != F_UNLCK;
}

// Locks of processes that are gone.
void remove_stale_locks(const fs::path& folder) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".lock" && !is_locked(entry.path())) fs::remove(entry.path(), error);
}

// A new name for this process in a workspace, its lock held for as long as the process lives.
std::string new_owner(const fs::path& workspace) {
    std::random_device device;
    const std::string owner = fmt::format("{}-{:08x}", getpid(), device());
    const fs::path folder = workspace / "queue", file = lock_of(workspace, owner), beside = folder / (owner + ".new");
    std::error_code error;
    fs::create_directories(folder, error);
    remove_stale_locks(folder);
    // Renamed once it is locked, so that nobody takes it for a stale one.
    const int descriptor = open(beside.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) throw_system_error(errno, beside, "opening");
    struct flock range = whole_file(F_WRLCK);
    if (fcntl(descriptor, F_OFD_SETLK, &range) != 0) {
        const int problem = errno;
        close(descriptor);
        throw_system_error(problem, beside, "locking");
    }
    fs::rename(beside, file);
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
        io::write_json(directory.folder() / "queue.json", {{"owner", owner_in(directory.workspace())}});
    } catch (const std::exception& error) {
        spdlog::warn("run {}: its place in the queue is not recorded: {}", directory.id(), error.what());
    }
}

bool queue_owner_is_gone(const RunDirectory& directory) {
    const fs::path file = directory.folder() / "queue.json";
    std::error_code missing;
    if (!fs::exists(file, missing)) return false;
    try {
        const Json record = io::read_json(file, kLargestRecord);
        const std::string owner = record.value("owner", std::string());
        return is_plain_name(owner) && !is_locked(lock_of(directory.workspace(), owner));
    } catch (const std::exception&) {
        return false;  // damaged: nothing is known of an owner
    }
}

}  // namespace ablate::run
