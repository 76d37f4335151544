#pragma once
#include "core/interop/flashnorm/shards.h"

#include <optional>
#include <string>
#include <vector>

namespace ablate::interop {

// A norm and the projections that read its output.
struct Fold {
    std::string norm;
    std::vector<std::string> projections;
    bool missing = false;  // the checkpoint has no such tensor: it counts as ones, and the projections stay as they are
};

// What FlashNorm folds in a checkpoint of Llama's layout: each layer's input_layernorm into q, k and v (or qkv),
// post_attention_layernorm into gate and up (or gate_up), and the final norm into the head. A tied head is the
// embedding too, which must stay: then the final norm keeps its weight. The norms of q and k follow their
// projections and are left alone.
struct FoldPlan {
    std::string model_type;
    std::int64_t layers = 0;
    bool tied = false;
    std::vector<Fold> folds;
};

// From config.json and the tensors there are. InputError, naming the tensor, for what cannot be folded: an unknown
// architecture, a LayerNorm, weights of another dtype, widths that disagree, a checkpoint whose norms are ones already.
FoldPlan plan_folds(const Shards& shards);

}  // namespace ablate::interop
