#pragma once
#include "core/io/safetensors.h"

#include <memory>
#include <optional>

namespace ablate::interop::hf {

// The safetensors files of a folder: model.safetensors, or the shards that model.safetensors.index.json lists. Opening
// reads headers alone and checks that every tensor is in the file the index names, none twice, none unlisted.
class WeightFiles {
  public:
    struct Tensor {
        const io::SafetensorsReader* reader;
        const io::TensorEntry* entry;
        const std::filesystem::path* file;  // for messages
    };

    explicit WeightFiles(const std::filesystem::path& folder);  // InputError: none, damaged, index and files disagree
    const std::map<std::string, Tensor, std::less<>>& tensors() const { return tensors_; }
    const Tensor* find(std::string_view name) const;
    const std::optional<Json>& index() const { return index_; }  // nothing: the weights are one file

  private:
    struct File {
        std::filesystem::path path;
        io::SafetensorsReader reader;
        explicit File(std::filesystem::path file) : path(std::move(file)), reader(path) {}
    };
    std::vector<std::unique_ptr<File>> files_;
    std::map<std::string, Tensor, std::less<>> tensors_;
    std::optional<Json> index_;

    void open(const std::filesystem::path& file);
    void open_shards(const std::filesystem::path& index);
};

}  // namespace ablate::interop::hf
