#pragma once
#include "core/plan/resolved_study.h"
#include "core/run/plan_record.h"
#include "core/run/run_store.h"

// What a study sets out to tell, written down before its first run ends (core/run/plan_record.h). No torch in this
// header.
namespace ablate::study {

// At a start. Before any run of the study has a result the plan is what the study says
// now. Afterwards what changed is recorded as chosen after seeing data, and new seeds as an addition, a planned one
// where looks were declared. A study with results and no plan, as of version 0.1, gets one that says so.
void record_start(const ResolvedStudy& study, const run::RunStore& store);
// Seeds that are added to single variants; nothing without any.
struct AddedSeed {
    std::string variant{};
    std::int64_t seed = 0;
};
void record_addition(const std::string& study, const std::vector<AddedSeed>& added, const run::RunStore& store);

}  // namespace ablate::study
