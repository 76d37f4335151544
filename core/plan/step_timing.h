#pragma once
#include "core/config/run_config.h"
#include "core/run/run_store.h"

#include <filesystem>
#include <optional>

// How long one optimizer step takes on this machine, measured on slices of the model: one block, a part of the head,
// and their updates, at the study's own sizes, then scaled to all layers, the whole vocabulary and all tokens of a
// step. No torch in this header.
namespace ablate::study {

// $XDG_CACHE_HOME/ablate/step-times.json, else ~/.cache/ablate/step-times.json: the user's, for all workspaces. Each
// entry is known by processor, version, precision, threads, device and the sizes that the time depends on.
std::filesystem::path step_times_file();

// Of one step, without evaluations and checkpoints.
struct StepTime {
    double seconds = 0;
    bool rough = false;  // scaled from sequences shorter than data.context, which would have taken long to time
};

// Where a model of these sizes has been measured before.
std::optional<StepTime> known_step_time(const RunConfig& config);
// The same, measured now if need be, which takes a second or two and never more than some seconds. To be called while
// nothing else trains here: other work makes it come out high. InputError: a device that is not here.
StepTime measured_step_time(const RunConfig& config);

// Seconds of one step of the runs that trained the same model in the same way and have ended, the median; nothing where
// there are none.
std::optional<double> timed_step_seconds(const RunConfig& config, const run::RunList& runs);

}  // namespace ablate::study
