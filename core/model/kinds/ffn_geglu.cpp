#include "core/model/kinds/activated_feed_forward.h"
#include "core/ops/gated.h"

namespace ablate::model {

void register_ffn_geglu(KindRegistry& registry) {
    KindRow row;
    row.name = "geglu";
    row.label = "GeGLU";
    row.formula = "y = W_down (gelu(W_gate x) · W_up x), gelu(x) = x Φ(x)";
    row.source = "Shazeer 2020, arXiv 2002.05202";
    register_feed_forward(registry, row, {"gate", "up"}, ops::geglu);
}

}  // namespace ablate::model
