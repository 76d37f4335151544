#include "core/compare/looks.h"

#include "core/base/error.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;
using namespace ablate::study;
using Numbers = std::vector<std::int64_t>;

class LooksTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void looks_are_ascending_numbers_of_seeds() {
        QCOMPARE(looks_from_text("3,5,8", "--looks"), (Numbers{3, 5, 8}));
        for (const char* text : {"1,2", "5,3", "3,3", "3;5", "3,x", "2000"})
            QVERIFY_EXCEPTION_THROWN(looks_from_text(text, "--looks"), InputError);
    }

    void they_are_declared_before_the_first_result() {
        const test::TempFolder workspace;
        declare_looks(workspace.path(), "quick", {3, 5}, false);
        declare_looks(workspace.path(), "quick", {2, 4}, false);  // nothing has been seen
        declare_looks(workspace.path(), "quick", {2, 4}, true);   // the same again: a resumed sequence
        QVERIFY_EXCEPTION_THROWN(declare_looks(workspace.path(), "quick", {3, 5}, true), InputError);
        QVERIFY_EXCEPTION_THROWN(declare_looks(workspace.path(), "other", {3, 5}, true), InputError);
    }

    void seeds_continue_those_of_the_study() {
        QCOMPARE(first_seeds({1, 2}, 4), (Numbers{1, 2, 3, 4}));
        QCOMPARE(first_seeds({7, 3}, 3), (Numbers{7, 3, 8}));
        QCOMPARE(first_seeds({1, 2, 3}, 2), (Numbers{1, 2}));
    }

    void what_is_decided_is_kept_in_the_plan() {
        const test::TempFolder workspace;
        declare_looks(workspace.path(), "quick", {3, 5}, false);
        test::write_measured_study(workspace.path());
        test::write_synthetic_seeds(workspace.path(), {.variant = "same", .label = "Same", .patch = test::kSiLU},
                                    {3.66, 3.64, 3.65});
        const auto compared = [&] { return compare_study(run::RunStore(workspace.path()), "quick"); };
        const Look look = look_at(compared(), 3);
        QVERIFY(std::find(look.decided.begin(), look.decided.end(), "nope: worse") != look.decided.end());
        record_look(workspace.path(), "quick", look);
        const Comparison later = compared();
        QCOMPARE(later.rules.kept.size(), look.decided.size());
        QVERIFY(look_at(later, 5).decided.empty());  // told once
    }
};

QTEST_GUILESS_MAIN(LooksTest)
#include "looks_test.moc"
