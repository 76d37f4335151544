#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace ablate::io {

// Reads a text file line by line, decompressing it when it is gzip (told by its magic bytes). Lines lose "\n" and
// "\r\n".
class LineReader {
  public:
    explicit LineReader(const std::filesystem::path& file);  // InputError when it cannot be opened
    ~LineReader();
    bool next(std::string& line);      // false at the end; InputError on damaged gzip
    std::uint64_t bytes_read() const;  // of the file as it lies on disk: progress

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ablate::io
