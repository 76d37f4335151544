#include "core/model/transformer.h"

#include "core/base/memory.h"
#include "core/model/block.h"
#include "core/model/sites.h"
#include "core/model/tensor_table.h"
#include "core/ops/linear_cross_entropy.h"
#include "core/ops/precision.h"

namespace ablate::model {
namespace {

at::Tensor initial_value(const TensorSpec& spec, const RunConfig& config, std::optional<std::uint64_t> seed,
                         at::ScalarType type, at::Device device) {
    at::Tensor value = seed ? at::full(spec.shape, spec.initial, type) : at::empty(spec.shape, type);
    if (seed && (spec.role == TensorRole::matrix || spec.role == TensorRole::embedding))
        kind_registry().init(config.model.init)(spec, config.model.init, config.model.layers, *seed, value);
    return value.to(device).set_requires_grad(true);
}

}  // namespace

struct Transformer::Modules {
    at::Tensor embedding, head, head_bias;
    std::unique_ptr<Norm> embed_norm, final_norm;
    std::unique_ptr<Position> position;
    std::vector<Block> blocks;
    at::ScalarType residual_type, product_type;
};

void fill(Parameter& parameter, const at::Tensor& stored, bool for_generation) {
    const at::NoGradGuard no_gradient;
    const bool matrix = parameter.spec.role == TensorRole::matrix || parameter.spec.role == TensorRole::embedding;
    if (for_generation && parameter.value.is_cpu()) {
        if (matrix && stored.scalar_type() == at::kBFloat16) parameter.value.set_data(at::empty_like(stored));
        prefer_large_pages(parameter.value.mutable_data_ptr(), parameter.value.nbytes());
    }
    parameter.value.copy_(stored);
}

Transformer::Transformer(const RunConfig& config, std::uint64_t seed, at::Device device, at::ScalarType weights)
    : Transformer(config, std::optional(seed), device, weights) {}

Transformer::Transformer(const RunConfig& config, at::Device device, at::ScalarType weights)
    : Transformer(config, std::optional<std::uint64_t>(), device, weights) {}

Transformer::Transformer(const RunConfig& config, std::optional<std::uint64_t> seed, at::Device device,
                         at::ScalarType weights)
    : config_(config), device_(device), modules_(std::make_unique<Modules>()) {
    std::map<std::string, at::Tensor> by_name;
    for (TensorSpec& spec : tensor_table(config)) {
        const at::Tensor value = initial_value(spec, config, seed, weights, device);
        by_name[spec.name] = value;
        parameters_.push_back({std::move(spec), value});
    }
    const Tensors tensors = [&](const std::string& name) { return by_name.at(name); };
    const auto bind_below = [&](const std::string& prefix) -> Bind {
        return [&, prefix](const std::string& name) { return by_name.at(prefix + "." + name); };
    };
    const auto norm = [&](NormSite site) {
        return kind_registry().norm(config.model.norm_at(site), norm_dims(config, site, 0),
                                    bind_below(norm_name(site, 0)), device);
    };
    Modules& modules = *modules_;
    modules.residual_type = weights;
    modules.product_type = config.train.precision == "bf16" && weights == at::kFloat ? at::kBFloat16 : weights;
    modules.embedding = tensors("embed.weight");
    modules.head = tensors(config.model.tie_embeddings ? "embed.weight" : "head.weight");
    if (config.model.head_bias) modules.head_bias = tensors("head.bias");
    modules.embed_norm = norm(NormSite::embed);
    modules.final_norm = norm(NormSite::final);
    modules.position =
        kind_registry().position(config.model.position, position_dims(config), bind_below("position"), device);
    for (std::int64_t layer = 0; layer < config.model.layers; ++layer)
        modules.blocks.emplace_back(config, layer, tensors, *modules.position, device);
}

Transformer::~Transformer() = default;

at::Tensor Transformer::hidden(const at::Tensor& ids, const ForwardOptions& options, TokenPositions positions,
                               const Continuation* continuation) const {
    const Modules& modules = *modules_;
    Pass pass{modules.product_type, std::move(positions), {}, options.probe, continuation};
    if (options.training) pass.dropout = ops::Dropout(config_.model.dropout, options.dropout_seed, device_);

    at::Tensor x = at::embedding(modules.embedding, ids).to(modules.residual_type);
    x = modules.embed_norm->forward(x, x.scalar_type());
    const at::Tensor position = modules.position->embedding(pass.positions);
    if (position.defined()) x = x + position.to(x.scalar_type());
    pass.look("embed", x);
    x = pass.dropout(x);
    for (const Block& block : modules.blocks) x = block.forward(x, pass);
    x = modules.final_norm->forward(x, pass.product_type);
    pass.look("final", x);
    return x;
}

LossOutput Transformer::loss(const at::Tensor& ids, const at::Tensor& targets, const ForwardOptions& options) const {
    const at::Tensor rows = hidden(ids, options, {ids.size(1), {}}).flatten(0, 1);
    const double softcap = config_.model.logit_softcap;
    if (options.probe) {
        // The loss never has all logits at once; only who looks pays for them.
        const at::NoGradGuard no_gradient;
        (*options.probe)("logits", ops::linear_logits(rows, modules_->head, modules_->head_bias, softcap));
    }
    const ops::CrossEntropy loss = ops::linear_cross_entropy(rows, modules_->head, modules_->head_bias,
                                                             targets.flatten(), {softcap, config_.train.z_loss});
    return {loss.objective, loss.nll};
}

at::Tensor Transformer::logits(const at::Tensor& ids, const ForwardOptions& options) const {
    const at::Tensor logits = ops::linear_logits(hidden(ids, options, {ids.size(1), {}}), modules_->head,
                                                 modules_->head_bias, config_.model.logit_softcap);
    if (options.probe) (*options.probe)("logits", logits.detach());
    return logits;
}

KeyValueCache Transformer::make_cache(std::int64_t sequences, std::int64_t capacity) const {
    return KeyValueCache(config_, sequences, capacity, modules_->product_type, device_);
}

at::Tensor Transformer::logits(const at::Tensor& ids, KeyValueCache& cache, std::span<const std::int64_t> sequences,
                               bool last_only) const {
    const at::NoGradGuard no_gradient;
    const std::int64_t count = ids.size(1);
    TokenPositions positions{count, {}};
    Continuation continuation{cache, {sequences.begin(), sequences.end()}, {}, {}, true};
    for (const std::int64_t sequence : sequences) {
        const std::int64_t first = cache.length(sequence);
        if (first + count > config_.data.context) throw std::logic_error("a sequence outgrows the context");
        cache.grow(sequence, count);
        positions.first.push_back(first);
        continuation.lengths.push_back(first + count);
        continuation.fresh = continuation.fresh && first == 0;
    }
    for (const std::int64_t first : continuation.fresh ? std::vector<std::int64_t>() : positions.first) {
        at::Tensor bias = modules_->position->score_bias(first, count, ops::accumulate_type(modules_->product_type));
        if (bias.defined()) continuation.bias.push_back(std::move(bias));
    }
    at::Tensor rows = hidden(ids, {}, std::move(positions), &continuation);
    if (last_only) rows = rows.narrow(1, count - 1, 1);
    return ops::linear_logits(rows, modules_->head, modules_->head_bias, config_.model.logit_softcap);
}

at::Tensor Transformer::token_nll(const at::Tensor& ids, const at::Tensor& targets) const {
    const at::NoGradGuard no_gradient;
    return ops::linear_nll(hidden(ids, {}, {ids.size(1), {}}).flatten(0, 1), modules_->head, modules_->head_bias,
                           targets.flatten(), config_.model.logit_softcap)
        .view(ids.sizes());
}

}  // namespace ablate::model
