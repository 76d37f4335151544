#pragma once
#include "core/io/bytes.h"
#include "core/io/crc32c.h"

#include <bit>
#include <string>
#include <string_view>

namespace ablate::test {

inline std::uint32_t masked_crc(std::string_view bytes) {
    return std::rotr(io::crc32c(bytes.data(), bytes.size()), 15) + 0xa282ead8u;
}

// A TFRecord with right checksums around any data, valid or not.
inline std::string record(std::string_view data) {
    std::string bytes;
    io::store(bytes, static_cast<std::uint64_t>(data.size()));
    io::store(bytes, masked_crc(bytes));
    bytes += data;
    io::store(bytes, masked_crc(data));
    return bytes;
}

}  // namespace ablate::test
