#pragma once
#include <filesystem>

namespace ablate {

// What cannot be looked at is not there: these never throw.
inline bool is_there(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

inline bool is_file(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace ablate
