#include "core/infer/decoder.h"

#include <algorithm>

namespace ablate::infer {

std::int64_t window_begin(std::int64_t length, std::int64_t context) {
    if (length <= context) return 0;
    const std::int64_t step = std::max<std::int64_t>(1, context / 2);
    return (length - context + step - 1) / step * step;
}

Decoder::Decoder(const model::Transformer& transformer, std::size_t sequences, std::int64_t context,
                 std::int64_t longest, bool cache)
    : transformer_(transformer), context_(context), begins_(sequences) {
    if (cache) cache_ = transformer.make_cache(static_cast<std::int64_t>(sequences), std::min(longest, context_));
}

at::Tensor Decoder::whole_window(const std::vector<std::int32_t>& ids) const {
    const std::int64_t begin = window_begin(static_cast<std::int64_t>(ids.size()), context_);
    const std::vector<std::int64_t> window(ids.begin() + begin, ids.end());
    const at::Tensor input = at::tensor(window, at::kLong).view({1, -1}).to(transformer_.device());
    return transformer_.logits(input).select(1, -1);
}

// Of the last `tokens` of each sequence, which the cache does not hold yet.
at::Tensor Decoder::logits_of(const Ids& ids, std::span<const std::size_t> sequences, std::int64_t tokens) {
    std::vector<std::int64_t> input, rows;
    for (const std::size_t i : sequences) {
        input.insert(input.end(), ids[i].end() - tokens, ids[i].end());
        rows.push_back(static_cast<std::int64_t>(i));
    }
    const at::Tensor batch =
        at::tensor(input, at::kLong).view({static_cast<std::int64_t>(rows.size()), tokens}).to(transformer_.device());
    return transformer_.logits(batch, *cache_, rows, true).select(1, 0);
}

at::Tensor Decoder::next(const Ids& ids, std::span<const std::size_t> wanted) {
    std::vector<std::size_t> one_token;
    std::vector<std::int64_t> place;  // of each of these among those wanted
    std::vector<at::Tensor> rows(wanted.size());
    for (std::size_t w = 0; w < wanted.size(); ++w) {
        const std::size_t i = wanted[w];
        const auto length = static_cast<std::int64_t>(ids[i].size());
        if (!cache_) {
            rows[w] = whole_window(ids[i]);
            continue;
        }
        const std::int64_t begin = window_begin(length, context_);
        if (begin != begins_[i]) cache_->clear(static_cast<std::int64_t>(i));
        begins_[i] = begin;
        const std::int64_t tokens = length - begin - cache_->length(static_cast<std::int64_t>(i));
        if (tokens == 1) {
            one_token.push_back(i);
            place.push_back(static_cast<std::int64_t>(w));
        } else {
            rows[w] = logits_of(ids, std::span(&wanted[w], 1), tokens);
        }
    }
    if (!one_token.empty()) {
        const at::Tensor together = logits_of(ids, one_token, 1);
        if (one_token.size() == wanted.size()) return together.to(at::kCPU, at::kFloat).contiguous();
        for (std::size_t k = 0; k < place.size(); ++k)
            rows[static_cast<std::size_t>(place[k])] = together.narrow(0, static_cast<std::int64_t>(k), 1);
    }
    return at::cat(rows).to(at::kCPU, at::kFloat).contiguous();
}

}  // namespace ablate::infer
