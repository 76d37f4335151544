#include "core/model/kinds.h"
#include "core/ops/norm.h"

namespace ablate::model {
namespace {

class LayerNorm final : public Norm {
  public:
    LayerNorm(double eps, at::Tensor gain, at::Tensor bias)
        : eps_(eps), gain_(std::move(gain)), bias_(std::move(bias)) {}
    at::Tensor forward(const at::Tensor& x, at::ScalarType result) const override {
        return ops::layer_norm(x, gain_, bias_, eps_, result);
    }

  private:
    double eps_;
    at::Tensor gain_, bias_;
};

}  // namespace

void register_norm_layer(KindRegistry& registry) {
    KindRow row;
    row.name = "layer";
    row.label = "LayerNorm";
    row.formula = "y = (x − mean(x)) / sqrt(var(x) + eps) · g + b";
    row.source = "Ba, Kiros and Hinton 2016, arXiv 1607.06450";
    row.options = {option("eps", 1e-5, "Epsilon").range(0, 1).doc("added to the variance"),
                   option("bias", true, "Bias").doc("whether b is learned")};
    row.tensors = [](const KindChoice& choice, const KindDims& dims) {
        std::vector<TensorSpec> tensors{{"weight", {dims.width}, TensorRole::gain, 1}};
        if (choice.flag("bias")) tensors.push_back({"bias", {dims.width}, TensorRole::bias, 0});
        return tensors;
    };
    registry.add_norm(row, [](const KindChoice& choice, const KindDims&, const Bind& bind, at::Device) {
        const at::Tensor bias = choice.flag("bias") ? bind("bias") : at::Tensor();
        return std::make_unique<LayerNorm>(choice.real("eps"), bind("weight"), bias);
    });
}

}  // namespace ablate::model
