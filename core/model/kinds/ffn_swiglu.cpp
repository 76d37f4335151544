#include "core/model/kinds/activated_feed_forward.h"
#include "core/ops/gated.h"

namespace ablate::model {

void register_ffn_swiglu(KindRegistry& registry) {
    KindRow row;
    row.name = "swiglu";
    row.label = "SwiGLU";
    row.formula = "y = W_down (silu(W_gate x) · W_up x)";
    row.source = "Shazeer 2020, arXiv 2002.05202";
    register_feed_forward(registry, row, {"gate", "up"}, ops::swiglu);
}

}  // namespace ablate::model
