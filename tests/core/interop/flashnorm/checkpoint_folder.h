#pragma once
#include "core/io/bytes.h"
#include "core/io/json_file.h"
#include "core/io/safetensors.h"
#include "tests/support/temp_folder.h"

#include <functional>

// Checkpoints of tests/data/flashnorm, as they are and changed.
namespace ablate::test {

inline std::filesystem::path flashnorm_case(const std::string& name) {
    return std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/flashnorm" / name;
}

struct StoredTensor {
    io::TensorEntry entry;
    std::string bytes;

    void reshape(std::vector<std::int64_t> shape) {
        std::uint64_t size = io::safetensors_item_bytes(entry.dtype);
        for (const std::int64_t extent : shape) size *= static_cast<std::uint64_t>(extent);
        entry.shape = std::move(shape);
        bytes.resize(size);
    }
    void fill(float value) {  // of an F32 tensor
        const std::size_t elements = bytes.size() / sizeof value;
        bytes.clear();
        for (std::size_t i = 0; i < elements; ++i) io::store(bytes, value);
    }
};
using StoredTensors = std::map<std::string, StoredTensor>;

inline StoredTensors stored_tensors(const std::filesystem::path& file) {
    StoredTensors tensors;
    const io::SafetensorsReader reader(file);
    for (const io::TensorEntry& entry : reader.entries()) {
        StoredTensor& tensor = tensors[entry.name] = {entry, std::string(entry.bytes(), '\0')};
        reader.read(entry, tensor.bytes.data());
    }
    return tensors;
}

inline void store_tensors(const std::filesystem::path& file, const StoredTensors& tensors) {
    std::vector<io::TensorEntry> entries;
    for (const auto& [name, tensor] : tensors) {
        entries.push_back(tensor.entry);
        entries.back().name = name;
    }
    io::SafetensorsWriter writer(file, entries, {{"format", "pt"}});
    for (const auto& [name, tensor] : tensors) writer.write(tensor.bytes.data(), tensor.bytes.size());
    writer.finish();
}

// A copy of a case whose config.json, and whose tensors where they are one file, may be changed.
class Checkpoint {
  public:
    explicit Checkpoint(const std::string& name) {
        std::filesystem::copy(flashnorm_case(name), path(), std::filesystem::copy_options::recursive);
    }
    std::filesystem::path path() const { return folder_ / "source"; }
    std::filesystem::path out() const { return folder_ / "out"; }
    const TempFolder& folder() const { return folder_; }

    void change_json(const std::string& file, const std::function<void(Json&)>& change) const {
        Json json = io::read_json(path() / file);
        change(json);
        io::write_json(path() / file, json);
    }
    void change_config(const std::function<void(Json&)>& change) const { change_json("config.json", change); }
    void change_tensors(const std::function<void(StoredTensors&)>& change,
                        const std::string& file = "model.safetensors") const {
        StoredTensors tensors = stored_tensors(path() / file);
        change(tensors);
        store_tensors(path() / file, tensors);
    }

  private:
    TempFolder folder_;
};

}  // namespace ablate::test
