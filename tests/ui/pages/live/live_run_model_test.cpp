#include "ui/pages/live/live_run_model.h"

#include "tests/support/listed_runs.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <limits>

using namespace ablate;
using namespace ablate::ui;

class LiveRunModelTest : public QObject {
    Q_OBJECT

    static QStringList ids(const LiveRunModel& model) {
        QStringList ids;
        for (int row = 0; row < model.rowCount(); ++row) ids += model.index(row).data(LiveRunModel::id).toString();
        return ids;
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_newest_study_comes_first_and_rows_stay() {
        LiveRunModel model;
        QAbstractItemModelTester tester(&model);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.set_runs(test::run_list({test::listed_run("a", "old", "baseline", 1, 1),
                                       test::listed_run("b", "old", "nope", 1, 2)}),
                       test::color_of);
        QCOMPARE(ids(model), QStringList({"a", "b"}));
        const QPersistentModelIndex kept = model.index(1);
        model.choose({"b"});
        model.set_runs(
            test::run_list({test::listed_run("a", "old", "baseline", 1, 1), test::listed_run("b", "old", "nope", 1, 2),
                            test::listed_run("c", "new", "baseline", 1, 3),
                            test::listed_run("d", "new", "nope", 1, 4)}),
            test::color_of);
        QCOMPARE(ids(model), QStringList({"c", "d", "a", "b"}));
        QCOMPARE(kept.data(LiveRunModel::id).toString(), QString("b"));
        QCOMPARE(model.chosen(), QStringList({"b"}));
        QCOMPARE(model.newest_study(), QStringList({"c", "d"}));
        QCOMPARE(reset.count(), 0);

        // A newer run brings the old study to the top again; a deleted one goes.
        model.set_runs(
            test::run_list({test::listed_run("a", "old", "baseline", 1, 1),
                            test::listed_run("c", "new", "baseline", 1, 3), test::listed_run("d", "new", "nope", 1, 4),
                            test::listed_run("e", "old", "silu", 1, 9)}),
            test::color_of);
        QCOMPARE(ids(model), QStringList({"a", "e", "c", "d"}));
        QVERIFY(!kept.isValid());
        QVERIFY(model.chosen().isEmpty());
    }

    void older_settings_come_last_and_are_not_shown_by_themselves() {
        LiveRunModel model;
        QAbstractItemModelTester tester(&model);
        auto a = test::listed_run("a", "quick", "baseline", 1, 1), b = test::listed_run("b", "quick", "nope", 1, 2),
             c = test::listed_run("c", "quick", "baseline", 1, 3);
        const auto other = test::listed_run("d", "old", "baseline", 1, 0);
        model.set_runs(test::run_list({other, a, b}), test::color_of);
        QCOMPARE(model.newest_study(), QStringList({"a", "b"}));
        const QPersistentModelIndex of_a = model.index(0);
        QCOMPARE(of_a.data(LiveRunModel::study).toString(), QString("quick"));
        c.info.config_hash = "edited";
        model.set_runs(test::run_list({other, a, b, c}), test::color_of);
        QCOMPARE(ids(model), QStringList({"b", "c", "a", "d"}));
        QCOMPARE(model.newest_study(), QStringList({"b", "c"}));
        QVERIFY(of_a.data(LiveRunModel::detail).toString().startsWith("older settings of quick · "));
        QVERIFY(of_a.data(LiveRunModel::search_text).toString().contains("older settings"));
        QVERIFY(!model.index(1).data(LiveRunModel::detail).toString().contains("older"));
        // Chosen next to the present one, it is told apart.
        model.choose({"a"});
        QCOMPARE(model.name("a"), QString("baseline"));
        model.choose({"a", "c"});
        QCOMPARE(model.name("a"), QString("baseline, older settings"));
        QCOMPARE(model.name("c"), QString("baseline"));
    }

    void names_say_only_what_tells_runs_apart() {
        LiveRunModel model;
        auto grid = test::listed_run("c", "quick", "nope", 2, 3);
        grid.info.grid_point = "train.lr=0.01";
        model.set_runs(test::run_list({test::listed_run("a", "quick", "baseline", 1, 1),
                                       test::listed_run("b", "quick", "nope", 1, 2), grid}),
                       test::color_of);
        model.choose({"a", "b"});
        QCOMPARE(model.name("b"), QString("nope"));
        model.choose({"a", "b", "c"});
        QCOMPARE(model.name("b"), QString("nope, seed 1"));
        QCOMPARE(model.name("c"), QString("nope@train.lr=0.01, seed 2"));
    }

    void a_last_value_of_nan_is_shown_and_markup_is_text() {
        LiveRunModel model;
        QAbstractItemModelTester tester(&model);
        model.set_runs(test::run_list({test::listed_run("a", "<b>study</b>", "baseline", 1, 1)}), test::color_of);
        auto curves = std::make_shared<RunCurves>();
        curves->id = "a";
        curves->add(run::kTrainLoss, {{0, 1, 2}, {7.5, 6.25, std::numeric_limits<double>::quiet_NaN()}, {0, 1, 2}});
        model.set_curves("a", curves);
        const QModelIndex index = model.index(0);
        QCOMPARE(index.data(LiveRunModel::value).toString(), QString("NaN"));
        QCOMPARE(index.data(LiveRunModel::sparkline).toList().size(), 3);
        QVERIFY(!index.data(Qt::ToolTipRole).toString().contains("<b>"));
        model.set_curves("no such run", curves);
        QCOMPARE(model.rowCount(), 1);
    }

    void the_loss_of_a_collapsed_run_is_a_word() {
        run::ListedRun collapsed = test::listed_run("a", "quick", "baseline", 1, 1);
        collapsed.status = run::Status::collapsed;
        LiveRunModel model;
        model.set_runs(test::run_list({collapsed}), test::color_of);
        auto curves = std::make_shared<RunCurves>();
        curves->id = "a";
        curves->add(run::kTrainLoss, {{0, 1}, {7.5, 5.545}, {0, 1}});
        model.set_curves("a", curves);
        const QModelIndex index = model.index(0);
        QCOMPARE(index.data(LiveRunModel::value).toString(), QString("collapsed"));
        QVERIFY(!index.data(LiveRunModel::full_value).isValid());
        QVERIFY(!index.data(Qt::ToolTipRole).toString().contains("5.545"));
    }

    void a_check_box_chooses() {
        LiveRunModel model;
        QAbstractItemModelTester tester(&model);
        model.set_runs(test::run_list({test::listed_run("a", "quick", "baseline", 1, 1),
                                       test::listed_run("b", "quick", "nope", 1, 2)}),
                       test::color_of);
        QSignalSpy chosen(&model, &LiveRunModel::chosen_changed);
        QVERIFY(model.setData(model.index(1), Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(model.chosen(), QStringList({"b"}));
        model.choose({"b"});
        QCOMPARE(chosen.count(), 1);  // nothing changed the second time
        QVERIFY(!model.setData(model.index(1), "x", Qt::EditRole));
    }

    void seeds_of_a_variant_share_a_color_and_differ_in_dash() {
        QVERIFY(LiveRunModel::dash_of(0, 1) != LiveRunModel::dash_of(0, 2));
        QCOMPARE(LiveRunModel::dash_of(-1, 1), Qt::SolidLine);
    }
};

QTEST_MAIN(LiveRunModelTest)
#include "live_run_model_test.moc"
