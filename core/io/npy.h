#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ablate::io {

// The header of a NumPy .npy file, versions 1 to 3 (numpy.lib.format; its limit of 10,000 bytes is kept). Only
// little-endian, C-ordered arrays of plain numbers are accepted; the file must hold exactly as many bytes as the header
// says. InputError otherwise.
struct NpyHeader {
    std::string dtype;  // "u1", "u2", "i4", "i8", "f4", "f8", ...
    std::size_t item_bytes = 0;
    std::vector<std::int64_t> shape;
    std::uint64_t data_offset = 0;
    std::int64_t count() const;
};
NpyHeader read_npy_header(const std::filesystem::path& file);
// The bytes before an array in C order; before `count` items of a one-dimensional one.
std::string npy_header(std::string_view dtype, const std::vector<std::int64_t>& shape);
std::string npy_header_1d(std::string_view dtype, std::int64_t count);

}  // namespace ablate::io
