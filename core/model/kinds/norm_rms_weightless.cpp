#include "core/model/kinds.h"
#include "core/ops/norm.h"

namespace ablate::model {
namespace {

class WeightlessRmsNorm final : public Norm {
  public:
    explicit WeightlessRmsNorm(double eps) : eps_(eps) {}
    at::Tensor forward(const at::Tensor& x, at::ScalarType result) const override {
        return ops::rms_norm(x, {}, eps_, result);
    }

  private:
    double eps_;
};

}  // namespace

void register_norm_rms_weightless(KindRegistry& registry) {
    KindRow row;
    row.name = "rms_weightless";
    row.label = "RMSNorm without gain";
    row.formula = "y = x / sqrt(mean(x²) + eps)";
    row.source = "FlashNorm, arXiv 2407.09577; nanochat";
    row.options = {option("eps", 1e-5, "Epsilon").range(0, 1).doc("added to the mean square")};
    registry.add_norm(row, [](const KindChoice& choice, const KindDims&, const Bind&, at::Device) {
        return std::make_unique<WeightlessRmsNorm>(choice.real("eps"));
    });
}

}  // namespace ablate::model
