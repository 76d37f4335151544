#include "ui/pages/live/live_run_model.h"

#include "tests/support/listed_runs.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"

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
        QCOMPARE(model.name("c"), QString("nope 0.01, seed 2"));
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

    void a_sparkline_keeps_a_spike_of_one_step() {
        LiveRunModel model;
        model.set_runs(test::run_list({test::listed_run("a", "quick", "baseline", 1, 1)}), test::color_of);
        run::Series loss;
        for (int step = 0; step < 5000; ++step) {
            loss.step.push_back(step);
            loss.value.push_back(step == 1234 ? 99.5 : 3.0);
            loss.wall_time.push_back(step);
        }
        auto curves = std::make_shared<RunCurves>();
        curves->id = "a";
        curves->add(run::kTrainLoss, loss);
        model.set_curves("a", curves);
        const QVariantList sketch = model.index(0).data(LiveRunModel::sparkline).toList();
        QVERIFY(sketch.contains(99.5));
        QVERIFY(sketch.size() <= 40);
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
        LiveRunModel model;
        model.set_runs(test::run_list({test::listed_run("a", "quick", "baseline", 7, 1),
                                       test::listed_run("b", "quick", "nope", 7, 2),
                                       test::listed_run("c", "quick", "nope", 1337, 3)}),
                       [](const run::RunInfo& info) { return info.variant == "baseline" ? -1 : 7; });
        QCOMPARE(model.dash_of("a"), Qt::SolidLine);
        QCOMPARE(model.dash_of("b"), Qt::SolidLine);
        QCOMPARE(model.dash_of("c"), Qt::DashLine);  // the eighth variant's seeds too
        QCOMPARE(model.color_of("b"), model.color_of("c"));
    }

    static run::ListedRun at_rate(const std::string& id, const std::string& rate, double created) {
        run::ListedRun run = test::listed_run(id, "quick", "nope", 1, created);
        run.info.label = "NoPE";
        run.info.grid_point = "train.lr=" + rate;
        return run;
    }

    void a_grid_is_told_once_and_by_lightness() {
        LiveRunModel model;
        model.set_runs(test::run_list({at_rate("a", "0.01", 1), at_rate("b", "1e-05", 2), at_rate("c", "0.003", 3)}),
                       test::color_of);
        model.choose({"a", "b", "c"});
        const std::vector<GridKey> grid = model.drawn_grid();
        QCOMPARE(grid.size(), std::size_t{1});
        QCOMPARE(grid[0].key, QString("lr"));
        QStringList values;
        for (const GridKey::Value& value : grid[0].values) values += value.text;
        QCOMPARE(values, QStringList({"1e-05", "0.003", "0.01"}));
        QCOMPARE(grid[0].values[2].grid_index, 2);
        QCOMPARE(model.name("a"), QString("NoPE 0.01"));
        QCOMPARE(model.index(0).data().toString(), QString("NoPE, lr 0.01, seed 1"));
        QCOMPARE(model.color_of("a"), Theme::instance().run_color(0, 2, 3));
        QCOMPARE(model.color_of("c"), Theme::instance().run_color(0));
        // The lightness is that of the whole study, whatever is drawn.
        model.choose({"a"});
        QCOMPARE(model.color_of("a"), Theme::instance().run_color(0, 2, 3));
        QCOMPARE(model.name("a"), QString("NoPE"));
    }

    void two_variants_with_one_label_have_their_names() {
        auto first = test::listed_run("a", "quick", "x", 1, 1), second = test::listed_run("b", "quick", "y", 1, 2);
        first.info.label = second.info.label = "No norm";
        LiveRunModel model;
        model.set_runs(test::run_list({first, second}), test::color_of);
        model.choose({"a", "b"});
        QCOMPARE(model.name("a"), QString("No norm (x)"));
        QCOMPARE(model.index(1).data().toString(), QString("No norm (y), seed 1"));
    }

    void pinned_runs_are_on_top_and_drawn_beside_solo_ones() {
        LiveRunModel model;
        QAbstractItemModelTester tester(&model);
        const auto list = test::run_list({test::listed_run("a", "quick", "baseline", 1, 1),
                                          test::listed_run("b", "quick", "nope", 1, 2),
                                          test::listed_run("c", "quick", "silu", 1, 3)});
        model.pin({"c"});  // before it is listed, as after a start
        model.set_runs(list, test::color_of);
        QCOMPARE(ids(model), QStringList({"c", "a", "b"}));
        QCOMPARE(model.drawn(), QStringList({"c"}));
        model.choose({"a", "b"});
        QCOMPARE(model.drawn(), QStringList({"c", "a", "b"}));
        model.set_solo({"b"});
        QCOMPARE(model.drawn(), QStringList({"c", "b"}));
        QCOMPARE(model.followed(), QStringList({"c", "a", "b"}));
        QCOMPARE(model.chosen(), QStringList({"a", "b"}));
        model.set_runs(test::run_list({list->runs[0], list->runs[2]}), test::color_of);  // the solo run is deleted
        QVERIFY(model.solo_runs().isEmpty());
        QCOMPARE(model.drawn(), QStringList({"c", "a"}));
        model.pin({});
        QCOMPARE(ids(model), QStringList({"a", "c"}));
    }

    void flags_are_told_by_their_numbers() {
        LiveRunModel model;
        model.set_runs(test::run_list({test::listed_run("a", "quick", "baseline", 1, 1)}), test::color_of);
        QVERIFY(model.index(0).data(LiveRunModel::flag_lines).toStringList().isEmpty());
        model.set_flags({{"a", {"2  loss is NaN at step 23"}}});
        QCOMPARE(model.index(0).data(LiveRunModel::flag_lines).toStringList(),
                 QStringList({"2  loss is NaN at step 23"}));
        QVERIFY(model.index(0).data(Qt::ToolTipRole).toString().contains("loss is NaN at step 23"));
    }

    void a_row_is_copied_with_what_its_cell_shows() {
        LiveRunModel model;
        model.set_runs(test::run_list({test::listed_run("a", "quick", "baseline", 1, 1)}), test::color_of);
        const QModelIndex run = model.index(0);
        const QString copied = run.data(kFullTextRole).toString();
        QVERIFY(copied.startsWith(run.data().toString() + "; " + run.data(LiveRunModel::status).toString() + "; "));
        QVERIFY(copied.contains(run.data(LiveRunModel::steps).toString()));
    }
};

QTEST_MAIN(LiveRunModelTest)
#include "live_run_model_test.moc"
