#pragma once
#include "core/model/transformer.h"

namespace ablate::infer {

// Where the tokens that a model sees of a sequence of `length` begin. Up to its context that is all of them. Beyond,
// the oldest half of the context is let go at once, so that what is kept stays in place until the window is full again.
std::int64_t window_begin(std::int64_t length, std::int64_t context);

// The logits that growing sequences are continued by. With the cache each new token is computed once, and the
// whole window again when it has moved; without it, the whole window is computed for each token.
class Decoder {
  public:
    // The model sees `context` tokens at once, of sequences that will have `longest` at most.
    Decoder(const model::Transformer& transformer, std::size_t sequences, std::int64_t context, std::int64_t longest,
            bool cache);

    using Ids = std::vector<std::vector<std::int32_t>>;
    // fp32 logits [wanted, V] on the CPU, of the tokens after ids[i] for each i wanted. Sequences only grow.
    at::Tensor next(const Ids& ids, std::span<const std::size_t> wanted);

  private:
    const model::Transformer& transformer_;
    std::int64_t context_;
    std::optional<model::KeyValueCache> cache_;
    std::vector<std::int64_t> begins_;  // of the window of each sequence that the cache holds

    at::Tensor whole_window(const std::vector<std::int32_t>& ids) const;
    at::Tensor logits_of(const Ids& ids, std::span<const std::size_t> sequences, std::int64_t tokens);
};

}  // namespace ablate::infer
