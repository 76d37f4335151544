#include "core/model/memory_estimate.h"

#include "core/config/train_kinds.h"
#include "core/model/tensor_table.h"
#include "core/ops/linear_cross_entropy.h"

#include <algorithm>

namespace ablate::model {
namespace {

constexpr double kLibraries = 250e6;  // LibTorch and its working buffers, resident before the first tensor

// What the backward pass keeps of each token in one block: the residual stream twice in fp32; inputs of the norms and
// products, q, k, v, the attention's output and the feed-forward's inner values in the type of products.
double block_bytes_per_token(const ModelConfig& model, double element) {
    const double hidden = model.d_model, heads = model.heads * model.head_width();
    const double keys = model.key_value_heads() * model.head_width();
    const double inner = KindTable::instance().get("ffn", model.ffn.kind, "model.ffn").ffn_matrices;
    const double residual = 2 * 4 * hidden;
    const double attention = 2 * hidden + 2 * (heads + 2 * keys) + 2 * heads;
    const double feed_forward = 2 * hidden + inner * model.d_ff;
    return residual + element * (attention + feed_forward);
}

// Attention keeps its whole map only where dropout or a bias rules the fused path out.
double attention_map_bytes(const RunConfig& config) {
    const ModelConfig& model = config.model;
    const double map = double(model.heads) * config.data.context * config.data.context;
    if (model.dropout > 0) return 3 * 4 * map * config.train.batch * model.layers;
    return model.position.kind == "alibi" ? 4 * map : 0;
}

}  // namespace

MemoryEstimate memory_estimate(const RunConfig& config) {
    MemoryEstimate estimate;
    const OptimizerRow& optimizer = optimizer_of(config.train);
    for (const TensorSpec& spec : tensor_table(config)) {
        estimate.weights += 4.0 * spec.count();
        estimate.optimizer += optimizer.state_bytes(config.train, spec);
    }
    estimate.gradients = estimate.weights;
    const double tokens = double(config.train.batch) * config.data.context;
    const double element = config.train.precision == "bf16" ? 2 : 4;
    estimate.activations = tokens * config.model.layers * block_bytes_per_token(config.model, element) +
                           tokens * config.model.d_model * (4 + 2 * element) + attention_map_bytes(config);
    // The loss works in chunks; where activations are looked at, all logits exist once, in fp32.
    const std::int64_t rows = ops::cross_entropy_rows(config.train.batch * config.data.context, config.data.vocab_size);
    const double chunk = std::max(64e6, 8.0 * static_cast<double>(rows * config.data.vocab_size));
    estimate.logits = tokens * config.data.vocab_size * (config.train.stats_every > 0 ? 4 + element : 0) + chunk;
    estimate.overhead = kLibraries;
    return estimate;
}

}  // namespace ablate::model
