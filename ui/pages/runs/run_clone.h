#pragma once
#include "core/config/study_config.h"
#include "core/run/run_directory.h"

namespace ablate::ui {

struct ClonedVariant {
    VariantConfig variant;       // its patch may be empty: the run is what the baseline says
    bool data_left_out = false;  // where the run's data options differ: a study shares its data
};
// A run's configuration as a variant of a study with that baseline.
ClonedVariant clone_as_variant(const run::RunInfo& run, const RunConfig& baseline);

}  // namespace ablate::ui
