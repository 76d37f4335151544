#pragma once
#include "core/config/run_config.h"
#include "core/data/token_file.h"

#include <cstdint>
#include <vector>

namespace ablate::data {

// Windows of `context` + 1 tokens: ids are the first `context`, targets the last.
struct Batch {
    std::int64_t rows = 0, context = 0;
    std::vector<std::int64_t> ids, targets;  // [rows, context], row-major
    std::vector<std::int64_t> begins;        // [rows]: the position of each row's first id in its token file
};

// The batch of a micro-step: random windows from the stream (seed, "data/STEP/MICRO"). Any batch is known by its step
// alone, so a resume needs no cursor and every variant with the same seed sees the same order. The context must be
// shorter than the tokens.
Batch training_batch(const TokenFile& tokens, std::int64_t rows, std::int64_t context, std::uint64_t seed,
                     std::int64_t step, std::int64_t micro = 0);

// How many windows of data.context tokens an evaluation reads of each validation set: train.eval_windows, or where that
// is 0 train.eval_batches * train.batch.
std::int64_t evaluation_windows(const TrainConfig& train);

// The windows `first` to `first + rows - 1` of `windows` that are evenly spaced over the whole set. They begin at
// linspace(0, size - context - 2, windows), rounded down, as in the quick study's PyTorch twin, so that the text
// depends on the number of windows and their length alone.
Batch evaluation_batch(const TokenFile& tokens, std::int64_t context, std::int64_t windows, std::int64_t first,
                       std::int64_t rows);

}  // namespace ablate::data
