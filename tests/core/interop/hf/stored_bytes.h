#pragma once
#include "core/interop/hf/weight_files.h"

namespace ablate::test {

// Of all tensors of a Hugging Face folder.
inline std::uint64_t stored_bytes(const std::filesystem::path& folder) {
    std::uint64_t bytes = 0;
    const interop::hf::WeightFiles files(folder);
    for (const auto& [name, tensor] : files.tensors()) bytes += tensor.entry->bytes();
    return bytes;
}

}  // namespace ablate::test
