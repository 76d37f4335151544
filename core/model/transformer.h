#pragma once
#include "core/config/run_config.h"
#include "core/model/device.h"
#include "core/model/kinds.h"
#include "core/model/kv_cache.h"

#include <optional>
#include <span>

namespace ablate::model {

struct Parameter {
    TensorSpec spec;
    at::Tensor value;  // fp32 (or fp64 in tests) leaf that requires a gradient, updated in place
};

// Gives a parameter the values that a file holds, of any floating type. `for_generation` on a CPU a matrix of bf16
// stays bf16: the same values are multiplied, and half as many bytes are read for each token.
void fill(Parameter& parameter, const at::Tensor& stored, bool for_generation = false);

// Looks at activations as they are computed, in forward order: "embed", "blocks.0.attn_in", "blocks.0.attn", ...,
// "blocks.0.ffn", "blocks.0" (the residual stream after the block), "final", "logits".
using Probe = std::function<void(const std::string& site, const at::Tensor& value)>;

struct ForwardOptions {
    bool training = false;           // dropout on
    std::uint64_t dropout_seed = 0;  // one per step: a step repeated is the same step
    const Probe* probe = nullptr;
};

struct LossOutput {
    at::Tensor objective;  // scalar fp32: nll + z_loss · mean(logsumexp²): what is differentiated
    at::Tensor nll;        // scalar fp32: mean negative log-likelihood in nats, what is reported
};

// A decoder-only transformer of any configuration the schema allows. The model never asks which fused path runs.
class Transformer {
  public:
    // Initial weights come from a stream per tensor name: where names and shapes agree, variants start equal.
    // Precision bf16 computes matrix products in bfloat16 over fp32 master weights, as autocast does.
    Transformer(const RunConfig& config, std::uint64_t seed, at::Device device, at::ScalarType weights = at::kFloat);
    // The same with nothing drawn, which takes long for a large model: for weights that are loaded next.
    Transformer(const RunConfig& config, at::Device device, at::ScalarType weights = at::kFloat);
    ~Transformer();

    LossOutput loss(const at::Tensor& ids, const at::Tensor& targets,
                    const ForwardOptions& options = {}) const;                           // int64 [B, T]
    at::Tensor logits(const at::Tensor& ids, const ForwardOptions& options = {}) const;  // [B, T] -> fp32 [B, T, V]
    // Like the above, for `ids` [B, T] after the tokens that `cache` holds of `sequences`, one a row; adds them to it.
    // With `last_only` of the last token of each row alone: [B, 1, V]. No gradient. Positions beyond
    // data.context, or the cache's capacity, are a std::logic_error.
    at::Tensor logits(const at::Tensor& ids, KeyValueCache& cache, std::span<const std::int64_t> sequences,
                      bool last_only = false) const;
    KeyValueCache make_cache(std::int64_t sequences, std::int64_t capacity) const;
    at::Tensor token_nll(const at::Tensor& ids, const at::Tensor& targets) const;  // fp32 [B, T], no gradient

    std::vector<Parameter>& parameters() { return parameters_; }
    const std::vector<Parameter>& parameters() const { return parameters_; }
    const RunConfig& config() const { return config_; }
    at::Device device() const { return device_; }

  private:
    struct Modules;
    RunConfig config_;
    at::Device device_;
    std::vector<Parameter> parameters_;
    std::unique_ptr<Modules> modules_;
    Transformer(const RunConfig& config, std::optional<std::uint64_t> seed, at::Device device, at::ScalarType weights);
    at::Tensor hidden(const at::Tensor& ids, const ForwardOptions& options, TokenPositions positions,
                      const Continuation* continuation = nullptr) const;  // [B, T] -> [B, T, D]
};

}  // namespace ablate::model
