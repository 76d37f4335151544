#pragma once
#include "core/compare/comparison.h"

// Every group beside its baseline, and every variant at its best.
namespace ablate::study {

// Fills each group's delta, judgment and ranks and the family, from the runs, groups and rules alone.
void judge(Comparison& comparison);

}  // namespace ablate::study
