#include "core/plan/plan_recording.h"

#include "core/base/text.h"
#include "core/config/variant_names.h"
#include "core/run/known_keys.h"

#include <algorithm>
#include <set>

namespace ablate::study {

namespace {

struct Earlier {
    bool results = false;
    std::vector<std::string> variants{};           // in the order of their runs
    std::set<std::int64_t> seeds{}, open_seeds{};  // of those with a result; of the others
    std::set<std::string> points{};
};

Earlier earlier_runs(const std::string& study, const run::RunStore& store) {
    Earlier earlier;
    for (const run::ListedRun& listed : store.list().runs) {
        if (listed.info.study != study || run::is_imported_log(listed.info)) continue;
        if (!has_result(listed.status)) {
            earlier.open_seeds.insert(listed.info.seed);
            continue;
        }
        earlier.results = true;
        earlier.seeds.insert(listed.info.seed);
        earlier.points.insert(listed.info.grid_point);
        const std::string& name = listed.info.variant;
        const bool known = std::find(earlier.variants.begin(), earlier.variants.end(), name) != earlier.variants.end();
        if (name != kBaseline && !known) earlier.variants.push_back(name);
    }
    return earlier;
}

// What is known of a study that was begun without a plan.
void plan_from_runs(run::PlanRecord& plan, const Earlier& earlier) {
    plan.family = earlier.variants;
    plan.grid_points = std::max<std::int64_t>(1, std::ssize(earlier.points));
    plan.seeds.assign(earlier.seeds.begin(), earlier.seeds.end());
    plan.time = unix_now();
    plan.changes.push_back({"plan", plan.time, false});
}

void plan_from_study(run::PlanRecord& plan, const ResolvedStudy& study, const Earlier& earlier) {
    std::set<std::string> points;
    plan.family.clear();
    for (const VariantPoint& point : study.points()) {
        points.insert(point.grid_point);
        const bool known = std::find(plan.family.begin(), plan.family.end(), point.variant) != plan.family.end();
        if (point.variant != kBaseline && !known) plan.family.push_back(point.variant);
    }
    plan.grid_points = std::max<std::int64_t>(1, std::ssize(points));
    plan.margin = study.config().margin;
    plan.smallest_difference = study.config().smallest_difference;
    // Nothing of an earlier plan was ever looked at. Seeds that an earlier start still trains remain part of it.
    plan.looked.clear();
    plan.additions.clear();
    plan.changes.clear();
    std::set<std::int64_t> seeds = earlier.open_seeds;
    // A part of the study, such as a pilot, is trained with seeds of that part; the study's own are still to come.
    if (!study.options().only.empty()) seeds.insert(study.config().seeds.begin(), study.config().seeds.end());
    seeds.insert(study.seeds().begin(), study.seeds().end());
    plan.seeds.assign(seeds.begin(), seeds.end());
    plan.time = unix_now();
}

void note_changes(run::PlanRecord& plan, const ResolvedStudy& study) {
    const double time = unix_now();
    // A start that names none leaves the recorded one.
    if (study.config().margin && plan.margin != study.config().margin) {
        plan.margin = study.config().margin;
        plan.changes.push_back({"margin", time, false});
    }
    if (study.config().smallest_difference && plan.smallest_difference != study.config().smallest_difference) {
        plan.smallest_difference = study.config().smallest_difference;
        plan.changes.push_back({"smallest difference", time, false});
    }
    std::set<std::string> known(plan.family.begin(), plan.family.end());
    for (const run::LateChange& change : plan.changes)
        if (change.what.starts_with(run::kLateVariant))
            known.insert(change.what.substr(std::string_view(run::kLateVariant).size()));
    for (const VariantPoint& point : study.chosen())
        if (point.variant != kBaseline && known.insert(point.variant).second)
            plan.changes.push_back({run::kLateVariant + point.variant, time, false});
}

void add_seeds(run::PlanRecord& plan, const std::vector<AddedSeed>& added, bool planned) {
    std::set<std::int64_t> known(plan.seeds.begin(), plan.seeds.end());
    std::set<std::pair<std::string, std::int64_t>> before;
    for (const run::SeedAddition& addition : plan.additions)
        for (const std::string& variant : addition.variants)
            for (const std::int64_t seed : addition.seeds) before.insert({variant, seed});
    std::set<std::string> variants;
    std::set<std::int64_t> seeds;
    for (const AddedSeed& one : added) {
        if (known.contains(one.seed) || before.contains({one.variant, one.seed})) continue;
        variants.insert(one.variant);
        seeds.insert(one.seed);
    }
    if (!seeds.empty())
        plan.additions.push_back(
            {{variants.begin(), variants.end()}, {seeds.begin(), seeds.end()}, unix_now(), planned});
}

}  // namespace

void record_start(const ResolvedStudy& study, const run::RunStore& store) {
    const Earlier earlier = earlier_runs(study.config().name, store);
    std::vector<AddedSeed> added;
    for (const VariantPoint& point : study.chosen())
        for (const std::int64_t seed : study.seeds()) added.push_back({point.variant, seed});
    run::edit_plan_record(store.workspace(), study.config().name, [&](run::PlanRecord& plan) {
        if (!earlier.results) return plan_from_study(plan, study, earlier);
        if (plan.time == 0) plan_from_runs(plan, earlier);
        note_changes(plan, study);
        add_seeds(plan, added, !plan.looks.empty());
    });
}

void record_addition(const std::string& study, const std::vector<AddedSeed>& added, const run::RunStore& store) {
    if (added.empty()) return;
    const Earlier earlier = earlier_runs(study, store);
    run::edit_plan_record(store.workspace(), study, [&](run::PlanRecord& plan) {
        if (plan.time == 0) plan_from_runs(plan, earlier);
        if (!earlier.results) return;
        add_seeds(plan, added, false);
    });
}

}  // namespace ablate::study
