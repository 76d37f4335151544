#pragma once
#include "core/io/bytes.h"

#include <vector>

namespace ablate::io::torch_file {

// A zip file as PyTorch's own writer lays it out: stored entries whose data begin at multiples of 64 bytes, checksums
// after the data, zip64 for what is larger than 4 GB. Only ever appended to.
class ZipWriter {
  public:
    explicit ZipWriter(std::filesystem::path file) : file_(std::move(file), O_RDWR | O_CREAT | O_TRUNC) {}
    void begin(const std::string& name, std::uint64_t bytes);  // of its data, which append() then takes
    void append(std::string_view data);                        // std::logic_error: more than that
    void end();                                                // std::logic_error: less than that
    void add(const std::string& name, std::string_view data);
    std::uint64_t left() const;  // of the entry that has begun
    std::vector<std::uint32_t> checksums() const;
    void finish();  // writes the directory

  private:
    struct Entry {
        std::string name;
        std::uint64_t header = 0, bytes = 0, written = 0;
        std::uint32_t crc = 0;
    };
    io::OpenFile file_;
    std::uint64_t offset_ = 0;
    std::vector<Entry> entries_;

    void put(std::string_view bytes);
    static std::string central_header(const Entry& entry);
};

// What a file of entries of these names and sizes takes at most.
std::uint64_t zip_bytes(std::uint64_t entries, std::uint64_t longest_name, std::uint64_t data);

}  // namespace ablate::io::torch_file
