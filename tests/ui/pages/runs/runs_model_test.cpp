#include "ui/pages/runs/runs_model.h"

#include "tests/support/listed_runs.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/pages/runs/run_columns.h"
#include "ui/widgets/copy_rows.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <limits>

using namespace ablate;
using namespace ablate::ui;
using run::Status;
using test::color_of;
using test::listed_run;
using test::of_hash;
using test::run_list;

class RunsModelTest : public QObject {
    Q_OBJECT

    // "study: a b, Cannot be read: x"
    static QString printed(const RunsModel& model) {
        QStringList groups;
        for (int g = 0; g < model.rowCount(); ++g) {
            const QModelIndex heading = model.index(g, 0);
            groups += heading.data().toString() + ": " + model.ids_below(heading).join(' ');
        }
        return groups.join(", ");
    }
    static QString cell(const RunsModel& model, const QString& id, int column) {
        return model.index_of(id, column).data().toString();
    }

  private Q_SLOTS:
    void rows_come_and_go_in_place() {
        RunsModel model;
        QAbstractItemModelTester tester(&model);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.set_runs(run_list({listed_run("a", "one", "baseline", 1, 1), listed_run("b", "one", "nope", 1, 2)}),
                       color_of);
        QCOMPARE(printed(model), QString("one: a b"));
        const QPersistentModelIndex kept = model.index_of("b");
        model.set_runs(run_list({listed_run("a", "one", "baseline", 1, 1), listed_run("b", "one", "nope", 1, 2),
                                 listed_run("c", "two", "baseline", 1, 3)},
                                {{"/nowhere/runs/x", "x: run.json is missing"}}),
                       color_of);
        QCOMPARE(printed(model), QString("one: a b, two: c, Cannot be read: x"));
        QCOMPARE(kept.data(RunsModel::id_role).toString(), QString("b"));
        // A run whose files were mended moves to its study; an emptied study goes.
        model.set_runs(run_list({listed_run("b", "one", "nope", 1, 2), listed_run("x", "one", "silu", 1, 4)}),
                       color_of);
        QCOMPARE(printed(model), QString("one: b x"));
        QCOMPARE(kept.data(RunsModel::id_role).toString(), QString("b"));
        model.set_runs(run_list({}), color_of);
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(!kept.isValid());
        QCOMPARE(reset.count(), 0);
    }

    void a_run_that_takes_another_color_is_told() {
        RunsModel model;
        const auto runs = {listed_run("a", "one", "baseline", 1, 1), listed_run("b", "one", "nope", 1, 2)};
        model.set_runs(run_list(runs), color_of);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.set_runs(run_list(runs), [](const run::RunInfo& info) { return color_of(info) < 0 ? -1 : 4; });
        QVERIFY(changed.count() > 0);
        QCOMPARE(changed[0][0].toModelIndex(), model.index_of("b"));
        QCOMPARE(model.index_of("b").data(RunsModel::color_role).toInt(), 4);
    }

    void only_what_changed_is_told() {
        RunsModel model;
        const auto before = {listed_run("a", "one", "baseline", 1, 1), listed_run("b", "one", "nope", 1, 2)};
        model.set_runs(run_list(before), color_of);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        std::vector<run::ListedRun> after = before;
        after[1].state.step = 7;
        model.set_runs(run_list(after), color_of);
        QStringList rows;
        for (const QList<QVariant>& one : changed) {
            const QModelIndex index = one[0].toModelIndex();
            if (index.parent().isValid()) rows += index.data(RunsModel::id_role).toString();
        }
        QCOMPARE(rows, QStringList({"b"}));
        QCOMPARE(cell(model, "b", RunsModel::step), QString("7 / 100"));
        after[0].notes.tags = {"keep"};
        changed.clear();
        model.set_runs(run_list(after), color_of);
        QCOMPARE(model.index_of("a").data(RunsModel::tags_role).toStringList(), QStringList({"keep"}));
        QVERIFY(changed.count() > 0);
    }

