#pragma once
#include "tests/support/planted_study.h"

namespace ablate::test {

// The settings in which the rules of comparisons are shown to hold, with normal, heavy-tailed and skewed noise, unequal
// variances, noise of the text, rounding, collapses, grids and true differences. No rule of this kind bounds the errors
// of strongly skewed noise: they are shown and stated.
std::vector<PlantedSetting> planted_settings();

}  // namespace ablate::test
