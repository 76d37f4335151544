#pragma once
#include "core/run/run_store.h"

#include <optional>

// How fast runs train here, and how long others will take. No torch in this header.
namespace ablate::study {

// Model FLOPs a second (six_n convention, forward and backward) over the machine's measured peak at the run's
// precision, threads and device; NaN when the run has no throughput yet or the peak has not been measured in its
// workspace.
double model_flops_utilization(const run::ListedRun& listed);

struct TimeEstimate {
    double seconds = 0;  // of one run's training steps
    bool rough = true;   // neither runs nor a whole measurement tell how long a step takes here, or a run trains now
};
// Where nothing has to be measured: from the workspace's runs of the same model that have ended, else from an earlier
// measurement (step_timing.h).
std::optional<TimeEstimate> known_time(const RunConfig& config, const run::RunList& runs);
// From a step measured at the study's sizes, now or before (step_timing.h). InputError: a device that is not here.
TimeEstimate measured_time(const RunConfig& config);
// From the workspace's runs of the same model, else from a step measured at the study's sizes (step_timing.h), now if
// need be. While a run of the workspace trains nothing is measured: the estimate is then a rough one, as below.
TimeEstimate estimated_time(const RunConfig& config, const run::RunStore& store);
// The rough estimate, for where no step has been timed: from the machine's peak and the median utilization of the
// workspace's runs at the same precision, threads and device.
TimeEstimate estimated_time(const RunConfig& config, double peak, const run::RunList& runs);

}  // namespace ablate::study