    void a_training_run_says_how_far_and_how_long() {
        run::ListedRun run = listed_run("a", "one", "baseline", 1, 1);
        run.info.config.train.steps = 1200;
        run.info.config.train.batch = 4;
        run.info.config.train.accumulate = 2;
        run.info.config.data.context = 128;
        run.state.step = 300;
        run.state.tokens_per_second = 10240;  // ten steps a second
        run.state.last_loss = 3.14159;
        run.state.device = "cpu";
        RunsModel model;
        model.set_runs(run_list({run}), color_of);
        QCOMPARE(cell(model, "a", RunsModel::step), QString("300 / 1,200"));
        QCOMPARE(model.index_of("a", RunsModel::step).data(RunsModel::short_role).toString(), QString("300 / 1.2k"));
        QCOMPARE(model.index_of("a", RunsModel::progress).data(RunsModel::share_role).toDouble(), 0.25);
        QCOMPARE(*seconds_remaining(run), 90.0);
        QCOMPARE(cell(model, "a", RunsModel::remaining), QString("1m 30s"));
        QCOMPARE(cell(model, "a", RunsModel::loss), QString("3.142"));
        QVERIFY(model.index_of("a", RunsModel::loss).data(Qt::ToolTipRole).toString().contains("3.14159"));
        QCOMPARE(cell(model, "a", RunsModel::device), QString("cpu"));
        QVERIFY(model.index_of("a", RunsModel::device).data(Qt::ToolTipRole).toString().contains("auto → cpu"));
        run.status = Status::paused;
        model.set_runs(run_list({run}), color_of);
        QCOMPARE(cell(model, "a", RunsModel::remaining), QString());
    }

    void further_columns_show_results_origin_and_options() {
        run::ListedRun run = listed_run("a", "one", "baseline", 1, 1);
        run.info.config.train.lr = 0.0025;
        run.state.summary = {{"final_val", {{"other", 9.0}, {"val", 3.25}}},
                             {"best_val", {{"other", 8.0}, {"val", 3.0078125}}},
                             {"seconds", 90.25}};
        run.state.host = "node-1";
        run.state.device_name = "NVIDIA H200";
        RunsModel model;
        model.set_runs(run_list({run, listed_run("b", "one", "nope", 1, 2)}), color_of);
        const auto full = [&](int column) { return model.index_of("a", column).data(kFullTextRole).toString(); };
        QCOMPARE(cell(model, "a", RunsModel::best_validation), QString("3.008"));
        QCOMPARE(full(RunsModel::best_validation), QString("3.0078125"));
        QCOMPARE(full(RunsModel::last_validation), QString("3.25"));
        QCOMPARE(cell(model, "a", RunsModel::duration), QString("1m 30s"));
        QCOMPARE(full(RunsModel::duration), QString("90.25"));
        QCOMPARE(cell(model, "a", RunsModel::host), QString("node-1"));
        QCOMPARE(cell(model, "a", RunsModel::device_name), QString("NVIDIA H200"));
        QCOMPARE(cell(model, "a", run_column("train.lr")), QString("0.0025"));
        for (const int column : {RunsModel::best_validation, RunsModel::last_validation, RunsModel::duration}) {
            QCOMPARE(cell(model, "b", column), QString());  // nothing is known, and it is not 0
            QVERIFY(!model.index_of("b", column).data(RunsModel::sort_role).isValid());
        }
    }

    // A dead loss is at ln V: the lowest of its column, and no result.
    void the_loss_of_a_collapsed_run_is_a_word() {
        run::ListedRun run = listed_run("a", "one", "baseline", 1, 1);
        run.status = Status::collapsed;
        run.state.last_loss = 5.545;
        RunsModel model;
        model.set_runs(run_list({run}), color_of);
        QCOMPARE(cell(model, "a", RunsModel::loss), QString("collapsed"));
        const QModelIndex loss = model.index_of("a", RunsModel::loss);
        QVERIFY(!loss.data(RunsModel::sort_role).isValid());  // missing values come last
        QVERIFY(loss.data(RunsModel::alarm_role).toBool());
        QVERIFY(!loss.data(Qt::ToolTipRole).toString().contains("5.545"));
        run.status = Status::running;
        model.set_runs(run_list({run}), color_of);
        QCOMPARE(cell(model, "a", RunsModel::loss), QString("5.545"));
    }

