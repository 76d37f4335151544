#pragma once
#include "core/plan/resolved_study.h"
#include "core/run/run_store.h"

namespace ablate::study {

struct PlannedRun {
    VariantPoint point;
    std::int64_t seed = 1;
    std::string config_hash;
    std::optional<std::string> finished_run;  // id of a run of equal hash and seed that has ended: skipped
    std::optional<std::string> open_run;      // one that can go on: resumed rather than begun again
    std::optional<std::string> running_run;   // one that another process trains now: left to it
};

// What a study comes to: its runs in the order they are trained (by seed, then variant, the baseline first). Runs of
// the same study, configuration hash and seed are found again. The study has found its starts and has its data.
std::vector<PlannedRun> plan(const ResolvedStudy& study, const run::RunStore& store);

// The run.json of a planned run that begins at its first step, for run::create_run.
run::RunInfo run_info(const StudyConfig& study, const PlannedRun& planned, const data::PreparedData& data);

}  // namespace ablate::study
