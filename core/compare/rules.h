#pragma once
#include "core/compare/judgement.h"
#include "core/run/plan_record.h"

// The rules that a study's plan recorded.
namespace ablate::study {

Rules rules_of(const run::PlanRecord& record);
// Of studies/NAME.plan.json; without one, or where it is damaged, the usual rules.
Rules recorded_rules(const std::filesystem::path& workspace, const std::string& study);

}  // namespace ablate::study
