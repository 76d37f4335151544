#include "core/model/kinds/position_table.h"
#include "core/ops/rope.h"

namespace ablate::model {
namespace {

class SinusoidalPosition final : public Position {
  public:
    SinusoidalPosition(const KindDims& dims, double theta, at::Device device) {
        const ops::RopeTable angles = ops::rope_table(dims.context, dims.width, theta, at::kDouble, device);
        table_ = at::stack({angles.sine, angles.cosine}, -1).flatten(1);
    }
    at::Tensor embedding(const TokenPositions& positions) const override { return rows_at(table_, positions); }

  private:
    at::Tensor table_;  // [context, D]: sine and cosine of each wavelength in turn
};

}  // namespace

void register_position_sinusoidal(KindRegistry& registry) {
    KindRow row;
    row.name = "sinusoidal";
    row.label = "Sinusoidal positions";
    row.formula = "x + P[t], P[t, 2i] = sin(t · theta^(−2i/d)), P[t, 2i + 1] = cos of the same";
    row.source = "Vaswani et al. 2017, arXiv 1706.03762";
    row.options = {option("theta", 10000.0, "Theta").above(0).doc("base of the wavelengths")};
    registry.add_position(row, [](const KindChoice& choice, const KindDims& dims, const Bind&, at::Device device) {
        return std::make_unique<SinusoidalPosition>(dims, choice.real("theta"), device);
    });
}

}  // namespace ablate::model
