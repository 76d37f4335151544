#include "core/model/kinds.h"
#include "core/ops/norm.h"

namespace ablate::model {
namespace {

class RmsNorm final : public Norm {
  public:
    RmsNorm(double eps, at::Tensor gain) : eps_(eps), gain_(std::move(gain)) {}
    at::Tensor forward(const at::Tensor& x, at::ScalarType result) const override {
        return ops::rms_norm(x, gain_, eps_, result);
    }

  private:
    double eps_;
    at::Tensor gain_;
};

}  // namespace

void register_norm_rms(KindRegistry& registry) {
    KindRow row;
    row.name = "rms";
    row.label = "RMSNorm";
    row.formula = "y = x / sqrt(mean(x²) + eps) · g";
    row.source = "Zhang and Sennrich 2019, arXiv 1910.07467";
    row.options = {option("eps", 1e-5, "Epsilon").range(0, 1).doc("added to the mean square")};
    row.tensors = [](const KindChoice&, const KindDims& dims) {
        return std::vector<TensorSpec>{{"weight", {dims.width}, TensorRole::gain, 1}};
    };
    registry.add_norm(row, [](const KindChoice& choice, const KindDims&, const Bind& bind, at::Device) {
        return std::make_unique<RmsNorm>(choice.real("eps"), bind("weight"));
    });
}

}  // namespace ablate::model
