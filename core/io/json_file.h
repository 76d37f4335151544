#pragma once
#include "core/base/json.h"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace ablate::io {

// Strict JSON, plus the bare NaN, Infinity and -Infinity that Python writes (read as the strings "NaN" ...). Depth is
// bounded. `what` names the text in the error: "FILE: line L, column C: ...".
Json parse_json(std::string_view text, std::string_view what);
Json read_json(const std::filesystem::path& file, std::uint64_t limit = 256ull << 20);
// Pretty-printed, replaced atomically.
void write_json(const std::filesystem::path& file, const Json& value);
// One line, invalid UTF-8 replaced.
std::string dump_line(const Json& value);

}  // namespace ablate::io
