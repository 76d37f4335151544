#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace ablate::data {

// Token ids on disk: .npy (uint16, int32, int64) or raw .bin (uint16). Read in windows with pread: nothing is loaded whole, and a file
// that shrinks under a running training is an InputError, where a memory map would end the process with SIGBUS.
class TokenFile {
  public:
    explicit TokenFile(const std::filesystem::path& file);
    ~TokenFile();
    TokenFile(const TokenFile&) = delete;
    TokenFile& operator=(const TokenFile&) = delete;
    std::int64_t size() const { return size_; }
    void read(std::int64_t begin, std::span<std::int64_t> ids) const;
    const std::filesystem::path& path() const { return file_; }

  private:
    std::filesystem::path file_;
    int descriptor_ = -1;
    std::int64_t size_ = 0;
    std::uint64_t data_offset_ = 0;
    int item_bytes_ = 2;
};

// Scans the file: InputError with the position of the first id outside [0, vocab_size). Returns each id's count.
std::vector<std::int64_t> count_tokens(const TokenFile& tokens, std::int64_t vocab_size);

}  // namespace ablate::data
