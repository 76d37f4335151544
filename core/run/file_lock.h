#pragma once
#include <fcntl.h>

#include <filesystem>

// Open-file-description locks over a whole file: held by a descriptor, so two owners in one process exclude each other
// as two processes do, and released by the kernel when the process dies.
namespace ablate::run {

struct flock whole_file(short type);  // F_RDLCK, F_WRLCK

// Whether somebody holds the lock. A file that is missing is not locked; one that cannot be asked about counts as
// `if_unknown`.
bool is_locked(const std::filesystem::path& file, bool if_unknown);

}  // namespace ablate::run
