#include "core/model/kinds/activated_feed_forward.h"

namespace ablate::model {

void register_ffn_gelu(KindRegistry& registry) {
    KindRow row;
    row.name = "gelu";
    row.label = "GELU";
    row.formula = "y = W_down gelu(W_up x), gelu(x) = x Φ(x)";
    row.source = "Hendrycks and Gimpel 2016, arXiv 1606.08415";
    register_feed_forward(registry, row, {"up"}, [](const at::Tensor& x) { return at::gelu(x); });
}

}  // namespace ablate::model
