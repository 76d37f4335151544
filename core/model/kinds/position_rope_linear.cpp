#include "core/model/kinds/rotation.h"

namespace ablate::model {

void register_position_rope_linear(KindRegistry& registry) {
    KindRow row;
    row.name = "rope_linear";
    row.label = "RoPE, linear scaling";
    row.formula = "pairs of q and k turned by (t / factor) · theta^(−2i/hd)";
    row.source = "Chen et al. 2023, arXiv 2306.15595; Hugging Face rope_type linear";
    row.options = {rotation_theta(10000),
                   option("factor", 2.0, "Factor").above(0).doc("how many times longer the context has become"),
                   rotation_layout()};
    registry.add_position(row, [](const KindChoice& choice, const KindDims& dims, const Bind&, at::Device device) {
        const at::Tensor plain = ops::rope_frequencies(dims.head_dim, choice.real("theta"));
        return std::make_unique<Rotation>(choice, dims, plain / choice.real("factor"), device);
    });
}

}  // namespace ablate::model
