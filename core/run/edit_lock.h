#pragma once
#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace ablate::run {

// One edit of the files of a folder at a time, of all threads and processes. A lock of the folder itself, since
// RUN/lock says that a run is trained; where the file system has none, edits go unguarded.
class EditLock {
  public:
    explicit EditLock(const std::filesystem::path& folder)
        : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (descriptor_ < 0) throw_system_error(errno, folder, "opening");
        while (flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~EditLock() { close(descriptor_); }
    EditLock(const EditLock&) = delete;
    EditLock& operator=(const EditLock&) = delete;

  private:
    int descriptor_;
};

}  // namespace ablate::run
