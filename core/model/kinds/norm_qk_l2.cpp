#include "core/model/kinds.h"
#include "core/ops/norm.h"

namespace ablate::model {
namespace {

class QkL2Norm final : public Norm {
  public:
    QkL2Norm(double eps, at::Tensor scale) : eps_(eps), scale_(std::move(scale)) {}
    at::Tensor forward(const at::Tensor& x, at::ScalarType result) const override {
        return ops::l2_norm(x, scale_, eps_, result);
    }
    std::optional<double> attention_scale() const override { return 1; }

  private:
    double eps_;
    at::Tensor scale_;  // [1] at site q, undefined at site k
};

}  // namespace

void register_norm_qk_l2(KindRegistry& registry) {
    KindRow row;
    row.name = "qk_l2";
    row.label = "L2 with a learned scale (QKNorm)";
    row.formula = "softmax(g · q/‖q‖₂ · k/‖k‖₂), one scalar g a layer in place of 1/sqrt(hd), log2(L² − L) at first";
    row.source = "Henry et al. 2020, arXiv 2010.04245";
    row.options = {option("eps", 1e-12, "Epsilon").range(0, 1).doc("the smallest norm divided by")};
    row.query_key_only = true;
    row.former.push_back({"henry", Json::object(), Json::object()});
    row.tensors = [](const KindChoice&, const KindDims& dims) -> std::vector<TensorSpec> {
        if (dims.key_site) return {};
        const double length = std::max<double>(2, dims.context);  // one position has no other to tell apart
        return {{"weight", {1}, TensorRole::scalar, std::log2(length * length - length)}};
    };
    registry.add_norm(row, [](const KindChoice& choice, const KindDims& dims, const Bind& bind, at::Device) {
        return std::make_unique<QkL2Norm>(choice.real("eps"), dims.key_site ? at::Tensor() : bind("weight"));
    });
}

}  // namespace ablate::model
