#pragma once
#include "core/interop/hf/weight_files.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ablate::interop {

// The weights of a Hugging Face folder as they are in its files, read one tensor at a time. InputError as WeightFiles.
class Shards {
  public:
    explicit Shards(const std::filesystem::path& folder);

    const std::filesystem::path& folder() const { return folder_; }
    const std::map<std::string, const io::SafetensorsReader*>& files() const { return files_; }  // by their names
    const std::optional<Json>& index() const { return weights_.index(); }  // nothing: the weights are one file
    std::vector<std::string> names() const;                                // of every tensor, sorted

    const io::TensorEntry* find(std::string_view name) const;  // null: no such tensor
    const io::TensorEntry& at(std::string_view name) const;    // InputError: no such tensor
    std::string file_of(std::string_view name) const;          // the file that holds it
    std::vector<char> read(std::string_view name) const;

  private:
    const hf::WeightFiles::Tensor& tensor(std::string_view name) const;

    std::filesystem::path folder_;
    hf::WeightFiles weights_;
    std::map<std::string, const io::SafetensorsReader*> files_;
};

}  // namespace ablate::interop
