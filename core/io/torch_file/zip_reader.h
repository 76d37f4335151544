#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ablate::io {
class OpenFile;
}

namespace ablate::io::torch_file {

struct ZipEntry {
    std::string name;
    std::uint64_t header = 0;            // of its local header
    std::uint64_t begin = 0, bytes = 0;  // as stored in the file
    std::uint32_t crc = 0;               // 0 where torch.save was told not to compute it
    std::uint16_t method = 0;            // of compression; 0: stored as it is
};

// A zip file as torch.save writes it: entries that are stored as they are, zip64 where needed (APPNOTE.TXT 6.3). All is
// checked before anything is read of an entry: both headers of each agree, all are inside the file, none overlap.
// InputError: "FILE: what is wrong (where)". Compressed entries are listed and never
// read.
class ZipReader {
  public:
    explicit ZipReader(std::filesystem::path file);
    ~ZipReader();
    ZipReader(const ZipReader&) = delete;
    ZipReader& operator=(const ZipReader&) = delete;

    const std::filesystem::path& path() const;
    const std::vector<ZipEntry>& entries() const { return entries_; }  // in file order
    const ZipEntry* find(std::string_view name) const;
    void require_stored() const;  // InputError naming an entry that is compressed
    // `bytes` bytes of a stored entry from `offset` on. Read whole, they are held against its checksum.
    void read(const ZipEntry& entry, std::uint64_t offset, void* destination, std::uint64_t bytes) const;
    std::string read(const ZipEntry& entry) const;

  private:
    struct Directory {
        std::uint64_t begin = 0, bytes = 0, entries = 0;
    };
    std::unique_ptr<io::OpenFile> file_;
    std::vector<ZipEntry> entries_;
    std::map<std::string, std::size_t, std::less<>> index_;

    [[noreturn]] void fail(std::string_view what, std::uint64_t byte) const;
    void require_zip() const;
    Directory find_directory() const;
    Directory read_zip64_directory(std::uint64_t locator) const;
    void read_directory(const Directory& directory);
    void check_local_header(ZipEntry& entry, std::uint16_t flags, std::uint64_t end) const;
    void check_overlap();
};

}  // namespace ablate::io::torch_file
