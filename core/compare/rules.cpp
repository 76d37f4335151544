#include "core/compare/rules.h"

#include "core/base/error.h"

#include <algorithm>

namespace ablate::study {

Rules rules_of(const run::PlanRecord& record) {
    Rules rules;
    rules.recorded = record.time > 0;  // an exclusion alone is no plan
    rules.margin = record.margin;
    rules.smallest_difference = record.smallest_difference;
    rules.comparisons = std::ssize(record.family);
    rules.seeds = record.seeds;
    rules.looks = record.looks;
    // Those that a declared look asked for are part of the plan.
    rules.additions = std::count_if(record.additions.begin(), record.additions.end(),
                                    [](const run::SeedAddition& addition) { return !addition.planned; });
    rules.chosen_after = std::any_of(record.changes.begin(), record.changes.end(), [](const run::LateChange& change) {
        return !change.before_results && !change.what.starts_with(run::kLateVariant) &&
               change.what != "smallest difference";  // it only says which seeds would decide
    });
    for (const run::LateChange& change : record.changes)
        if (!change.before_results && change.what.starts_with(run::kLateVariant))
            rules.added_later.push_back(change.what.substr(std::string_view(run::kLateVariant).size()));
    for (const run::PlannedLook& look : record.looked)
        for (const std::string& decided : look.decided) {
            const std::size_t colon = decided.rfind(": ");
            if (colon == std::string::npos) continue;
            rules.kept.push_back({decided.substr(0, colon), decided.substr(colon + 2), look.seeds});
        }
    for (const run::ExcludedRun& excluded : record.excluded) rules.excluded.push_back(excluded.run);
    return rules;
}

Rules recorded_rules(const std::filesystem::path& workspace, const std::string& study) {
    try {
        if (const auto record = run::read_plan_record(workspace, study)) return rules_of(*record);
    } catch (const InputError&) {  // told where the plan is edited; the runs can be compared all the same
    }
    return {};
}

}  // namespace ablate::study
