#include "core/model/kinds.h"

namespace ablate::model {
namespace {

class NoNorm final : public Norm {
  public:
    at::Tensor forward(const at::Tensor& x, at::ScalarType result) const override { return x.to(result); }
};

}  // namespace

void register_norm_none(KindRegistry& registry) {
    KindRow row;
    row.name = "none";
    row.label = "No norm";
    row.formula = "y = x";
    row.source = "the ablation of every norm";
    registry.add_norm(
        row, [](const KindChoice&, const KindDims&, const Bind&, at::Device) { return std::make_unique<NoNorm>(); });
}

}  // namespace ablate::model
