#include "core/run/plan_record.h"

#include "core/base/error.h"
#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;
using namespace ablate::run;

class PlanRecordTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void what_is_written_is_read() {
        const test::TempFolder workspace;
        QVERIFY(!read_plan_record(workspace.path(), "quick"));
        edit_plan_record(workspace.path(), "quick", [](PlanRecord& plan) {
            plan.family = {"nope", "silu"};
            plan.grid_points = 3;
            plan.margin = 0.01;
            plan.looks = {3, 5};
            plan.seeds = {1, 2, 3};
            plan.time = 1000.5;
        });
        edit_plan_record(workspace.path(), "quick", [](PlanRecord& plan) {
            plan.looked.push_back({3, 2000, {"nope: worse"}});
            plan.additions.push_back({{"silu"}, {4, 5}, 2001, true});
            plan.changes.push_back({"margin", 2002, false});
            plan.excluded.push_back({"1a2b3c4d", "a disk was full", 2003});
        });
        QVERIFY(std::filesystem::exists(workspace / "studies/quick.plan.json"));
        const PlanRecord plan = read_plan_record(workspace.path(), "quick").value();
        QCOMPARE(plan.study, std::string("quick"));
        QCOMPARE(plan.family, (std::vector<std::string>{"nope", "silu"}));
        QCOMPARE(plan.grid_points, std::int64_t{3});
        QCOMPARE(plan.margin.value(), 0.01);
        QVERIFY(!plan.smallest_difference);
        QCOMPARE(plan.looks, (std::vector<std::int64_t>{3, 5}));
        QCOMPARE(plan.time, 1000.5);
        QCOMPARE(plan.looked.at(0).decided, std::vector<std::string>{"nope: worse"});
        QVERIFY(plan.additions.at(0).planned);
        QCOMPARE(plan.additions.at(0).seeds, (std::vector<std::int64_t>{4, 5}));
        QCOMPARE(plan.changes.at(0).what, std::string("margin"));
        QCOMPARE(plan.excluded.at(0).reason, std::string("a disk was full"));
    }

    void a_damaged_or_newer_plan_is_refused() {
        const test::TempFolder workspace;
        for (const char* text : {"{", "[]", R"({"format": 2})", R"({"format": 1, "study": "quick"})"}) {
            std::filesystem::create_directories(workspace / "studies");
            workspace.write("studies/quick.plan.json", text);
            QVERIFY_EXCEPTION_THROWN(read_plan_record(workspace.path(), "quick"), InputError);
            // It is not written over.
            QVERIFY_EXCEPTION_THROWN(edit_plan_record(workspace.path(), "quick", [](PlanRecord&) {}), InputError);
        }
    }
};

QTEST_GUILESS_MAIN(PlanRecordTest)
#include "plan_record_test.moc"
