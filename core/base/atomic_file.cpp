#include "core/base/atomic_file.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>

namespace ablate {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view leftover_mark = ".ablate-tmp-";

class Descriptor {
  public:
    Descriptor(const fs::path& file, int flags, std::string_view action) : number_(open(file.c_str(), flags, 0666)) {
        if (number_ < 0) throw_system_error(errno, file, action);
    }
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    operator int() const { return number_; }

  private:
    int number_;
};

void sync_path(const fs::path& path) {
    const Descriptor descriptor(path, O_RDONLY | O_CLOEXEC, "opening");
    if (fsync(descriptor) != 0) throw_system_error(errno, path, "syncing");
}

fs::path folder_of(const fs::path& path) { return path.parent_path().empty() ? "." : path.parent_path(); }

// When a process began, in ticks since the machine did; 0: there is none. Ids come again, in a container at each start.
unsigned long long start_of(pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/stat", process));
    std::string line;
    std::getline(file, line);
    const auto name_end = line.rfind(')');  // the name before it may hold anything
    const auto fields = name_end == std::string::npos ? std::vector<std::string>() : split(line.substr(name_end), ' ');
    return fields.size() > 20 ? std::strtoull(fields[20].c_str(), nullptr, 10) : 0;
}

// A name no other call, thread or process uses, in the folder of `path`: a rename never crosses file systems.
fs::path name_beside(const fs::path& path) {
    static std::atomic<unsigned> calls = 0;
    return folder_of(path) /
           fmt::format(".{}{}{}-{}-{}", path.filename().string(), leftover_mark, getpid(), start_of(getpid()), ++calls);
}

bool writer_lives(const std::string& name) {
    int process = 0;
    unsigned long long start = 0;
    const char* marked = name.c_str() + name.find(leftover_mark) + leftover_mark.size();
    return std::sscanf(marked, "%d-%llu-", &process, &start) == 2 && start != 0 && start == start_of(process);
}

// Deletes what is under its name unless the rename took it away.
struct Beside {
    fs::path path;
    ~Beside() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

void rename_durably(const fs::path& from, const fs::path& to) {
    if (rename(from.c_str(), to.c_str()) != 0) throw_system_error(errno, to, "renaming");
    sync_path(folder_of(to));
}

void sync_tree(const fs::path& directory) {
    for (const auto& entry : fs::directory_iterator(directory))
        if (entry.is_directory() && !entry.is_symlink())
            sync_tree(entry.path());
        else if (entry.is_regular_file())
            sync_path(entry.path());
    sync_path(directory);
}

}  // namespace

void throw_system_error(int error, const fs::path& file, std::string_view action, std::uint64_t bytes) {
    const std::string reason = std::generic_category().message(error);
    switch (error) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
        case EIO:
        case ENOMEM:
        case EMFILE:
        case ENFILE:
            if (bytes == 0) throw ResourceError("{}: {} failed: {}", file.string(), action, reason);
            throw ResourceError("{}: {} failed: {} ({} bytes needed)", file.string(), action, reason,
                                with_thousands(static_cast<std::int64_t>(bytes)));
        default:
            throw InputError("{}: {} failed: {}", file.string(), action, reason);
    }
}

void write_all(int descriptor, std::string_view bytes, const fs::path& file) {
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const ssize_t written = write(descriptor, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_system_error(errno, file, "writing", bytes.size());
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

void atomic_write(const fs::path& file, std::string_view bytes) {
    atomic_write(file, [bytes](const AppendBytes& append) { append(bytes); });
}

void atomic_write(const fs::path& file, const std::function<void(const AppendBytes& append)>& fill) {
    const Beside beside{name_beside(file)};
    {
        std::uint64_t size = 0;
        const Descriptor descriptor(beside.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, "creating");
        fill([&](std::string_view bytes) {
            write_all(descriptor, bytes, file);
            size += bytes.size();
        });
        if (fsync(descriptor) != 0) throw_system_error(errno, file, "syncing", size);
    }
    rename_durably(beside.path, file);
}

void atomic_directory(const fs::path& directory, const std::function<void(const fs::path& beside)>& fill) {
    const fs::path target = directory.has_filename() ? directory : directory.parent_path();
    std::error_code missing;
    if (fs::exists(fs::symlink_status(target, missing))) throw InputError("{}: exists already", target.string());
    const Beside beside{name_beside(target)};
    if (mkdir(beside.path.c_str(), 0777) != 0) throw_system_error(errno, target, "creating");
    fill(beside.path);
    sync_tree(beside.path);
    rename_durably(beside.path, target);
}

void remove_leftovers(const fs::path& directory) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with('.') && name.find(leftover_mark) != std::string::npos && !writer_lives(name))
            fs::remove_all(entry.path(), ignored);
    }
}

void require_free_space(const fs::path& where, std::uint64_t bytes) {
    fs::path existing = fs::absolute(where);
    std::error_code missing;
    while (!fs::exists(existing, missing) && existing != existing.root_path()) existing = existing.parent_path();
    struct statvfs disk {};
    if (statvfs(existing.c_str(), &disk) != 0) throw_system_error(errno, where, "asking for free space");
    const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
    const double needed = static_cast<double>(bytes) * 1.05;
    if (free < needed)
        throw ResourceError("{}: the disk has {} free and {} are needed", where.string(), short_bytes(free),
                            short_bytes(needed));
}

std::string read_file(const fs::path& file, std::uint64_t limit) {
    const Descriptor descriptor(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK, "opening");
    struct stat status {};
    if (fstat(descriptor, &status) != 0) throw_system_error(errno, file, "reading");
    if (S_ISDIR(status.st_mode)) throw InputError("{}: is a folder, not a file", file.string());
    if (!S_ISREG(status.st_mode)) throw InputError("{}: is not a regular file", file.string());
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > limit)
        throw InputError("{}: is too large ({}; at most {} are read)", file.string(),
                         short_bytes(static_cast<double>(size)), short_bytes(static_cast<double>(limit)));
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = read(descriptor, bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_system_error(errno, file, "reading");
        if (got == 0) break;  // it shrank under us
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace ablate
