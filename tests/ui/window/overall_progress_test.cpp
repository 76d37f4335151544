#include "ui/window/overall_progress.h"

#include "core/train/register.h"

#include <QTest>
#include <cmath>

using namespace ablate;
using namespace ablate::ui;
using run::Status;

namespace {

run::ListedRun listed(const char* study, const char* id, Status status, std::int64_t step, double speed = 0) {
    run::ListedRun run{run::RunDirectory(std::filesystem::path("/w/runs") / id), {}, {}, status};
    run.info.id = id;
    run.info.study = study;
    run.info.config.train.steps = 100;
    run.info.config.train.batch = 2;
    run.info.config.data.context = 10;
    run.state.step = step;
    run.state.tokens_per_second = speed;
    return run;
}

}  // namespace

class OverallProgressTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void nothing_trains() {
        run::RunList list;
        list.runs = {listed("old", "a", Status::healthy, 100), listed("old", "b", Status::queued, 0)};
        const OverallProgress progress = overall_progress(list, {});
        QVERIFY(!progress.active());
        QCOMPARE(progress.text(), QString());
    }

    void a_study_in_training_counts_and_another_does_not() {
        run::RunList list;
        list.runs = {listed("old", "a", Status::healthy, 100), listed("new", "b", Status::collapsed, 30),
                     listed("new", "c", Status::running, 50, 10), listed("new", "d", Status::queued, 0),
                     listed("new", "e", Status::queued, 0)};  // e was left behind by another process
        const OverallProgress progress = overall_progress(list, {"d"});
        QCOMPARE(progress.done, 1);
        QCOMPARE(progress.total, 3);
        QCOMPARE(progress.share, 150.0 / 300);
        // 50 steps of 20 tokens, then 100 more, at 10 tokens/s.
        QCOMPARE(progress.seconds, 300.0);
        QCOMPARE(progress.text(), QString("1/3 runs · 5m 00s left"));
    }

    void what_does_not_go_on_by_itself_is_neither_done_nor_left() {
        run::RunList list;
        list.runs = {listed("s", "a", Status::running, 50, 10), listed("s", "b", Status::paused, 10),
                     listed("s", "c", Status::interrupted, 10), listed("s", "d", Status::stopped, 10)};
        const OverallProgress progress = overall_progress(list, {});
        QCOMPARE(progress.text(), QString("1/2 runs · 1m 40s left"));
        QCOMPARE(progress.share, 150.0 / 200);
    }

    void a_run_that_is_left_ends_no_earlier_than_at_its_own_speed() {
        run::RunList list;
        list.runs = {listed("s", "a", Status::running, 99, 1000), listed("s", "b", Status::running, 0, 10)};
        QCOMPARE(overall_progress(list, {}).seconds, 200.0);
    }

    void without_a_speed_there_is_no_time() {
        run::RunList list;
        list.runs = {listed("s", "a", Status::running, 0)};
        const OverallProgress progress = overall_progress(list, {});
        QVERIFY(std::isnan(progress.seconds));
        QCOMPARE(progress.text(), QString("0/1 runs"));
    }

    void what_ended_with_older_settings_does_not_count() {
        run::RunList list;
        list.runs = {listed("s", "a", Status::healthy, 100), listed("s", "b", Status::failed, 10),
                     listed("s", "c", Status::running, 50, 10)};
        list.runs[2].info.config_hash = "edited";
        list.runs[2].info.created = 1;
        QCOMPARE(overall_progress(list, {}).text(), QString("0/1 runs · 1m 40s left"));
        QCOMPARE(overall_progress(list, {}).share, 0.5);
        // A run of older settings that trains on takes its time. It brings back none of those that ended.
        list.runs[0].status = Status::running;
        list.runs[0].state.step = 50;
        QCOMPARE(overall_progress(list, {}).text(), QString("0/2 runs · 3m 20s left"));
        list.runs[2].status = Status::healthy;
        QCOMPARE(overall_progress(list, {}).text(), QString("0/1 runs"));
    }
};

QTEST_GUILESS_MAIN(OverallProgressTest)
#include "overall_progress_test.moc"
