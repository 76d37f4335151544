#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>

// Errors that a user can mend are one line: what is wrong, where, and what would be right. Everything else that is
// thrown is a programming error. DESIGN "Study files" lists the exit codes.
namespace ablate {

enum class ExitCode : int { done = 0, failed = 1, bad_input = 2, no_resources = 3, interrupted = 130, terminated = 143 };

// A file, option, study or command line that cannot be used as it is. Exit code 2.
class InputError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
    template <class... A>
    explicit InputError(fmt::format_string<A...> format, A&&... args)
        requires(sizeof...(A) > 0)
        : std::runtime_error(fmt::format(format, std::forward<A>(args)...)) {}
};

// Disk or memory (of the host or a device) does not suffice. Exit code 3.
class ResourceError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
    template <class... A>
    explicit ResourceError(fmt::format_string<A...> format, A&&... args)
        requires(sizeof...(A) > 0)
        : std::runtime_error(fmt::format(format, std::forward<A>(args)...)) {}
};

}  // namespace ablate
