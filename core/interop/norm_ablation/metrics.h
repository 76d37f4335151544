#pragma once
#include "core/run/run_directory.h"

// What a run's logs say, in the form of Hugging Face's Trainer. Steps count updates done, as there: the loss that our
// log has at step 0 is stored at 1. Nothing is averaged over log intervals, and a loss that is not finite is NaN.
namespace ablate::interop::norm_ablation {

// log_history: a line for every training step and every evaluation, and the closing line of averages.
Json log_history(const run::RunDirectory& run, const run::RunInfo& info, const run::RunState& state);

// trainer_state.json at `step` updates: the lines up to it.
Json trainer_state(const Json& history, const run::RunInfo& info, std::int64_t step);

// The run's line in all_train_metrics.json: `train_loss` in the Trainer's sense, which is the mean over all steps, and
// beside it the final loss, the verdict and the step of a collapse.
Json final_metrics(const Json& history, const run::RunInfo& info, const run::RunState& state);

}  // namespace ablate::interop::norm_ablation
