#include "core/model/kinds.h"
#include "core/ops/precision.h"

namespace ablate::model {
namespace {

class DynamicTanh final : public Norm {
  public:
    explicit DynamicTanh(const Bind& bind) : alpha_(bind("alpha")), gain_(bind("weight")), bias_(bind("bias")) {}
    at::Tensor forward(const at::Tensor& x, at::ScalarType result) const override {
        const at::Tensor wide = x.to(ops::accumulate_type(x.scalar_type()));
        return (at::tanh(wide * alpha_) * gain_ + bias_).to(result);
    }

  private:
    at::Tensor alpha_, gain_, bias_;
};

}  // namespace

void register_norm_dyt(KindRegistry& registry) {
    KindRow row;
    row.name = "dyt";
    row.label = "DyT";
    row.formula = "y = tanh(α x) · g + b, one scalar α a site";
    row.source = "Zhu et al. 2025, arXiv 2503.10622";
    row.options = {option("alpha", 0.5, "Initial α").above(0).doc("what α starts at")};
    row.tensors = [](const KindChoice& choice, const KindDims& dims) {
        return std::vector<TensorSpec>{{"alpha", {1}, TensorRole::scalar, choice.real("alpha")},
                                       {"weight", {dims.width}, TensorRole::gain, 1},
                                       {"bias", {dims.width}, TensorRole::bias, 0}};
    };
    registry.add_norm(row, [](const KindChoice&, const KindDims&, const Bind& bind, at::Device) {
        return std::make_unique<DynamicTanh>(bind);
    });
}

}  // namespace ablate::model
