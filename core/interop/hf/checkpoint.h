#pragma once
#include "core/interop/hf/config.h"
#include "core/interop/hf/weight_files.h"

#include <functional>

namespace ablate::model {
class Transformer;
}

namespace ablate::interop::hf {

// A Hugging Face folder, opened and checked before a tensor is read: config.json, and that the files hold exactly the
// tensors it asks for, in these shapes, as float32, float16 or bfloat16. A mismatch is an InputError that names the
// tensor, both shapes and the option that would mend it.
//   - `rotary_emb.inv_freq` of old Llama files is passed over.
//   - A tied model may bring its lm_head.weight if it equals the embedding, which load() checks.
//   - Files folded by FlashNorm (its strict form) lack the input and post-attention norms of every layer and, untied,
//     the final norm: those are ones.
class Checkpoint {
  public:
    explicit Checkpoint(std::filesystem::path folder);
    const Config& config() const { return config_; }

    // Fills the parameters of a model of this configuration (train.* may differ), one tensor at a time, as
    // model::fill does.
    void load(model::Transformer& transformer, bool for_generation = false) const;

    // Writes the weights into one safetensors file under the names of the tensor table, of the types they have; a norm
    // that was folded away is ones. Returns the file's sha256. Call it within atomic_directory. `progress` is told how
    // far it is, in [0, 1]; what it throws ends the work.
    using Progress = std::function<void(double share)>;
    std::string convert(const std::filesystem::path& file, const Progress& progress = {}) const;
    std::uint64_t bytes() const;  // of that file's tensors

  private:
    std::filesystem::path folder_;
    Config config_;
    WeightFiles files_;

    void check();
    void check_shape(const std::string& name, const TensorSpec& spec) const;
    void require_only_folded(const std::vector<std::string>& missing) const;
    void require_tied_head_equal() const;
};

}  // namespace ablate::interop::hf
