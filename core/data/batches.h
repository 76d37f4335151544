#pragma once
#include "core/data/token_file.h"

#include <cstdint>
#include <vector>

namespace ablate::data {

// Windows of `context` + 1 tokens: ids are the first `context`, targets the last.
struct Batch {
    std::int64_t rows = 0, context = 0;
    std::vector<std::int64_t> ids, targets;  // [rows, context], row-major
};

// The batch of a micro-step: random windows from the stream (seed, "data/STEP/MICRO"). Any batch is known by its step
// alone, so a resume needs no cursor and every variant with the same seed sees the same order. The context must be
// shorter than the tokens.
Batch training_batch(const TokenFile& tokens, std::int64_t rows, std::int64_t context, std::uint64_t seed,
                     std::int64_t step, std::int64_t micro = 0);

// Batch k of `batches` over evenly spaced windows of the whole set: the same for every run. Windows begin at
// linspace(0, size - context - 2, batches * rows), rounded down, as in the quick study's PyTorch twin.
Batch evaluation_batch(const TokenFile& tokens, std::int64_t rows, std::int64_t context, std::int64_t batches,
                       std::int64_t k);

}  // namespace ablate::data
