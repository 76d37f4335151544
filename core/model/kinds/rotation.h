#pragma once
#include "core/model/kinds.h"
#include "core/ops/rope.h"

namespace ablate::model {

// What every rotary kind is, up to its frequencies (fp64 [hd/2], in radians a position).
class Rotation final : public Position {
  public:
    Rotation(const KindChoice& choice, const KindDims& dims, const at::Tensor& frequencies, at::Device device)
        : layout_(choice.text("layout") == "half" ? ops::RopeLayout::half : ops::RopeLayout::interleaved),
          single_(ops::rope_table(dims.context, frequencies, at::kFloat, device)),
          double_(ops::rope_table(dims.context, frequencies, at::kDouble, device)) {}

    void rotate(at::Tensor& q, at::Tensor& k, const TokenPositions& positions) const override {
        const ops::RopeTable& table = q.scalar_type() == at::kDouble ? double_ : single_;
        q = ops::rope(q, table, layout_, positions.first);
        k = ops::rope(k, table, layout_, positions.first);
    }

  private:
    ops::RopeLayout layout_;
    ops::RopeTable single_, double_;
};

inline FieldBuilder rotation_theta(double value) {
    return option("theta", value, "Theta").above(0).doc("base of the wavelengths");
}

inline FieldBuilder rotation_layout() {
    return option("layout", "half", "Layout")
        .one_of({"half", "interleaved"})
        .doc("half pairs i with i + hd/2 (Hugging Face), interleaved 2i with 2i + 1 (CS336)");
}

}  // namespace ablate::model
