#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace ablate {

// SHA-256 (FIPS 180-4), fed piece by piece.
class Sha256 {
  public:
    Sha256();
    Sha256& update(const void* data, std::size_t bytes);
    Sha256& update(std::string_view text) { return update(text.data(), text.size()); }
    std::string hex();  // 64 lower-case digits; ends the hash

  private:
    void block(const std::uint8_t* data);
    std::array<std::uint32_t, 8> state_;
    std::array<std::uint8_t, 64> pending_;
    std::size_t pending_bytes_ = 0;
    std::uint64_t total_bytes_ = 0;
};

std::string sha256_hex(std::string_view bytes);
std::string sha256_file(const std::filesystem::path& file);  // InputError when it cannot be read

}  // namespace ablate