    void a_run_asked_to_end_says_so_until_it_does() {
        run::ListedRun run = listed_run("a", "one", "baseline", 1, 1);
        RunsModel model;
        model.set_runs(run_list({run}), color_of);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        run.asked = "pause";
        model.set_runs(run_list({run}), color_of);
        QVERIFY(changed.count() > 0);
        QCOMPARE(cell(model, "a", RunsModel::state), QString("pausing"));
        run.asked = "stop";
        model.set_runs(run_list({run}), color_of);
        QCOMPARE(cell(model, "a", RunsModel::state), QString("stopping"));
        run.asked = "";
        model.set_runs(run_list({run}), color_of);
        QCOMPARE(cell(model, "a", RunsModel::state), QString("running"));
        changed.clear();
        model.set_pausing({"a"});  // by this window, which writes nothing down
        QVERIFY(changed.count() > 0);
        QCOMPARE(model.index_of("a").data(RunsModel::status_role).toString(), QString("pausing"));
        run.status = Status::paused;
        run.asked = "pause";  // left over
        model.set_runs(run_list({run}), color_of);
        QCOMPARE(cell(model, "a", RunsModel::state), QString("paused"));
    }

    void what_is_not_there_is_empty_and_no_number_is_an_alarm() {
        run::ListedRun fresh = listed_run("a", "one", "baseline", 1, 1, Status::queued);
        run::ListedRun broken = listed_run("b", "one", "no-norm", 1, 2, Status::collapsed);
        broken.state.last_loss = std::numeric_limits<double>::quiet_NaN();
        broken.state.verdict =
            train::Verdict{train::Outcome::collapsed, train::Collapse::non_finite, 23, "", "loss is NaN at step 23"};
        RunsModel model;
        QAbstractItemModelTester tester(&model);
        model.set_runs(run_list({fresh, broken}), color_of);
        for (const int column : {RunsModel::loss, RunsModel::rate, RunsModel::remaining, RunsModel::verdict})
            QCOMPARE(cell(model, "a", column), QString());
        QCOMPARE(cell(model, "b", RunsModel::loss), QString("collapsed"));
        QVERIFY(model.index_of("b", RunsModel::loss).data(RunsModel::alarm_role).toBool());
        QCOMPARE(cell(model, "b", RunsModel::verdict), QString("loss is NaN at step 23"));
        QVERIFY(model.index_of("b", RunsModel::verdict).data(RunsModel::alarm_role).toBool());
        QVERIFY(!model.index_of("a", RunsModel::verdict).data(RunsModel::alarm_role).toBool());
    }

    void the_heading_adds_up_its_runs() {
        run::ListedRun done = listed_run("a", "one", "baseline", 1, 1, Status::healthy);
        done.state.step = 100;
        run::ListedRun half = listed_run("b", "one", "nope", 1, 2);
        half.state.step = 50;
        run::ListedRun broken = listed_run("c", "one", "no-norm", 1, 3, Status::collapsed);
        broken.state.step = 3;
        run::ListedRun waits = listed_run("d", "one", "silu", 1, 4, Status::queued);
        RunsModel model;
        model.set_runs(run_list({done, half, broken, waits}), color_of);
        const auto of_heading = [&](int column, int role) { return model.index(0, column).data(role); };
        QCOMPARE(of_heading(RunsModel::step, Qt::DisplayRole).toString(), QString("2 of 4 runs"));
        QCOMPARE(of_heading(RunsModel::verdict, Qt::DisplayRole).toString(), QString("1 collapsed"));
        QCOMPARE(of_heading(RunsModel::progress, RunsModel::share_role).toDouble(), 0.625);
    }

    void runs_of_older_settings_move_below_a_heading_of_their_own() {
        const auto a = of_hash("h1", listed_run("a", "one", "baseline", 1, 1)),
                   b = of_hash("h1", listed_run("b", "one", "baseline", 2, 2)),
                   c = of_hash("n", listed_run("c", "one", "nope", 1, 3)),
                   d = of_hash("h2", listed_run("d", "one", "baseline", 1, 4));
        RunsModel model;
        QAbstractItemModelTester tester(&model);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset), moved(&model, &QAbstractItemModel::rowsMoved),
            removed(&model, &QAbstractItemModel::rowsRemoved);
        model.set_runs(run_list({a, b, c}), color_of);
        QCOMPARE(printed(model), QString("one: a b c"));
        QVERIFY(!model.older_heading(model.index(0, 0)).isValid());
        const QPersistentModelIndex of_a = model.index_of("a", RunsModel::seed), of_c = model.index_of("c");

