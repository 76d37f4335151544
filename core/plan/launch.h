#pragma once
#include "core/plan/plan.h"
#include "core/plan/preflight.h"

// From a study file to run directories that wait to be trained: what the command line and the window do alike before
// the first step. No torch in this header.
namespace ablate::study {

struct Launch {
    ResolvedStudy study;                          // with its starts and its data
    std::vector<run::RunDirectory> runs;          // to train, in order; they exist
    std::vector<PlannedRun> finished, elsewhere;  // left alone: ended before, trained now by another process
    std::vector<StepZero> no_ops;                 // variants whose step 0 is the baseline's to the bit
    std::vector<std::string> left_out;            // points not trained, because they do not change the computation
    std::vector<std::string> notes;               // one line each, for every output
};

// Step 0 of each distinct model of a study beside its own baseline, which comes before its variants. Grid points that
// leave the model as it is (learning rates) compute the same, so the first stands for all.
std::vector<StepZero> step_zero_of_study(const std::vector<VariantPoint>& points, const data::PreparedData& data,
                                         std::uint64_t seed, const data::Progress& progress = {});

// Runs at once that the machine's cores allow at the threads of such a run; 1 where a CUDA device trains.
int default_jobs(const RunConfig& config);

// Checks the configurations and the memory for `jobs` runs at once, prepares the data, plans, looks for variants that
// do not change the computation, and creates the directories. No run is created when any of it fails.
// InputError, ResourceError; whatever `progress` throws abandons the work.
Launch launch(ResolvedStudy study, const run::RunStore& store, int jobs, const data::Progress& progress = {});

}  // namespace ablate::study
