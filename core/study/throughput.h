#pragma once
#include "core/run/run_store.h"

// How fast runs train here, and how long others will take. No torch in this header.
namespace ablate::study {

// Model FLOPs a second (six_n convention, forward and backward) over the machine's measured peak at the run's
// precision, threads and device; NaN when the run has no throughput yet or the peak has not been measured in its
// workspace.
double model_flops_utilisation(const run::ListedRun& listed);

struct TimeEstimate {
    double seconds = 0;  // of one run's training steps
    bool rough = true;   // no run of the workspace tells what share of the peak such a training reaches
};
// From the machine's peak (measured now if need be) and the median utilisation of the workspace's ended runs at the
// same precision, threads and device.
TimeEstimate estimated_time(const RunConfig& config, const run::RunStore& store);
// The same from that peak and a list of the workspace's runs.
TimeEstimate estimated_time(const RunConfig& config, double peak, const run::RunList& runs);

}  // namespace ablate::study
