#include "core/model/kinds.h"
#include "core/ops/rope.h"

namespace ablate::model {
namespace {

class Rope final : public Position {
  public:
    Rope(const KindDims& dims, double theta, ops::RopeLayout layout, at::Device device)
        : layout_(layout),
          single_(ops::rope_table(dims.context, dims.head_dim, theta, at::kFloat, device)),
          double_(ops::rope_table(dims.context, dims.head_dim, theta, at::kDouble, device)) {}

    void rotate(at::Tensor& q, at::Tensor& k) const override {
        const ops::RopeTable& table = q.scalar_type() == at::kDouble ? double_ : single_;
        q = ops::rope(q, table, layout_);
        k = ops::rope(k, table, layout_);
    }

  private:
    ops::RopeLayout layout_;
    ops::RopeTable single_, double_;
};

}  // namespace

void register_position_rope(KindRegistry& registry) {
    KindRow row;
    row.name = "rope";
    row.label = "RoPE";
    row.formula = "pairs of q and k turned by t · theta^(−2i/hd)";
    row.source = "Su et al. 2021, arXiv 2104.09864";
    row.options = {option("theta", 10000.0, "Theta").above(0).doc("base of the wavelengths"),
                   option("layout", "half", "Layout")
                       .one_of({"half", "interleaved"})
                       .doc("half pairs i with i + hd/2 (Hugging Face), interleaved 2i with 2i + 1 (CS336)")};
    registry.add_position(row, [](const KindChoice& choice, const KindDims& dims, const Bind&, at::Device device) {
        const auto layout = choice.text("layout") == "half" ? ops::RopeLayout::half : ops::RopeLayout::interleaved;
        return std::make_unique<Rope>(dims, choice.real("theta"), layout, device);
    });
}

}  // namespace ablate::model
