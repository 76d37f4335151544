#include "core/io/crc32c.h"

#include "core/io/bytes.h"

#include <array>

namespace ablate::io {

namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b]: the crc of byte b followed by k zero bytes (slicing-by-8, Kounavis and Berry 2005).
constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78u : 0);  // Castagnoli, reflected
        tables[0][byte] = crc;
    }
    for (int k = 1; k < 8; ++k)
        for (int byte = 0; byte < 256; ++byte)
            tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xff];
    return tables;
}

constexpr Tables tables = make_tables();

}  // namespace

std::uint32_t crc32c(const void* data, std::size_t bytes) {
    const auto* at = static_cast<const char*>(data);
    std::uint32_t crc = 0xffffffffu;
    for (; bytes >= 8; at += 8, bytes -= 8) {
        const std::uint64_t word = load<std::uint64_t>(at) ^ crc;
        crc = 0;
        for (int k = 0; k < 8; ++k) crc ^= tables[7 - k][(word >> (8 * k)) & 0xff];
    }
    for (; bytes > 0; ++at, --bytes) crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xff];
    return ~crc;
}

}  // namespace ablate::io