        model.set_runs(run_list({a, b, c, d}), color_of);
        const QPersistentModelIndex older = model.older_heading(model.index(0, 0));
        QCOMPARE(printed(model), QString("one: c d"));
        QCOMPARE(model.ids_below(older), QStringList({"a", "b"}));
        QCOMPARE(older.data().toString(), QString("Older settings (2 runs)"));
        QCOMPARE(older.row(), 2);  // after the other runs
        QCOMPARE(moved.count(), 1);
        QCOMPARE(of_a.data().toString(), QString("1"));
        QCOMPARE(of_a.parent(), QModelIndex(older));
        QCOMPARE(of_c.data(RunsModel::id_role).toString(), QString("c"));
        QVERIFY(of_a.data(RunsModel::older_role).toBool() && !of_c.data(RunsModel::older_role).toBool());
        QCOMPARE(model.run_count(), 4);
        QCOMPARE(model.older_count(), 2);
        QVERIFY(model.run("a") && !model.run(older) && !model.damaged(older));
        QCOMPARE(removed.count(), 0);

        // A run that arrives late takes its place by its age.
        model.set_runs(run_list({a, b, c, d, of_hash("h0", listed_run("e", "one", "baseline", 1, 0))}), color_of);
        QCOMPARE(model.ids_below(older), QStringList({"a", "b", "e"}));

