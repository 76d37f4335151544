#pragma once
#include "core/io/torch_file/unpickle_state_dict.h"
#include "core/io/torch_file/zip_reader.h"

#include <map>

namespace ablate::io::torch_file {

// A state dict as torch.save (since PyTorch 1.6) keeps it: model.pt, pytorch_model.bin. Nothing of it is ever executed,
// and opening reads no tensor. InputError: "FILE: what is wrong (where)".
class StateDictFile {
  public:
    struct Tensor {
        std::string name;
        std::string dtype;  // as in safetensors: "F32", "BF16", ...
        std::vector<std::int64_t> shape;
        std::size_t storage = 0;  // equal where tensors share one: a tied head
        std::uint64_t offset = 0;
        std::vector<std::int64_t> stride;
        std::uint64_t elements() const;
        std::uint64_t bytes() const;
    };

    explicit StateDictFile(std::filesystem::path file);
    const std::filesystem::path& path() const { return zip_.path(); }
    const std::vector<Tensor>& tensors() const { return tensors_; }  // in its order
    const Tensor* find(std::string_view name) const;
    const std::string& member() const { return pickled_.member; }  // "model" where the file holds {"model": state dict}
    const std::vector<std::string>& others() const { return pickled_.others; }  // what is there beside the tensors
    // tensor.bytes() bytes, in row-major order whatever the strides. Needs the room of the tensor's span once more when
    // it is not contiguous.
    void read(const Tensor& tensor, void* destination) const;

  private:
    ZipReader zip_;
    PickledStateDict pickled_;
    std::vector<const ZipEntry*> records_;  // by storage
    std::vector<Tensor> tensors_;
    std::map<std::string, std::size_t, std::less<>> index_;

    std::string find_folder() const;
    void require_little_endian(const std::string& folder) const;
};

}  // namespace ablate::io::torch_file
