#pragma once
#include "core/interop/imported_run.h"

namespace ablate::interop {

// Fills in verdict and events from metrics and evaluations, with the detector that watches our own runs. Values that
// are finite again after others, and stay so to the end, are events and no collapse. A training
// loss of exactly 0 beside a gradient norm that is not finite was not finite either, hidden by a filter (Hugging Face's
// Trainer, logging_nan_inf_filter), and becomes NaN: in the middle of a log at its own step, up to the end from the
// first zero on. Zeros up to the end without gradient norms are a contradicted loss.
void judge(ImportedRun& run);

}  // namespace ablate::interop
