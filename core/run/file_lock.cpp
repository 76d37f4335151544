#include "core/run/file_lock.h"

#include <unistd.h>

#include <cerrno>

namespace ablate::run {

struct flock whole_file(short type) {
    struct flock range {};
    range.l_type = type;
    range.l_whence = SEEK_SET;
    return range;
}

bool is_locked(const std::filesystem::path& file, bool if_unknown) {
    const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return errno != ENOENT && if_unknown;
    struct flock range = whole_file(F_RDLCK);
    const bool asked = fcntl(descriptor, F_OFD_GETLK, &range) == 0;
    close(descriptor);
    return asked ? range.l_type != F_UNLCK : if_unknown;
}

}  // namespace ablate::run
