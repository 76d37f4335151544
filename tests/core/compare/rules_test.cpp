#include "core/compare/rules.h"

#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;
using namespace ablate::study;

class RulesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void a_plan_is_what_is_judged_by() {
        run::PlanRecord plan;
        plan.family = {"nope", "silu"};
        plan.seeds = {1, 2, 3};
        plan.margin = 0.01;
        plan.time = 1000;
        const Rules rules = rules_of(plan);
        QVERIFY(rules.recorded && !rules.chosen_after);
        QCOMPARE(rules.comparisons.value(), std::int64_t{2});
        QCOMPARE(rules.margin.value(), 0.01);
        QCOMPARE(rules.seeds, (std::vector<std::int64_t>{1, 2, 3}));
        QCOMPARE(rules.additions, std::int64_t{0});
    }

    void an_exclusion_alone_is_no_plan() {
        run::PlanRecord plan;
        plan.excluded = {{"1a2b3c4d", "a disk was full", 0}};
        QVERIFY(!rules_of(plan).recorded);
    }

    // Seeds that a declared look asks for are part of the plan.
    void only_unplanned_additions_cost() {
        run::PlanRecord plan;
        plan.additions = {{{"nope"}, {4}, 0, true}, {{"nope"}, {5}, 0, false}, {{"silu"}, {5}, 0, false}};
        QCOMPARE(rules_of(plan).additions, std::int64_t{2});
    }

    void what_came_after_results_is_told() {
        run::PlanRecord plan;
        plan.changes = {{"margin", 0, true}, {"smallest difference", 0, false}, {"variant rope-2", 0, false}};
        QVERIFY(!rules_of(plan).chosen_after);
        QCOMPARE(rules_of(plan).added_later, std::vector<std::string>{"rope-2"});
        plan.changes.push_back({"margin", 0, false});
        QVERIFY(rules_of(plan).chosen_after);
    }

    void verdicts_of_looks_are_kept_and_runs_excluded() {
        run::PlanRecord plan;
        plan.looks = {3, 5};
        plan.looked = {{3, 0, {"nope: worse", "a+b: equivalent"}}, {5, 0, {}}};
        plan.excluded = {{"1a2b3c4d", "a disk was full", 0}};
        const Rules rules = rules_of(plan);
        QCOMPARE(rules.kept.size(), std::size_t{2});
        QCOMPARE(rules.kept[1].variant, std::string("a+b"));
        QCOMPARE(rules.kept[1].outcome, std::string("equivalent"));
        QCOMPARE(rules.kept[1].seeds, std::int64_t{3});
        QCOMPARE(rules.excluded, std::vector<std::string>{"1a2b3c4d"});
    }

    void a_damaged_plan_hides_no_runs() {
        const test::TempFolder workspace;
        std::filesystem::create_directories(workspace / "studies");
        workspace.write("studies/quick.plan.json", "{");
        QVERIFY(!recorded_rules(workspace.path(), "quick").recorded);
    }
};

QTEST_GUILESS_MAIN(RulesTest)
#include "rules_test.moc"
