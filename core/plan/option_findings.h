#pragma once
#include "core/plan/preflight.h"

namespace ablate::study {

// Options that are right by themselves and mislead together: a schedule that never acts, a judgment that can never be
// made, a value that nothing reads. `baseline` is the configuration the point is compared with, itself for a baseline;
// what the baseline does as well is said of the baseline alone.
std::vector<Finding> option_findings(const StudyConfig& study, const VariantPoint& point, const RunConfig& baseline);

// Of the baseline's validation: a line for each set that is too short for its windows to be side by side.
std::vector<std::string> overlapping_windows(const RunConfig& baseline, const data::PreparedData& data);

}  // namespace ablate::study
