#pragma once
#include "core/base/json.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace ablate::io {

class OpenFile;

// Appends one JSON value a line; each line is written at once, so a crash tears at most the last.
class JsonLinesWriter {
  public:
    // Cuts the file back to `keep_bytes` first (a resume), if given; InputError when it is shorter than that.
    explicit JsonLinesWriter(std::filesystem::path file, std::int64_t keep_bytes = -1);
    ~JsonLinesWriter();
    JsonLinesWriter(const JsonLinesWriter&) = delete;
    JsonLinesWriter& operator=(const JsonLinesWriter&) = delete;
    void append(const Json& value);
    void sync();
    std::int64_t offset() const { return offset_; }

  private:
    std::unique_ptr<OpenFile> file_;
    std::int64_t offset_ = 0;
};

struct JsonLines {
    std::vector<Json> values;
    std::int64_t end = 0;      // offset after the last whole line, where a follower continues
    std::int64_t damaged = 0;  // whole lines that are not JSON, left out
    bool restarted = false;    // the file is shorter than `from` (a resume cut it back): read from its beginning
};
// A missing file is empty. A torn last line is left for later.
JsonLines read_json_lines(const std::filesystem::path& file, std::int64_t from = 0);

}  // namespace ablate::io
