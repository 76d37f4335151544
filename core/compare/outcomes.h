#pragma once
#include "core/compare/comparison.h"

// What a difference allows to say of a variant.
namespace ablate::study {

Judgement judgement_of(const Comparison& comparison, std::size_t group);  // of one in best_of_variant
// "2 runs have not ended", "seed 3, which the plan has, has no run"; "" where all seeds have ended, or were excluded by
// name.
std::string why_not_complete(const Comparison& comparison, const Group& group);

}  // namespace ablate::study
