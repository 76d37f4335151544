#include "core/model/counts.h"

#include "core/model/sites.h"
#include "core/model/tensor_table.h"

namespace ablate::model {
namespace {

const KindRow& feed_forward_row(const ModelConfig& model) {
    return KindTable::instance().get("ffn", model.ffn.kind, "model.ffn");
}

// Levanter's utils/flop_utils.py, lm_flops_per_token: the full attention map, its softmax at 3 s² H, the head once
// whether tied or not; norms, rotations and activations cost nothing; the head width is always h / H.
double levanter_flops(const RunConfig& config) {
    const ModelConfig& model = config.model;
    const double hidden = model.d_model, heads = model.heads, key_values = model.key_value_heads();
    const double head_width = hidden / heads, length = config.data.context;
    const double ffn = 2 * hidden * model.d_ff * feed_forward_row(model).ffn_matrices;
    const double qkv = 2 * hidden * (heads + 2 * key_values) * head_width;
    const double output = 2 * hidden * hidden;
    const double attention = 2 * length * heads * head_width + 3 * length * heads + 2 * length * heads * head_width;
    return model.layers * (ffn + qkv + output + attention) + 2 * hidden * config.data.vocab_size;
}

// 6 N + 12 L H hd s per token and training step, a third of it forward. N: the weights in matrix products, the head
// counted once even when it is the embedding.
double six_n_flops(const RunConfig& config) {
    const ModelConfig& model = config.model;
    double matrices = model.tie_embeddings ? double(config.data.vocab_size) * model.d_model : 0;
    for (const TensorSpec& spec : tensor_table(config))
        if (spec.role == TensorRole::matrix) matrices += spec.count();
    const double attention = double(model.layers) * model.heads * model.head_width() * config.data.context;
    return (6 * matrices + 12 * attention) / 3;
}

}  // namespace

ParameterCounts parameter_counts(const RunConfig& config) {
    ParameterCounts counts;
    for (const TensorSpec& spec : tensor_table(config)) {
        counts.unique += spec.count();
        if (spec.role != TensorRole::embedding) counts.non_embedding += spec.count();
        if (!is_query_key_norm(spec.name)) counts.levanter += spec.count();
    }
    counts.tied_head_twice = counts.unique;
    if (config.model.tie_embeddings) counts.tied_head_twice += config.data.vocab_size * config.model.d_model;
    return counts;
}

FlopCounts forward_flops_per_token(const RunConfig& config) { return {levanter_flops(config), six_n_flops(config)}; }

double training_flops(const RunConfig& config) {
    return 3 * six_n_flops(config) * tokens_per_step(config) * static_cast<double>(config.train.steps);
}

double model_flops_levanter(const RunConfig& config) {
    return 3 * levanter_flops(config) * tokens_per_step(config) * static_cast<double>(config.train.steps);
}

}  // namespace ablate::model
