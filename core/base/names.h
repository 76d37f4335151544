#pragma once
#include <fmt/format.h>

#include <string>

namespace ablate {

inline constexpr std::size_t kLongestName = 64;  // see is_plain_name

// "name-2", within that length.
inline std::string numbered(const std::string& name, int number) {
    const std::string tail = fmt::format("-{}", number);
    return name.substr(0, kLongestName - tail.size()) + tail;
}

// `name`, or the first of "name-2", "name-3" ... that is not `taken(name)`.
template <class Taken>
std::string free_name(const std::string& name, Taken taken) {
    std::string free = name;
    for (int number = 2; taken(free); ++number) free = numbered(name, number);
    return free;
}

}  // namespace ablate
