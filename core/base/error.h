#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>

// Errors that a user can mend are one line: what is wrong, where, and what would be right. Everything else that is
// thrown is a programming error. core/README.md lists the exit codes.
namespace ablate {

enum class ExitCode : int {
    done = 0,
    failed = 1,
    bad_input = 2,
    no_resources = 3,
    interrupted = 130,
    terminated = 143
};

// `text` with its control characters written as \n or \x1b: names and paths in a message are often a stranger's.
std::string one_line(std::string_view text);

// A file, option, study or command line that cannot be used as it is. Exit code 2.
class InputError : public std::runtime_error {
  public:
    explicit InputError(std::string_view message) : std::runtime_error(one_line(message)) {}
    template <class... A>
    explicit InputError(fmt::format_string<A...> format, A&&... args) requires(sizeof...(A) > 0)
        : InputError(std::string_view(fmt::format(format, std::forward<A>(args)...))) {}
};

// Disk or memory (of the host or a device) does not suffice. Exit code 3.
class ResourceError : public std::runtime_error {
  public:
    explicit ResourceError(std::string_view message) : std::runtime_error(one_line(message)) {}
    template <class... A>
    explicit ResourceError(fmt::format_string<A...> format, A&&... args) requires(sizeof...(A) > 0)
        : ResourceError(std::string_view(fmt::format(format, std::forward<A>(args)...))) {}
};

}  // namespace ablate
