#pragma once
#include "core/base/json.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ablate::io {

class OpenFile;

struct TensorEntry {
    std::string name;
    std::string dtype;  // "F32", "BF16", "I64", ...
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;  // offsets in the buffer after the header
    std::uint64_t bytes() const { return end - begin; }
};
std::size_t safetensors_item_bytes(std::string_view dtype);  // 0 for an unknown one

// Reads the header with the checks of the reference implementation (100,000,000 bytes at most, no holes, no overlap,
// no trailing bytes, sizes that multiply out without overflow), before anything is allocated for a tensor.
// InputError: "FILE: what is wrong (where)".
class SafetensorsReader {
  public:
    explicit SafetensorsReader(std::filesystem::path file);
    ~SafetensorsReader();
    SafetensorsReader(const SafetensorsReader&) = delete;
    SafetensorsReader& operator=(const SafetensorsReader&) = delete;
    const std::vector<TensorEntry>& entries() const { return entries_; }  // in file order
    const TensorEntry* find(std::string_view name) const;
    const std::map<std::string, std::string>& metadata() const { return metadata_; }
    void read(const TensorEntry& entry, void* destination) const;  // entry.bytes() bytes

  private:
    std::unique_ptr<OpenFile> file_;
    std::uint64_t data_offset_ = 0;
    std::vector<TensorEntry> entries_;
    std::map<std::string, std::size_t, std::less<>> index_;  // name to its place in entries_
    std::map<std::string, std::string> metadata_;
};

// Declares every tensor first, then takes their bytes in that order; nothing is held in memory. The file is complete
// after finish(). Bytes too many or missing and an invalid name or dtype are std::logic_error. Nothing is
// synced or renamed: write within atomic_directory.
class SafetensorsWriter {
  public:
    SafetensorsWriter(std::filesystem::path file, std::vector<TensorEntry> entries,  // begin and end are computed here
                      const std::map<std::string, std::string>& metadata = {});
    ~SafetensorsWriter();
    SafetensorsWriter(const SafetensorsWriter&) = delete;
    SafetensorsWriter& operator=(const SafetensorsWriter&) = delete;
    void write(const void* data, std::uint64_t bytes);
    std::string finish();  // the file's sha256

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ablate::io
