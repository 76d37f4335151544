#include "core/model/kinds.h"
#include "core/ops/norm.h"

namespace ablate::model {
namespace {

class L2Norm final : public Norm {
  public:
    L2Norm(double eps, at::Tensor factor) : eps_(eps), factor_(std::move(factor)) {}
    at::Tensor forward(const at::Tensor& x, at::ScalarType result) const override {
        return ops::l2_norm(x, factor_, eps_, result);
    }

  private:
    double eps_;
    at::Tensor factor_;  // [1], or undefined: 1
};

}  // namespace

void register_norm_l2(KindRegistry& registry) {
    KindRow row;
    row.name = "l2";
    row.label = "L2Norm";
    row.formula = "y = x / max(‖x‖₂, eps), times sqrt(d) with scale_sqrt_d";
    row.source = "torch.nn.functional.normalize";
    row.options = {option("scale_sqrt_d", false, "Times sqrt(d)")
                       .doc("without it activations are sqrt(d) times smaller than RMSNorm's"),
                   option("eps", 1e-12, "Epsilon").range(0, 1).doc("the smallest norm divided by")};
    registry.add_norm(row, [](const KindChoice& choice, const KindDims& dims, const Bind&, at::Device device) {
        const double root = std::sqrt(static_cast<double>(dims.width));
        const at::Tensor factor = choice.flag("scale_sqrt_d")
                                      ? at::full({1}, root, at::TensorOptions(at::kDouble).device(device))
                                      : at::Tensor();
        return std::make_unique<L2Norm>(choice.real("eps"), factor);
    });
}

}  // namespace ablate::model
