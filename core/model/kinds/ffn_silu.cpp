#include "core/model/kinds/activated_feed_forward.h"

namespace ablate::model {

void register_ffn_silu(KindRegistry& registry) {
    KindRow row;
    row.name = "silu";
    row.label = "SiLU";
    row.formula = "y = W_down silu(W_up x)";
    row.source = "CS336 assignment 1";
    register_feed_forward(registry, row, {"up"}, [](const at::Tensor& x) { return at::silu(x); });
}

}  // namespace ablate::model
