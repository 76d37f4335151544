#pragma once
#include "core/interop/flashnorm/fold_plan.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ablate::interop {

// How far apart the logits of two models are, over the positions of one sequence.
struct LogitGap {
    std::string precision;            // fp64, fp32, bf16
    double largest_difference = 0;    // max |a - b|
    double largest_logit = 0;         // max |a|, of the source
    double argmax_agreement = 0;      // share of the positions with the same likeliest token
    double kl = 0;                    // mean KL(source || folded), nats
    std::vector<double> layer_error;  // |a - b| / |a| (L2) of the residual stream after each layer
};

struct FlashNormVerification {
    LogitGap fold;                  // of the fold itself: fp64, folded in memory and cast to nothing
    std::vector<LogitGap> written;  // of the folder as written: fp32, then bf16 products
    std::string wrong_tensor;       // the first one written that is not the fold of the source's, rounded; "" for none
    std::vector<std::int32_t> greedy_source, greedy_folded;  // tokens added in fp32 to the same prompt
    std::string greedy_prompt, text_source, text_folded;     // these as text, where the source has a tokenizer
    bool exact() const;  // none is wrong, and the fold is the identity up to fp64's rounding: a relative 1e-10
};

// Runs both folders on the same seeded random tokens, and continues a line of text with each, or without a tokenizer
// that is known here, the first of those tokens. One model is in memory at a time. Llama and Qwen3 as
// hf::Checkpoint reads them, InputError for others. `say` is told what begins; what `check` throws, often called, ends
// it.
FlashNormVerification verify_flashnorm(
    const std::filesystem::path& source, const std::filesystem::path& folded, const FoldPlan& plan,
    const std::function<void(const std::string& what)>& say, const std::function<void()>& check = [] {});

}  // namespace ablate::interop
