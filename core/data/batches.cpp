#include "core/data/batches.h"

#include "core/base/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace ablate::data {

namespace {

Batch empty_batch(const TokenFile& tokens, std::int64_t rows, std::int64_t context) {
    if (rows < 1 || context < 1 || tokens.size() <= context)
        throw std::logic_error("a batch needs rows, and a context shorter than its tokens (prepare_data checks that)");
    const auto count = static_cast<std::size_t>(rows * context);
    return {rows, context, std::vector<std::int64_t>(count), std::vector<std::int64_t>(count),
            std::vector<std::int64_t>(static_cast<std::size_t>(rows))};
}

void fill_row(Batch& batch, std::int64_t row, const TokenFile& tokens, std::int64_t begin) {
    std::vector<std::int64_t> window(static_cast<std::size_t>(batch.context + 1));
    tokens.read(begin, window);
    batch.begins[static_cast<std::size_t>(row)] = begin;
    std::copy(window.begin(), window.end() - 1, batch.ids.begin() + row * batch.context);
    std::copy(window.begin() + 1, window.end(), batch.targets.begin() + row * batch.context);
}

}  // namespace

Batch training_batch(const TokenFile& tokens, std::int64_t rows, std::int64_t context, std::uint64_t seed,
                     std::int64_t step, std::int64_t micro) {
    Batch batch = empty_batch(tokens, rows, context);
    RandomStream stream(seed, fmt::format("data/{}/{}", step, micro));
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::uint64_t begin = stream.below(static_cast<std::uint64_t>(tokens.size() - context));
        fill_row(batch, row, tokens, static_cast<std::int64_t>(begin));
    }
    return batch;
}

std::int64_t evaluation_windows(const TrainConfig& train) {
    return train.eval_windows > 0 ? train.eval_windows : train.eval_batches * train.batch;
}

Batch evaluation_batch(const TokenFile& tokens, std::int64_t context, std::int64_t windows, std::int64_t first,
                       std::int64_t rows) {
    if (first < 0 || first + rows > windows) throw std::logic_error("evaluation_batch: no such windows");
    Batch batch = empty_batch(tokens, rows, context);
    const std::int64_t last = std::max<std::int64_t>(0, tokens.size() - context - 2);
    for (std::int64_t row = 0; row < rows; ++row) {
        // In floating point: exact up to 2^53, where the integer product would overflow beyond 2^63.
        const double begin = windows > 1 ? static_cast<double>(last) * static_cast<double>(first + row) /
                                               static_cast<double>(windows - 1)
                                         : 0;
        fill_row(batch, row, tokens, static_cast<std::int64_t>(begin));
    }
    return batch;
}

}  // namespace ablate::data
