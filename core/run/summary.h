#pragma once
#include "core/run/run_directory.h"

namespace ablate::run {

// A number of RunState::summary; NaN where the summary has none of that name.
double summary_number(const RunState& state, const char* key);
// The mean over the whole run once it has ended, the rate of its newest steps before.
double tokens_per_second(const RunState& state);
// Whether RunState::step is a fact: an imported log that holds only results does not tell the step they were read at.
bool tells_steps(const RunInfo& info, const RunState& state);

}  // namespace ablate::run
