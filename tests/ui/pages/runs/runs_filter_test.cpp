#include "ui/pages/runs/runs_filter.h"

#include "tests/support/listed_runs.h"
#include "ui/pages/runs/runs_model.h"

#include <QAbstractItemModelTester>
#include <QTest>
#include <limits>

using namespace ablate;
using namespace ablate::ui;
using run::Status;
using test::color_of;
using test::listed_run;
using test::of_hash;
using test::run_list;

class RunsFilterTest : public QObject {
    Q_OBJECT

    struct Filtered {
        RunsModel model;
        RunsFilter filter;
        Filtered() { filter.setSourceModel(&model); }
        void set(std::vector<run::ListedRun> runs, std::vector<run::DamagedRun> damaged = {}) {
            model.set_runs(run_list(std::move(runs), std::move(damaged)), color_of);
        }
        QString ids() const { return filter.ids().join(' '); }
        QString found(const QString& words) {
            filter.set_query(words);
            return ids();
        }
    };

  private Q_SLOTS:
    void the_newest_study_comes_first_and_the_damaged_last() {
        Filtered f;
        QAbstractItemModelTester tester(&f.filter);
        const auto a = listed_run("a", "old", "baseline", 1, 1), b = listed_run("b", "new", "baseline", 1, 5),
                   c = listed_run("c", "new", "nope", 1, 6);
        f.set({a, b, c}, {{"/nowhere/runs/x", "reason"}});
        QCOMPARE(f.ids(), QString("b c a x"));
        // A run that is added to the old study makes it the newest.
        f.set({a, b, c, listed_run("d", "old", "silu", 1, 9)}, {{"/nowhere/runs/x", "reason"}});
        QCOMPARE(f.ids(), QString("a d b c x"));
        f.filter.sort(RunsModel::created, Qt::DescendingOrder);
        QCOMPARE(f.ids(), QString("d a c b x"));
    }

    void missing_values_are_last_both_ways() {
        Filtered f;
        std::vector<run::ListedRun> runs;
        const std::pair<const char*, std::optional<double>> losses[] = {
            {"two", 2.0}, {"none", {}}, {"ten", 10.0}, {"nan", std::numeric_limits<double>::quiet_NaN()}, {"one", 1.0}};
        for (const auto& [id, loss] : losses) {
            runs.push_back(listed_run(id, "s", "v", 1, 1));
            runs.back().state.last_loss = loss;
        }
        f.set(runs);
        f.filter.sort(RunsModel::loss, Qt::AscendingOrder);
        QCOMPARE(f.ids(), QString("one two ten none nan"));
        f.filter.sort(RunsModel::loss, Qt::DescendingOrder);
        QCOMPARE(f.ids(), QString("ten two one none nan"));
    }

    void words_are_looked_for_where_they_say() {
        Filtered f;
        QAbstractItemModelTester tester(&f.filter);
        run::ListedRun a = listed_run("a1", "norms", "baseline", 1, 1, Status::healthy);
        run::ListedRun b = listed_run("b2", "norms", "no-norm", 2, 2, Status::collapsed);
        run::ListedRun c = listed_run("c3", "positions", "nope", 1, 3);
        b.notes.tags = {"keep", "paper"};
        c.info.grid_point = "train.lr=0.01";
        c.info.label = "No position";
        f.set({a, b, c}, {{"/nowhere/runs/norms-old", "reason"}});
        QCOMPARE(f.found("norms"), QString("a1 b2 norms-old"));
        QCOMPARE(f.found("study:norms"), QString("a1 b2"));
        QCOMPARE(f.found("NORMS collapsed"), QString("b2"));
        QCOMPARE(f.found("tag:keep"), QString("b2"));
        QCOMPARE(f.found("tag:norms"), QString());
        QCOMPARE(f.filter.rowCount(), 0);  // no heading without a run
        QCOMPARE(f.found("variant:position"), QString("c3"));
        QCOMPARE(f.found("state:running"), QString("c3"));
        QCOMPARE(f.found("state:unreadable"), QString("norms-old"));
        QCOMPARE(f.found("lr=0.01"), QString("c3"));
        QCOMPARE(f.found("c3"), QString("c3"));
        QCOMPARE(f.found("tag:"), QString("c3 a1 b2 norms-old"));  // typed half way: nothing asked for yet
        QCOMPARE(f.found(""), QString("c3 a1 b2 norms-old"));
    }

