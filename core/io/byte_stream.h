#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace ablate::io {

// The longest line, or element of a JSON array, that is read: also what a small gzip file can unfold to.
inline constexpr std::size_t line_limit = 256u << 20;

// With which some programs begin a text in UTF-8.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
inline std::string_view without_byte_order_mark(std::string_view text) {
    return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

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