        // Without the rerun, the settings before are the present ones.
        model.set_runs(run_list({a, b, c}), color_of);
        QCOMPARE(printed(model), QString("one: c a b"));
        QVERIFY(!older.isValid());
        QCOMPARE(of_a.data().toString(), QString("1"));
        QCOMPARE(of_a.parent(), model.index(0, 0));
        QCOMPARE(model.older_count(), 0);
        QCOMPARE(reset.count(), 0);
    }

    void a_rerun_of_everything_that_is_deleted_leaves_no_trace() {
        const auto a = of_hash("h1", listed_run("a", "one", "baseline", 1, 1)),
                   b = of_hash("h2", listed_run("b", "one", "baseline", 1, 2));
        RunsModel model;
        QAbstractItemModelTester tester(&model);
        model.set_runs(run_list({a, b}), color_of);
        QCOMPARE(printed(model), QString("one: b"));
        const QPersistentModelIndex kept = model.index_of("a"), study = model.index(0, 0);
        model.set_runs(run_list({a}), color_of);
        QCOMPARE(printed(model), QString("one: a"));
        QVERIFY(study.isValid());  // with what the table knows of it
        QCOMPARE(kept.data(RunsModel::id_role).toString(), QString("a"));
        QCOMPARE(model.rowCount(study), 1);
        model.set_runs(run_list({}), color_of);
        QCOMPARE(model.rowCount(), 0);
    }

    void a_study_does_not_count_its_older_settings() {
        auto before = of_hash("h1", listed_run("a", "one", "baseline", 1, 1, Status::collapsed)),
             other = of_hash("h1", listed_run("b", "one", "baseline", 2, 2)),
             now = of_hash("h2", listed_run("c", "one", "baseline", 1, 3, Status::queued));
        RunsModel model;
        model.set_runs(run_list({before, other, now}), color_of);
        const auto cell_of = [](const QModelIndex& heading, int column, int role) {
            return heading.siblingAtColumn(column).data(role);
        };
        const QModelIndex study = model.index(0, 0), older = model.older_heading(study);
        QCOMPARE(cell_of(study, RunsModel::step, Qt::DisplayRole).toString(), QString("0 of 1 runs"));
        QCOMPARE(cell_of(study, RunsModel::verdict, Qt::DisplayRole).toString(), QString());
        QVERIFY(!cell_of(study, RunsModel::verdict, RunsModel::alarm_role).toBool());
        QCOMPARE(cell_of(study, RunsModel::progress, RunsModel::share_role).toDouble(), 0.0);
        QCOMPARE(cell_of(study, RunsModel::progress, RunsModel::status_role).toString(), QString());
        QCOMPARE(cell_of(older, RunsModel::step, Qt::DisplayRole).toString(), QString("1 of 2 runs"));
        QCOMPARE(cell_of(older, RunsModel::verdict, Qt::DisplayRole).toString(), QString("1 collapsed"));
        QCOMPARE(cell_of(older, RunsModel::progress, RunsModel::share_role).toDouble(), 0.5);
        QCOMPARE(cell_of(older, RunsModel::progress, RunsModel::status_role).toString(), QString("running"));
        QVERIFY(older.data(Qt::ToolTipRole).toString().contains("same variant and grid point"));

        // A run below it is told of like any other, and so is the heading.
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        other.state.step = 50;
        model.set_runs(run_list({before, other, now}), color_of);
        QCOMPARE(changed.count(), 2);
        QCOMPARE(changed[0][0].toModelIndex(), model.index_of("b"));
        QCOMPARE(changed[1][0].toModelIndex(), older);
        QCOMPARE(cell_of(older, RunsModel::progress, RunsModel::share_role).toDouble(), 0.75);
        model.set_waiting({"b"});
        QCOMPARE(cell(model, "b", RunsModel::place), QString("1"));
    }

    void a_finished_study_is_complete_and_at_rest() {
        for (int count = 1; count <= 60; ++count) {  // sixths and tenths do not sum to 1
            std::vector<run::ListedRun> runs;
            for (int i = 0; i < count; ++i)
                runs.push_back(listed_run("r" + std::to_string(i), "one", "v" + std::to_string(i), 1, i + 1,
                                          i % 3 ? Status::healthy : Status::collapsed));
            RunsModel model;
            model.set_runs(run_list(runs), color_of);
            QCOMPARE(model.index(0, RunsModel::progress).data(RunsModel::share_role).toDouble(), 1.0);
            QCOMPARE(model.index(0, RunsModel::progress).data(RunsModel::status_role).toString(), QString());
            runs[0].status = Status::running;
            model.set_runs(run_list(runs), color_of);
            QCOMPARE(model.index(0, RunsModel::progress).data(RunsModel::status_role).toString(), QString("running"));
        }
    }

    void places_in_the_queue_follow() {
        RunsModel model;
        QAbstractItemModelTester tester(&model);
        model.set_waiting({"b"});  // told before the list knows it
        model.set_runs(run_list({listed_run("a", "one", "baseline", 1, 1, Status::queued),
                                 listed_run("b", "one", "nope", 1, 2, Status::queued)}),
                       color_of);
        QCOMPARE(cell(model, "b", RunsModel::place), QString("1"));
        model.set_waiting({"a", "b"});
        QCOMPARE(cell(model, "a", RunsModel::place), QString("1"));
        QCOMPARE(cell(model, "b", RunsModel::place), QString("2"));
        model.set_waiting({});
        QCOMPARE(cell(model, "b", RunsModel::place), QString());
    }

    void names_of_strangers_are_text() {
        run::ListedRun run = listed_run("a", "quick", "nope", 1, 1);
        run.info.label = "<i>label</i>";
        run.notes.text = "<script>";
        run.notes.tags = {"<u>"};
        RunsModel model;
        model.set_runs(run_list({run}, {{"/nowhere/runs/x", "<h1>"}}), color_of);
        QString tips;
        for (const char* id : {"a", "x"})
            for (int column = 0; column < RunsModel::column_count; ++column)
                tips += model.index_of(id, column).data(Qt::ToolTipRole).toString();
        for (const char* markup : {"<i>", "<script", "<u>", "<h1"}) {
            QVERIFY2(!tips.contains(markup), markup);
            QVERIFY2(tips.contains(QString(markup).toHtmlEscaped()), markup);  // told, as text
        }
    }

    void damaged_runs_tell_their_reason() {
        RunsModel model;
        QAbstractItemModelTester tester(&model);
        model.set_runs(run_list({}, {{"/nowhere/runs/x", "x/run.json: format 9 is newer"}}), color_of);
        QCOMPARE(cell(model, "x", RunsModel::verdict), QString("x/run.json: format 9 is newer"));
        QCOMPARE(cell(model, "x", RunsModel::state), QString("unreadable"));
        QVERIFY(!model.run("x"));
        QVERIFY(model.damaged(model.index_of("x")));
        QVERIFY(!model.run(QString("no such run")));
    }

    void a_thousand_runs_are_one_insertion_for_each_study() {
        std::vector<run::ListedRun> runs;
        for (int i = 0; i < 1000; ++i)
            runs.push_back(listed_run(fmt::format("r{}", i), fmt::format("s{}", i % 5), "baseline", i, i));
        RunsModel model;
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        model.set_runs(run_list(runs), color_of);
        QCOMPARE(inserted.count(), 10);  // five headings and their runs
        QCOMPARE(model.run_count(), 1000);
    }
};

QTEST_MAIN(RunsModelTest)
#include "runs_model_test.moc"
