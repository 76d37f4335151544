#pragma once
#include "core/io/byte_stream.h"

#include <string>

namespace ablate::io {

// Reads a text file line by line, decompressing it when it is gzip (told by its magic bytes). Lines lose "\n" and
// "\r\n".
class LineReader {
  public:
    explicit LineReader(const std::filesystem::path& file);  // InputError when it cannot be opened
    bool next(std::string& line);                            // false at the end; InputError on damaged gzip
    std::uint64_t bytes_read() const;                        // of the file on disk: progress

  private:
    ByteStream bytes_;
    std::string_view held_;  // read and not yet handed out
};

}  // namespace ablate::io
