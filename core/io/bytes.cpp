#include "core/io/bytes.h"

#include "core/base/error.h"

#include <algorithm>

namespace ablate::io {

OpenFile::OpenFile(std::filesystem::path file, int flags)
    : file_(std::move(file)), descriptor_(open(file_.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0666)) {
    if (descriptor_ < 0) throw_system_error(errno, file_, "opening");
    struct stat status {};
    if (fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) return;
    close(descriptor_);
    throw InputError("{}: is not a regular file", file_.string());
}

std::uint64_t OpenFile::size() const {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0) throw_system_error(errno, file_, "reading");
    return static_cast<std::uint64_t>(status.st_size);
}

std::size_t OpenFile::read_at(std::uint64_t offset, void* destination, std::size_t bytes) const {
    std::size_t filled = 0;
    while (filled < bytes) {
        const ssize_t got = pread(descriptor_, static_cast<char*>(destination) + filled, bytes - filled,
                                  static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_system_error(errno, file_, "reading");
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

std::string OpenFile::read_at(std::uint64_t offset, std::size_t bytes) const {
    const std::uint64_t end = size();
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, end > offset ? end - offset : 0)), '\0');
    text.resize(read_at(offset, text.data(), text.size()));
    return text;
}

void OpenFile::append_at(std::uint64_t offset, std::string_view bytes) const {
    try {
        if (lseek(descriptor_, static_cast<off_t>(offset), SEEK_SET) < 0) throw_system_error(errno, file_, "writing");
        write_all(descriptor_, bytes, file_);
    } catch (...) {
        if (ftruncate(descriptor_, static_cast<off_t>(offset)) != 0) {
            // The error under way says more; readers leave a torn tail aside.
        }
        throw;
    }
}

void OpenFile::cut_to(std::uint64_t bytes) const {
    if (const std::uint64_t held = size(); held < bytes)
        throw InputError("{}: holds {} bytes, fewer than the {} to resume from", file_.string(), held, bytes);
    if (ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) throw_system_error(errno, file_, "cutting");
}

void OpenFile::sync() const {
    if (fsync(descriptor_) != 0) throw_system_error(errno, file_, "syncing");
}

}  // namespace ablate::io
