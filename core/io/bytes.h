#pragma once
#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

// Bytes of files at given offsets: what the readers and writers of binary formats share. All formats are little-endian.
namespace ablate::io {

static_assert(std::endian::native == std::endian::little, "the file formats are read and written without swapping");

template <class T>
T load(const char* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

template <class T>
void store(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// An open file, closed with its owner.
class OpenFile {
  public:
    OpenFile(std::filesystem::path file, int flags);  // InputError or ResourceError; never blocks on a pipe
    ~OpenFile() { close(descriptor_); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    const std::filesystem::path& path() const { return file_; }
    std::uint64_t size() const;
    // Up to `bytes` bytes from `offset` on; fewer only at the end of the file.
    std::size_t read_at(std::uint64_t offset, void* destination, std::size_t bytes) const;
    std::string read_at(std::uint64_t offset, std::size_t bytes) const;
    // Writes at `offset`, the file's end. When that fails, what was written of it is cut off again.
    void append_at(std::uint64_t offset, std::string_view bytes) const;
    void cut_to(std::uint64_t bytes) const;  // InputError when the file is shorter
    void sync() const;

  private:
    std::filesystem::path file_;
    int descriptor_;
};

}  // namespace ablate::io
