#pragma once
#include "core/interop/flashnorm/fold_plan.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ablate::interop {

struct FlashNormOptions {
    bool strict = false;  // leave the folded norms out; otherwise they stay as ones
};

struct WrittenFile {
    std::string name;
    std::string sha256;
    std::uint64_t tensors = 0;
};

struct FlashNormResult {
    FoldPlan plan;
    bool strict = false;
    std::vector<WrittenFile> weights;
};

// Says what is being written and how far it all is, in [0, 1]. What it throws ends the work and leaves nothing.
using FlashNormProgress = std::function<void(const std::string& what, double share)>;

// FlashNorm (Graef et al., arXiv 2407.09577): folds the norm weights of the Hugging Face checkpoint in `from` into the
// linear layers after them and writes the new folder `to`: the weights (a file for each there was), config.json,
// generation_config.json, tokenizer and license as they are, and a model card. The weights are byte for byte those of
// transformer_tricks.flashify_repo where that does not overflow. One tensor is in memory at a time.
// InputError: what cannot be folded (see plan_folds), or `to` exists. ResourceError: the disk has no room.
FlashNormResult flashnorm(const std::filesystem::path& from, const std::filesystem::path& to,
                          const FlashNormOptions& options = {}, const FlashNormProgress& progress = {});

}  // namespace ablate::interop
