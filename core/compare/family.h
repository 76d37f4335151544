#pragma once
#include "core/compare/comparison.h"

// Which differences are judged together, and the error that each may have.
namespace ablate::study {

void state_family(Comparison& comparison);  // before anything is judged: the errors depend on it
// Allowed to the difference of two groups on both sides together: by the baseline's family where `reference` is what
// the group is judged against, else by the family of all pairs.
double error_of(const Comparison& comparison, std::size_t group, std::size_t reference);
// Where all pairs are looked at: a separate family, which ranks the variants and which no verdict uses.
double error_of_pairs(const Comparison& comparison);
bool is_added_later(const Comparison& comparison, const Group& group);  // a variant that the plan did not have

}  // namespace ablate::study
