#include "core/model/kinds/activated_feed_forward.h"

namespace ablate::model {

void register_ffn_relu2(KindRegistry& registry) {
    KindRow row;
    row.name = "relu2";
    row.label = "ReLU²";
    row.formula = "y = W_down relu(W_up x)²";
    row.source = "So et al. 2021 (Primer), arXiv 2109.08668";
    register_feed_forward(registry, row, {"up"}, [](const at::Tensor& x) { return at::relu(x).square(); });
}

}  // namespace ablate::model
