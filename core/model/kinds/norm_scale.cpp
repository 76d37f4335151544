#include "core/model/kinds.h"
#include "core/ops/norm.h"

namespace ablate::model {
namespace {

class ScaleNorm final : public Norm {
  public:
    ScaleNorm(double eps, at::Tensor scale) : eps_(eps), scale_(std::move(scale)) {}
    at::Tensor forward(const at::Tensor& x, at::ScalarType result) const override {
        return ops::l2_norm(x, scale_, eps_, result);
    }

  private:
    double eps_;
    at::Tensor scale_;  // [1]
};

}  // namespace

void register_norm_scale(KindRegistry& registry) {
    KindRow row;
    row.name = "scale";
    row.label = "ScaleNorm";
    row.formula = "y = g · x / max(‖x‖₂, eps), one scalar g a site, sqrt(d) at first";
    row.source = "Nguyen and Salazar 2019, arXiv 1910.05895";
    row.options = {option("eps", 1e-5, "Epsilon").range(0, 1).doc("the smallest norm divided by")};
    row.tensors = [](const KindChoice&, const KindDims& dims) {
        const double initial = std::sqrt(static_cast<double>(dims.width));
        return std::vector<TensorSpec>{{"weight", {1}, TensorRole::scalar, initial}};
    };
    registry.add_norm(row, [](const KindChoice& choice, const KindDims&, const Bind& bind, at::Device) {
        return std::make_unique<ScaleNorm>(choice.real("eps"), bind("weight"));
    });
}

}  // namespace ablate::model
