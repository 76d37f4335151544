#pragma once
#include "core/config/study_config.h"
#include "core/data/prepare.h"
#include "core/run/run_store.h"

namespace ablate::study {

struct PlanOptions {
    std::vector<std::string> settings;  // --set
    std::vector<std::string> only;      // variants; the baseline is always kept
    std::vector<std::int64_t> seeds;    // empty: the study's
    bool again = false;                 // train even what has finished
    bool keep_no_ops = false;           // train variants that change nothing that is computed
};

struct PlannedRun {
    VariantPoint point;
    std::int64_t seed = 1;
    std::string config_hash;
    std::optional<std::string> finished_run;  // id of a run of equal hash and seed that has ended: skipped
    std::optional<std::string> open_run;      // one that can go on: resumed rather than begun again
    std::optional<std::string> running_run;   // one that another process trains now: left to it
};

// The study's points that `only` leaves: those of the variants or points it names, and of the baseline in any case.
// InputError for a name the study does not have.
std::vector<VariantPoint> selected_points(const StudyConfig& study, const PlanOptions& options);

// What a study comes to: its runs in the order they are trained (by seed, then variant, the baseline first). Runs of
// the same study, configuration hash and seed are found again. InputError for unknown names in `only`.
std::vector<PlannedRun> plan(const StudyConfig& study, const PlanOptions& options, const data::PreparedData& data,
                             const run::RunStore& store);

// The run.json of a planned run that begins anew, for run::create_run.
run::RunInfo run_info(const StudyConfig& study, const PlannedRun& planned, const data::PreparedData& data);

}  // namespace ablate::study
