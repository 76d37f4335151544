#include "core/base/sha256.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/paths.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace ablate {

namespace {

void require(int success) {
    if (success != 1) throw std::runtime_error("OpenSSL cannot compute a SHA-256 hash");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

Sha256& Sha256::update(const void* data, std::size_t bytes) {
    require(EVP_DigestUpdate(context_.get(), data, bytes));
    return *this;
}

std::string Sha256::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
    unsigned int length = 0;
    require(EVP_DigestFinal_ex(context_.get(), hash.data(), &length));
    std::string digits;
    for (unsigned int i = 0; i < length; ++i) digits += fmt::format("{:02x}", hash[i]);
    return digits;
}

std::string sha256_hex(std::string_view bytes) { return Sha256().update(bytes).hex(); }

std::string sha256_file(const std::filesystem::path& file) {
    if (!is_file(file)) throw InputError("{}: no such file", file.string());
    std::ifstream in(file, std::ios::binary);
    if (!in) throw_system_error(errno, file, "opening");
    Sha256 hash;
    std::vector<char> buffer(1 << 20);
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
        hash.update(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (in.bad()) throw InputError("{}: reading failed", file.string());
    return hash.hex();
}

}  // namespace ablate
