#pragma once
#include "core/base/json.h"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace ablate::io {

// Strict JSON, plus the bare NaN, Infinity and -Infinity that Python writes (read as the strings "NaN" ...). At most
// 200 levels deep; a key that appears twice in one object is refused. `what` names the text in the InputError: "FILE:
// line L, column C: ...".
Json parse_json(std::string_view text, std::string_view what);
Json read_json(const std::filesystem::path& file, std::uint64_t limit = 256ull << 20);
// Pretty-printed, replaced atomically. Here and in dump_line a non-finite number becomes "NaN", "Infinity" or
// "-Infinity" (nlohmann would write null) and invalid UTF-8 is replaced.
void write_json(const std::filesystem::path& file, const Json& value);
// On one line.
std::string dump_line(const Json& value);

}  // namespace ablate::io
