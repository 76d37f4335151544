#pragma once
#include "core/io/torch_file/pickle_state_dict.h"

#include <filesystem>
#include <memory>

namespace ablate::io::torch_file {

// Writes a state dict as torch.save (since PyTorch 1.6) does: declares every tensor first, then takes the bytes of
// those with their own storage in that order, in any pieces; nothing is held in memory. torch.load(weights_only=True)
// reads it. Nothing is synced or renamed: write within atomic_directory. std::logic_error: bytes too many or missing,
// invalid declarations.
class StateDictWriter {
  public:
    StateDictWriter(std::filesystem::path file, std::vector<DeclaredTensor> tensors);
    ~StateDictWriter();
    StateDictWriter(const StateDictWriter&) = delete;
    StateDictWriter& operator=(const StateDictWriter&) = delete;
    void write(const void* data, std::uint64_t bytes);
    void finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// What the file will take, rounded up.
std::uint64_t state_dict_bytes(const std::vector<DeclaredTensor>& tensors);

}  // namespace ablate::io::torch_file
