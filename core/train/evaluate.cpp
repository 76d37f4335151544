#include "core/train/evaluate.h"

#include "core/train/batch_tensor.h"

#include <ATen/core/grad_mode.h>

#include <chrono>
#include <limits>
#include <numbers>

namespace ablate::train {
namespace {

// bool [V] on the device: tokens that stand for no text. An unknown token stands for text where the set knows its
// bytes. Where it does not, as in sets of version 0.1, runs keep the measure that they began with. All false without a
// tokenizer.
at::Tensor special_tokens(const data::PreparedData& data, const data::ValidationSet& set, std::int64_t vocab_size,
                          at::Device device) {
    at::Tensor special = at::zeros({vocab_size}, at::kBool);
    const auto known = std::min(static_cast<std::int64_t>(data.special.size()), vocab_size);
    for (std::int64_t id = 0; id < known; ++id)
        special.mutable_data_ptr<bool>()[id] = data.special[static_cast<std::size_t>(id)];
    const std::int32_t unknown = data.tokenizer ? data.tokenizer->unknown_id() : -1;
    if (set.knows_bytes && unknown >= 0 && unknown < known) special.mutable_data_ptr<bool>()[unknown] = false;
    return special.to(device);
}

// From the sum over each window of [windows] losses; `context` tokens each.
std::vector<double> block_means(const std::vector<at::Tensor>& window_sums, std::int64_t context) {
    const at::Tensor sums = at::cat(window_sums).to(at::kCPU);
    const std::int64_t each = sums.size(0) / kValidationBlocks;
    if (each == 0) return {};
    const at::Tensor means =
        sums.slice(0, 0, each * kValidationBlocks).view({kValidationBlocks, each}).sum(1) / (each * context);
    return {means.const_data_ptr<double>(), means.const_data_ptr<double>() + kValidationBlocks};
}

Evaluation evaluate_set(const model::Transformer& model, const RunConfig& config, const data::PreparedData& data,
                        const data::ValidationSet& set) {
    const at::Tensor special = special_tokens(data, set, config.data.vocab_size, model.device());
    at::Tensor nll_sum = at::zeros(
        {2}, at::TensorOptions().dtype(at::kDouble).device(model.device()));  // all targets; not the special ones
    std::vector<at::Tensor> window_sums;                                      // [rows] of each batch
    std::int64_t targets = 0, bytes = 0;
    const std::int64_t windows = data::evaluation_windows(config.train);
    for (std::int64_t first = 0; first < windows; first += config.train.batch) {
        const auto batch = data::evaluation_batch(*set.tokens, config.data.context, windows, first,
                                                  std::min(config.train.batch, windows - first));
        const at::Tensor ids = batch_tensor(batch.ids, batch.rows, model.device());
        const at::Tensor wanted = batch_tensor(batch.targets, batch.rows, model.device());
        const at::Tensor nll = model.token_nll(ids, wanted).to(at::kDouble);
        const at::Tensor masked = nll.masked_fill(special.index_select(0, wanted.flatten()).view(wanted.sizes()), 0);
        nll_sum += at::stack({nll.sum(), masked.sum()});
        window_sums.push_back(nll.sum(1));
        targets += batch.rows * batch.context;
        if (!data.token_bytes.empty()) bytes += data::target_bytes(data, set, batch);
    }
    const at::Tensor sums = nll_sum.to(at::kCPU);
    const double counted = sums.const_data_ptr<double>()[0], masked = sums.const_data_ptr<double>()[1];
    Evaluation result;
    result.set = set.name;
    result.loss = counted / static_cast<double>(targets);
    result.perplexity = std::exp(result.loss);
    const double bits =
        bytes > 0 ? std::numbers::log2e / static_cast<double>(bytes) : std::numeric_limits<double>::quiet_NaN();
    result.bpb = counted * bits;
    result.bpb_masked = masked * bits;
    result.tokens = targets;
    result.blocks = block_means(window_sums, config.data.context);
    return result;
}

}  // namespace

std::vector<Evaluation> evaluate(const model::Transformer& model, const RunConfig& config,
                                 const data::PreparedData& data, std::int64_t updates) {
    at::NoGradGuard no_grad;
    std::vector<Evaluation> results;
    for (const auto& set : data.validation) {
        const auto start = std::chrono::steady_clock::now();
        results.push_back(evaluate_set(model, config, data, set));
        results.back().step = updates;
        results.back().seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    return results;
}

}  // namespace ablate::train
