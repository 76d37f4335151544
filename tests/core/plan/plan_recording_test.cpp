#include "core/plan/plan_recording.h"

#include "core/base/error.h"
#include "core/compare/rules.h"
#include "core/run/plan_record.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"

#include <QTest>

using namespace ablate;
using namespace ablate::study;

namespace {

StudyConfig tiny_study(const test::TempFolder& folder) {
    train::register_kinds();
    StudyConfig study;
    study.name = "tiny";
    study.seeds = {1, 2};
    study.baseline = test::tiny_baseline(test::write_tiny_tokens(folder / "tokens"), 4);
    study.variants = {{"nope", "", {{"model", {{"position", {{"kind", "none"}}}}}}}};
    return study;
}

// A run that has ended as healthy, without any training.
void finish_run(const test::TempFolder& folder, const std::string& study) {
    const run::RunDirectory directory = test::create_bare_run(folder.path(), study);
    run::RunState state = directory.state();
    state.phase = "ended";
    state.verdict = train::Verdict();
    state.verdict->outcome = train::Outcome::healthy;
    directory.write_state(state);
}

run::PlanRecord started(const StudyConfig& study, const test::TempFolder& folder) {
    record_start(resolve_study(study), run::RunStore(folder.path()));
    return run::read_plan_record(folder.path(), study.name).value();
}

}  // namespace

class PlanRecordingTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_first_start_records_the_plan() {
        const test::TempFolder folder;
        StudyConfig study = tiny_study(folder);
        study.margin = 0.01;
        const run::PlanRecord record = started(study, folder);
        QVERIFY(record.time > 0);
        QCOMPARE(record.study, std::string("tiny"));
        QVERIFY((record.family == std::vector<std::string>{"nope"}));
        QCOMPARE(record.grid_points, std::int64_t{1});
        QVERIFY(record.margin == std::optional(0.01));
        QVERIFY(!record.smallest_difference);
        QVERIFY((record.seeds == std::vector<std::int64_t>{1, 2}));
        QVERIFY(record.changes.empty() && record.additions.empty());
    }

    void before_results_the_plan_is_replaced() {
        const test::TempFolder folder;
        StudyConfig study = tiny_study(folder);
        started(study, folder);
        study.seeds = {1, 2, 3};
        study.margin = 0.02;
        const run::PlanRecord record = started(study, folder);
        QVERIFY((record.seeds == std::vector<std::int64_t>{1, 2, 3}));
        QVERIFY(record.additions.empty() && record.changes.empty());
        QVERIFY(record.margin == std::optional(0.02));
        QVERIFY(!rules_of(record).chosen_after);
    }

    // As a pilot is: the seeds of the whole study remain planned.
    void a_part_of_the_study_does_not_replace_its_seeds() {
        const test::TempFolder folder;
        StudyConfig study = tiny_study(folder);
        study.seeds = {1, 2, 3, 4, 5};
        study.variants.push_back({"slow", "", {{"train", {{"lr", 0.001}}}}});
        PlanOptions pilot;
        pilot.only = {"nope"};
        pilot.seeds = {1, 2, 3};
        record_start(resolve_study(study, pilot), run::RunStore(folder.path()));
        finish_run(folder, "tiny");
        const run::PlanRecord record = started(study, folder);
        QVERIFY((record.seeds == study.seeds));
        QVERIFY((record.family == std::vector<std::string>{"nope", "slow"}));
        QVERIFY(record.additions.empty());
        QVERIFY(!rules_of(record).chosen_after);
    }

    void after_results_seeds_are_additions_and_a_margin_is_late() {
        const test::TempFolder folder;
        StudyConfig study = tiny_study(folder);
        started(study, folder);
        finish_run(folder, "tiny");
        study.seeds = {1, 2, 3};
        study.margin = 0.02;
        started(study, folder);
        const run::PlanRecord record = started(study, folder);  // the same again adds nothing
        QVERIFY((record.seeds == std::vector<std::int64_t>{1, 2}));
        QCOMPARE(record.additions.size(), std::size_t{1});
        QVERIFY((record.additions.front().seeds == std::vector<std::int64_t>{3}));
        QVERIFY(!record.additions.front().planned);
        QCOMPARE(record.changes.size(), std::size_t{1});
        QCOMPARE(record.changes.front().what, std::string("margin"));
        QVERIFY(!record.changes.front().before_results);
        const Rules rules = rules_of(record);
        QVERIFY(rules.chosen_after);
        QCOMPARE(rules.additions, std::int64_t{1});
    }

    void a_variant_added_after_results_is_told_apart() {
        const test::TempFolder folder;
        StudyConfig study = tiny_study(folder);
        started(study, folder);
        finish_run(folder, "tiny");
        study.variants.push_back({"slow", "", {{"train", {{"lr", 0.001}}}}});
        const Rules rules = rules_of(started(study, folder));
        QVERIFY((rules.added_later == std::vector<std::string>{"slow"}));
        QVERIFY(!rules.chosen_after);
        QVERIFY(rules.comparisons == std::optional<std::int64_t>(1));
    }

    void a_study_with_results_and_no_record_was_planned_afterwards() {
        const test::TempFolder folder;
        finish_run(folder, "tiny");  // with seed 1
        const run::PlanRecord record = started(tiny_study(folder), folder);
        QVERIFY(rules_of(record).chosen_after);
        QVERIFY((record.seeds == std::vector<std::int64_t>{1}));
        QCOMPARE(record.additions.size(), std::size_t{1});
    }

    void seeds_added_to_several_variants_are_one_addition() {
        const test::TempFolder folder;
        const run::RunStore store(folder.path());
        started(tiny_study(folder), folder);
        finish_run(folder, "tiny");
        const std::vector<AddedSeed> added{{"baseline", 3}, {"baseline", 4}, {"nope", 3}, {"nope", 4}};
        record_addition("tiny", added, store);
        record_addition("tiny", added, store);  // the same again adds nothing
        const run::PlanRecord record = run::read_plan_record(folder.path(), "tiny").value();
        QCOMPARE(record.additions.size(), std::size_t{1});
        QVERIFY((record.additions.front().variants == std::vector<std::string>{"baseline", "nope"}));
        QVERIFY((record.additions.front().seeds == std::vector<std::int64_t>{3, 4}));
    }

    void a_damaged_record_is_refused() {
        const test::TempFolder folder;
        const StudyConfig study = tiny_study(folder);
        std::filesystem::create_directories(folder / "studies");
        folder.write("studies/tiny.plan.json", "{");
        QVERIFY_EXCEPTION_THROWN(started(study, folder), InputError);
    }
};

QTEST_GUILESS_MAIN(PlanRecordingTest)
#include "plan_recording_test.moc"
