#pragma once
#include <cstddef>
#include <cstdint>

namespace ablate::io {

// The checksum of RFC 3720 (Castagnoli), which TFRecord uses.
std::uint32_t crc32c(const void* data, std::size_t bytes);

}  // namespace ablate::io
