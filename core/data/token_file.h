#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ablate::io {
class OpenFile;
}

namespace ablate::data {

// Token ids on disk: .npy (uint16, int32, int64; one-dimensional) or raw .bin (uint16). Read in windows with pread:
// nothing is loaded whole, and a file that shrinks under a running training is an InputError, where a memory map would
// end the process with SIGBUS. InputError for a file that is not one of these, or holds no token.
class TokenFile {
  public:
    explicit TokenFile(const std::filesystem::path& file);
    ~TokenFile();
    TokenFile(const TokenFile&) = delete;
    TokenFile& operator=(const TokenFile&) = delete;
    std::int64_t size() const { return size_; }
    // The ids at [begin, begin + ids.size()), which must lie within the file. Any number of threads may read at once.
    void read(std::int64_t begin, std::span<std::int64_t> ids) const;
    const std::filesystem::path& path() const;

  private:
    std::unique_ptr<const io::OpenFile> file_;
    std::int64_t size_ = 0;
    std::uint64_t data_offset_ = 0;
    std::size_t item_bytes_ = 2;
};

// Writes a token file: .npy of uint16 when every id below vocab_size fits, else of int32.
class TokenWriter {
  public:
    TokenWriter(const std::filesystem::path& file, std::int64_t vocab_size);
    ~TokenWriter();
    TokenWriter(const TokenWriter&) = delete;
    TokenWriter& operator=(const TokenWriter&) = delete;
    void append(std::span<const std::int32_t> ids);
    void finish();  // the file is complete after it

  private:
    void flush();
    std::unique_ptr<const io::OpenFile> file_;
    std::string dtype_;
    std::string buffer_;
    std::uint64_t offset_ = 0;
    std::int64_t count_ = 0;
};

// Scans the file: InputError with the position of the first id outside [0, vocab_size). Returns each id's count.
std::vector<std::int64_t> count_tokens(const TokenFile& tokens, std::int64_t vocab_size);

}  // namespace ablate::data
