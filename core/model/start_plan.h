#pragma once
#include "core/config/run_config.h"

// What becomes of a model's tensors when another configuration starts from them. No torch and no file: the window and
// the preview list it before anything is loaded.
namespace ablate::model {

struct StartTensor {
    TensorSpec spec;
    std::string why;  // "norm at q: RMSNorm → None", "not in the initial weights: starts at 1"
};

// Never a silent `strict=False`: every tensor of both sides is in exactly one list. A norm keeps its tensors only where
// its kind stays: a gain learned in an RMSNorm means something else in a LayerNorm.
struct StartPlan {
    std::vector<TensorSpec> kept;
    std::vector<StartTensor> dropped, fresh;  // of the start alone; of the new model alone
};

// InputError "WHERE: ...": a tensor of the same name and another shape, with both shapes and the options that would
// fit.
StartPlan plan_start(const RunConfig& from, const RunConfig& to, const std::string& where);

// "310 tensors kept, 57 dropped, none new".
std::string in_words(const StartPlan& plan);

// {"kept": [NAME...], "dropped": [{"tensor", "shape", "why"}...], "new": [the same...]}.
Json to_json(const StartPlan& plan);

// Options of the model that no tensor shows, such as the base of RoPE, the epsilon of a norm that stays or L2Norm where
// there was none: kept weights would be read in another sense. One line each.
std::vector<std::string> silent_changes(const RunConfig& from, const RunConfig& to);

}  // namespace ablate::model
