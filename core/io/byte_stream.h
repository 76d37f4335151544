#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace ablate::io {

// The bytes of a file from its beginning, decompressed when it is gzip (told by its magic bytes).
class ByteStream {
  public:
    explicit ByteStream(const std::filesystem::path& file);  // InputError when it cannot be opened
    ~ByteStream();
    // The next bytes, at most 1 MiB, valid until the next call; empty at the end. InputError on damaged gzip.
    std::string_view next();
    std::uint64_t bytes_read() const;  // of the file on disk: progress
    const std::filesystem::path& path() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ablate::io
