#include "core/model/kinds.h"

namespace ablate::model {

void register_position_none(KindRegistry& registry) {
    KindRow row;
    row.name = "none";
    row.label = "NoPE";
    row.formula = "no position encoding; only the causal mask orders the tokens";
    row.source = "Kazemnejad et al. 2023, arXiv 2305.19466";
    registry.add_position(
        row, [](const KindChoice&, const KindDims&, const Bind&, at::Device) { return std::make_unique<Position>(); });
}

}  // namespace ablate::model
