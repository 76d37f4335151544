#pragma once
#include <cstdint>
#include <string_view>

// Numbers of the zip format that its reader and its writer share (APPNOTE.TXT 6.3).
namespace ablate::io::torch_file {

inline constexpr std::string_view kLocalHeader = "PK\x03\x04", kCentralHeader = "PK\x01\x02",
                                  kDirectoryEnd = "PK\x05\x06", kDescriptor = "PK\x07\x08", kZip64End = "PK\x06\x06",
                                  kZip64Locator = "PK\x06\x07";
inline constexpr std::uint64_t kLocalHeaderBytes = 30, kCentralHeaderBytes = 46, kDirectoryEndBytes = 22,
                               kZip64EndBytes = 56, kZip64LocatorBytes = 20;
inline constexpr std::uint16_t kStored = 0, kDeflated = 8;
inline constexpr std::uint16_t kEncrypted = 1, kSizesAfterData = 1 << 3, kUtf8 = 1 << 11;  // general purpose flags
inline constexpr std::uint16_t kZip64Extra = 1;
inline constexpr std::uint32_t kInZip64 = 0xffffffff;  // a size or an offset that is in the zip64 field
inline constexpr std::uint16_t kCountInZip64 = 0xffff;

}  // namespace ablate::io::torch_file
