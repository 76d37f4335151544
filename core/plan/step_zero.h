#pragma once
#include "core/data/prepare.h"
#include "core/plan/resolved_study.h"

namespace ablate::study {

// What step 0 tells: the loss on a real batch before any update, and whether the variant computes anything else than
// the baseline.
struct StepZero {
    std::string point;
    double loss = 0;  // nats; ln V is what an untrained model of no preference gives
    double grad_norm = 0;
    // Logits and every gradient equal the baseline's: the variant does not change the computation.
    bool same_as_baseline = false;
    std::string first_non_finite;  // "" when all is finite
};
// Whether step 0 can tell two configurations apart at all: it sees neither optimizer nor schedule, and one batch of the
// data.
bool decided_at_step_zero(const RunConfig& baseline, const RunConfig& variant);
// Same seed and batch for every variant; the baseline first. Frees each model before the next.
std::vector<StepZero> step_zero(const std::vector<VariantPoint>& points, const data::PreparedData& data,
                                std::uint64_t seed, const data::Progress& progress = {});

}  // namespace ablate::study
