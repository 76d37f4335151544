#pragma once
#include "core/model/kinds.h"
#include "core/ops/linear.h"

namespace ablate::model {

// down(activation(inner(x))): what every feed-forward kind is, up to its activation. A gated kind's inner matrices,
// gate and up, are one product, and its activation takes their outputs side by side, [..., 2F] -> [..., F].
class ActivatedFeedForward final : public FeedForward {
  public:
    using Activation = at::Tensor (*)(const at::Tensor& inner);

    ActivatedFeedForward(Activation activation, const std::vector<std::string>& inner, bool bias, const Bind& bind)
        : activation_(activation), down_{bind("down.weight")} {
        for (const std::string& name : inner) inner_.push_back(bind(name + ".weight"));
        if (!bias) return;
        for (const std::string& name : inner) inner_bias_.push_back(bind(name + ".bias"));
        down_bias_ = {bind("down.bias")};
    }

    at::Tensor forward(const at::Tensor& x) const override {
        return ops::linear(activation_(ops::linear(x, inner_, inner_bias_)), down_, down_bias_);
    }

  private:
    Activation activation_;
    std::vector<at::Tensor> inner_, inner_bias_, down_, down_bias_;
};

// Adds a kind whose inner matrices are `inner`: {"gate", "up"} or {"up"}.
inline void register_feed_forward(KindRegistry& registry, KindRow row, std::vector<std::string> inner,
                                  ActivatedFeedForward::Activation activation) {
    row.ffn_matrices = static_cast<int>(inner.size()) + 1;
    row.tensors = [inner](const KindChoice&, const KindDims& dims) {
        std::vector<TensorSpec> tensors;
        const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
            tensors.push_back({name + ".weight", {out, in}, TensorRole::matrix, 0});
            if (dims.bias) tensors.push_back({name + ".bias", {out}, TensorRole::bias, 0});
        };
        for (const std::string& name : inner) linear(name, dims.d_ff, dims.width);
        linear("down", dims.width, dims.d_ff);
        return tensors;
    };
    registry.add_feed_forward(
        std::move(row), [inner, activation](const KindChoice&, const KindDims& dims, const Bind& bind, at::Device) {
            return std::make_unique<ActivatedFeedForward>(activation, inner, dims.bias, bind);
        });
}

}  // namespace ablate::model
