#include "core/base/atomic_file.h"
#include "core/base/device_name.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"
#include "core/io/numbers.h"
#include "core/run/file_lock.h"
#include "core/run/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

// What is written in the lock file is for messages only: the lock itself counts (file_lock.h).
namespace ablate::run {

namespace fs = std::filesystem;

namespace {

std::string first_line(const fs::path& file) {
    std::string line;  // an empty one when it cannot be read
    std::ifstream stream(file);
    std::getline(stream, line);
    return line;
}

LockHolder read_holder(const fs::path& file) {
    LockHolder holder;
    try {
        const Json json = io::parse_json(first_line(file), file.string());
        holder.pid = json.value("pid", std::int64_t{0});
        holder.host = json.value("host", "");
        holder.boot_id = json.value("boot_id", "");
        holder.heartbeat = json.value("heartbeat", 0.0);
    } catch (const std::exception&) {
        // Read while it was written: the lock itself is what counts.
    }
    return holder;
}

}  // namespace

bool RunDirectory::locked(LockHolder* holder) const {
    const fs::path file = folder_ / run_files::kLock;
    if (!is_locked(file, false)) return false;
    if (holder) *holder = read_holder(file);
    return true;
}

RunLock::RunLock(const fs::path& folder) : file_(folder / run_files::kLock) {
    descriptor_ = open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (descriptor_ < 0) throw_system_error(errno, file_, "opening");
    struct flock range = whole_file(F_WRLCK);
    if (fcntl(descriptor_, F_OFD_SETLK, &range) != 0) {
        const int error = errno;
        close(descriptor_);
        if (error != EAGAIN && error != EACCES) throw_system_error(error, file_, "locking");
        const LockHolder holder = read_holder(file_);
        throw InputError("run {}: process {} on {} is training it", folder.filename().string(), holder.pid,
                         holder.host.empty() ? "another machine" : holder.host);
    }
    try {
        heartbeat();
    } catch (...) {
        close(descriptor_);
        throw;
    }
}

RunLock::~RunLock() { close(descriptor_); }

void RunLock::heartbeat() {
    const Json holder{{"pid", getpid()},
                      {"host", host_name()},
                      {"boot_id", first_line("/proc/sys/kernel/random/boot_id")},
                      {"heartbeat", unix_now()}};
    // Of constant length, so that a reader never meets the tail of an older line.
    const std::string line = fmt::format("{:<511}\n", holder.dump());
    if (pwrite(descriptor_, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()))
        throw_system_error(errno, file_, "writing", line.size());
}

}  // namespace ablate::run
