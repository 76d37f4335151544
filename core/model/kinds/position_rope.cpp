#include "core/model/kinds/rotation.h"

namespace ablate::model {

void register_position_rope(KindRegistry& registry) {
    KindRow row;
    row.name = "rope";
    row.label = "RoPE";
    row.formula = "pairs of q and k turned by t · theta^(−2i/hd)";
    row.source = "Su et al. 2021, arXiv 2104.09864";
    row.options = {rotation_theta(10000), rotation_layout()};
    registry.add_position(row, [](const KindChoice& choice, const KindDims& dims, const Bind&, at::Device device) {
        return std::make_unique<Rotation>(choice, dims, ops::rope_frequencies(dims.head_dim, choice.real("theta")),
                                          device);
    });
}

}  // namespace ablate::model
