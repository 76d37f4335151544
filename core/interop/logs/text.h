#pragma once
#include "core/interop/logs/logs.h"

namespace ablate::interop::logs {

// JSON of a log. InputError "WHERE: ...", also for the dict that Python's print() writes.
Json parse_log(std::string_view text, const std::string& where);
// A JSON value on each line. The last line may be torn, as after a crash: it is left out with a remark. InputError for
// any other that is no JSON.
using EachLine = std::function<void(const Json& line, std::size_t number, const std::string& at)>;
void for_each_line(std::string_view text, const std::filesystem::path& file, ImportedRun& run, const EachLine& each);
// A text file as UTF-8: decompressed where it is gzip, decoded from UTF-16, without a byte order mark.
std::string read_text(const std::filesystem::path& file);

}  // namespace ablate::interop::logs
