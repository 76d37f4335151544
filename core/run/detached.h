#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace ablate::run {

// Starts `program words...` in its own session, so that no terminal's or parent's end reaches it, with no signal
// blocked. Nothing is read from it: standard output is dropped, standard error goes to the end of `log`. InputError or
// ResourceError when it cannot be started. Whoever starts it waits for it (waitpid) or leaves it to init.
pid_t start_detached(const std::filesystem::path& program, const std::vector<std::string>& words,
                     const std::filesystem::path& log);

}  // namespace ablate::run
