#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // of OpenSSL, whose headers stay in the source file

namespace ablate {

// SHA-256 (FIPS 180-4) by OpenSSL, which uses the processor's instructions for it. Fed piece by piece.
class Sha256 {
  public:
    Sha256();
    Sha256& update(const void* data, std::size_t bytes);
    Sha256& update(std::string_view text) { return update(text.data(), text.size()); }
    std::string hex();  // 64 lower-case digits; ends the hash

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string sha256_hex(std::string_view bytes);
std::string sha256_file(const std::filesystem::path& file);  // InputError when it cannot be read

}  // namespace ablate