    void a_filtered_list_follows_what_changes() {
        Filtered f;
        QAbstractItemModelTester tester(&f.filter);
        f.filter.set_query("state:collapsed");
        std::vector<run::ListedRun> runs{listed_run("a", "s", "v", 1, 1)};
        f.set(runs);
        QCOMPARE(f.ids(), QString());
        runs[0].status = Status::collapsed;
        f.set(runs);
        QCOMPARE(f.ids(), QString("a"));
        f.set({});
        QCOMPARE(f.filter.rowCount(), 0);
    }

    void older_settings_come_after_the_other_runs_of_their_study() {
        Filtered f;
        QAbstractItemModelTester tester(&f.filter);
        auto a = of_hash("h1", listed_run("a", "one", "baseline", 1, 1)),
             b = of_hash("h1", listed_run("b", "one", "baseline", 2, 2)),
             c = of_hash("h2", listed_run("c", "one", "baseline", 1, 3)), d = listed_run("d", "one", "nope", 1, 4),
             e = listed_run("e", "two", "baseline", 1, 5);
        f.set({a, b, d});
        QCOMPARE(f.ids(), QString("a b d"));
        f.set({a, b, c, d, e});
        QCOMPARE(f.ids(), QString("e c d a b"));
        f.filter.sort(RunsModel::created, Qt::DescendingOrder);
        QCOMPARE(f.ids(), QString("e d c b a"));
        f.filter.sort(RunsModel::seed, Qt::DescendingOrder);
        QCOMPARE(f.ids(), QString("e d c b a"));
        f.filter.sort(RunsModel::seed, Qt::AscendingOrder);
        QCOMPARE(f.ids(), QString("e d c a b"));
        f.set({a, b, d, e});  // the rerun is deleted
        QCOMPARE(f.ids(), QString("e d a b"));
    }

    void a_run_of_older_settings_is_found_below_its_headings() {
        Filtered f;
        QAbstractItemModelTester tester(&f.filter);
        auto a = of_hash("h1", listed_run("a", "one", "baseline", 1, 1, Status::collapsed)),
             b = of_hash("h2", listed_run("b", "one", "baseline", 1, 2));
        f.filter.set_query("state:collapsed");
        f.set({a});
        QCOMPARE(f.ids(), QString("a"));
        f.set({a, b});
        QCOMPARE(f.ids(), QString("a"));
        const QModelIndex study = f.filter.index(0, 0), older = f.filter.index(0, 0, study);
        QCOMPARE(f.filter.rowCount(study), 1);
        QCOMPARE(study.data().toString(), QString("one"));
        QCOMPARE(older.data().toString(), QString("Older settings (1 run)"));
        QCOMPARE(f.filter.rowCount(older), 1);
        QCOMPARE(f.found("state:running"), QString("b"));
        QCOMPARE(f.filter.rowCount(f.filter.index(0, 0)), 1);  // no heading without a run
        QCOMPARE(f.found("state:collapsed"), QString("a"));
        a.status = Status::healthy;
        f.set({a, b});
        QCOMPARE(f.filter.rowCount(), 0);
        a.status = Status::collapsed;
        f.set({a, b});
        QCOMPARE(f.ids(), QString("a"));
        f.set({b});
        QCOMPARE(f.filter.rowCount(), 0);
        QCOMPARE(f.found(""), QString("b"));
        f.set({a, b});
        QVERIFY(why_none_matches(f.model, "collapsed nowhere").contains(", and no run matches “nowhere”."));
        QVERIFY(why_none_matches(f.model, "collapsed running").contains("no run has all of these words"));
    }
};

QTEST_MAIN(RunsFilterTest)
#include "runs_filter_test.moc"
