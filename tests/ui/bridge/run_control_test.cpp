#include "ui/bridge/run_control.h"

#include "core/base/atomic_file.h"
#include "tests/support/same_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"
#include "ui/bridge/run_requests.h"

#include <sys/wait.h>

#include <QSignalSpy>
#include <QTest>
#include <fstream>
#include <set>

using namespace ablate;
using namespace ablate::ui;
using run::Status;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 30'000;

QString id_of(const run::RunDirectory& directory) { return QString::fromStdString(directory.id()); }

struct Fixture {
    test::TempFolder workspace;
    fs::path tokens = test::write_tiny_tokens(workspace / "tokens");
    std::unique_ptr<RunControl> control = std::make_unique<RunControl>(workspace.path());

    Fixture() { control->set_program(ABLATE_BIN_DIR "/ablate"); }
    run::RunDirectory run(std::int64_t steps, std::int64_t seed = 1) const {
        return test::create_tiny_run(workspace.path(), test::tiny_config(tokens, steps), seed);
    }
    StudyConfig study(const char* name, std::int64_t steps) const {
        StudyConfig study;
        study.name = name;
        study.baseline = test::tiny_baseline(tokens, steps);
        study.variants = {{"nope", "NoPE", {{"model", {{"position", {{"kind", "none"}}}}}}}};
        return study;
    }
};

constexpr int kLong = 1'000'000;  // steps: until somebody stops it

bool trains(const run::RunDirectory& directory) {
    return directory.status() == Status::running && directory.state().step > 0;
}

}  // namespace

class RunControlTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void seeds_are_added_to_a_configuration_and_trained() {
        const Fixture fixture;
        QSignalSpy ended(fixture.control.get(), &RunControl::run_ended);
        QSignalSpy told(fixture.control.get(), &RunControl::message);
        const run::RunDirectory first = fixture.run(6);
        fixture.control->resume({id_of(first)});
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, kPatience);
        fixture.control->add_seeds({{id_of(first), {1, 2, 3}}});
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 3, kPatience);
        QCOMPARE(told.count(), 1);
        QVERIFY(told[0][0].toString().contains("has seed 1 already"));
        std::set<std::int64_t> seeds;
        for (const run::ListedRun& listed : run::RunStore(fixture.workspace.path()).list().runs) {
            QCOMPARE(listed.status, Status::healthy);
            QCOMPARE(listed.info.config_hash, first.info().config_hash);
            seeds.insert(listed.info.seed);
        }
        QCOMPARE(seeds, (std::set<std::int64_t>{1, 2, 3}));
    }

    void a_study_is_prepared_started_and_trained() {
        const Fixture fixture;
        QSignalSpy preparing(fixture.control.get(), &RunControl::preparing);
        QSignalSpy started(fixture.control.get(), &RunControl::started);
        QSignalSpy ended(fixture.control.get(), &RunControl::run_ended);
        fixture.control->start_study(fixture.study("first", 6));
        QVERIFY(fixture.control->preparing_study());
        QTRY_COMPARE_WITH_TIMEOUT(started.count(), 1, kPatience);
        QVERIFY(!fixture.control->preparing_study() && preparing.count() > 0);
        const QStringList runs = started[0][1].toStringList();
        QCOMPARE(runs.size(), 2);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 2, kPatience);
        for (const run::ListedRun& listed : run::RunStore(fixture.workspace.path()).list().runs)
            QCOMPARE(listed.status, Status::healthy);
        QVERIFY(!fixture.control->busy());

        QSignalSpy refused(fixture.control.get(), &RunControl::refused);
        fixture.control->start_study(fixture.study("first", 6));
        QTRY_COMPARE_WITH_TIMEOUT(refused.count(), 1, kPatience);
        QVERIFY(refused[0][1].toString().contains("have ended"));
    }

    void a_study_that_cannot_train_is_refused_and_makes_no_run() {
        const Fixture fixture;
        StudyConfig study = fixture.study("bad", 6);
        study.baseline["model"]["heads"] = 3;
        QSignalSpy refused(fixture.control.get(), &RunControl::refused);
        fixture.control->start_study(study);
        QTRY_COMPARE_WITH_TIMEOUT(refused.count(), 1, kPatience);
        QVERIFY(refused[0][1].toString().contains("heads"));
        QVERIFY(run::RunStore(fixture.workspace.path()).list().runs.empty());
    }

    void a_preparation_can_be_cancelled_and_only_one_is_made_at_a_time() {
        const Fixture fixture;
        QSignalSpy refused(fixture.control.get(), &RunControl::refused);
        fixture.control->start_study(fixture.study("first", 6));
        fixture.control->start_study(fixture.study("second", 6));
        QCOMPARE(refused.count(), 1);
        QVERIFY(refused[0][1].toString().contains("another study"));
        fixture.control->cancel_preparation();
        QTRY_COMPARE_WITH_TIMEOUT(refused.count(), 2, kPatience);
        QCOMPARE(refused[1][1].toString(), QString("cancelled"));
        QVERIFY(!fixture.control->preparing_study());
    }

    void the_queue_is_kept_in_order_and_can_be_reordered() {
        const Fixture fixture;
        fixture.control->set_jobs(1);
        const run::RunDirectory first = fixture.run(kLong), second = fixture.run(8, 2), third = fixture.run(8, 3);
        QSignalSpy ended(fixture.control.get(), &RunControl::run_ended);
        fixture.control->resume({id_of(first), id_of(second), id_of(third)});
        QTRY_COMPARE(fixture.control->training(), QStringList{id_of(first)});
        QCOMPARE(fixture.control->waiting(), (QStringList{id_of(second), id_of(third)}));
        fixture.control->move(id_of(third), -5);
        QCOMPARE(fixture.control->waiting(), (QStringList{id_of(third), id_of(second)}));
        QTRY_VERIFY_WITH_TIMEOUT(trains(first), kPatience);
        fixture.control->pause({id_of(first)});
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 3, kPatience);
        QCOMPARE(ended[0][0].toString(), id_of(first));
        QCOMPARE(ended[1][0].toString(), id_of(third));
        QCOMPARE(first.status(), Status::paused);  // and was not begun again
        QCOMPARE(second.status(), Status::healthy);
    }

    void more_jobs_begin_at_once() {
        const Fixture fixture;
        fixture.control->set_jobs(1);
        const run::RunDirectory first = fixture.run(kLong), second = fixture.run(kLong, 2);
        fixture.control->resume({id_of(first), id_of(second)});
        QTRY_COMPARE(fixture.control->waiting().size(), 1);
        fixture.control->set_jobs(2);
        QCOMPARE(fixture.control->training(), (QStringList{id_of(first), id_of(second)}));
    }

    void pausing_what_has_just_been_submitted_loses_nothing() {
        const Fixture fixture;
        const run::RunDirectory run = fixture.run(kLong);
        QSignalSpy ended(fixture.control.get(), &RunControl::run_ended);
        QSignalSpy changed(fixture.control.get(), &RunControl::queue_changed);
        connect(fixture.control.get(), &RunControl::queue_changed, fixture.control.get(), [&] {
            if (!fixture.control->training().isEmpty()) fixture.control->pause(fixture.control->training());
        });
        fixture.control->resume({id_of(run)});
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, kPatience);
        QVERIFY(!fixture.control->busy());
        QVERIFY(run.status() == Status::paused || run.status() == Status::queued);
    }

    void a_run_is_stopped_wherever_it_is() {
        const Fixture fixture;
        fixture.control->set_jobs(1);
        const run::RunDirectory training = fixture.run(kLong), waiting = fixture.run(kLong, 2);
        fixture.control->resume({id_of(training), id_of(waiting)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(training), kPatience);
        fixture.control->stop({id_of(waiting), id_of(training)});
        QTRY_COMPARE_WITH_TIMEOUT(training.status(), Status::stopped, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(waiting.status(), Status::stopped, kPatience);
        QTRY_VERIFY(!fixture.control->busy());
        QVERIFY(run::RunStore(fixture.workspace.path()).list().damaged.empty());
    }

    void a_stop_that_comes_while_a_run_pauses_holds() {
        const Fixture fixture;
        const run::RunDirectory run = fixture.run(kLong);
        fixture.control->resume({id_of(run)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
        fixture.control->pause({id_of(run)});
        fixture.control->stop({id_of(run)});
        QTRY_COMPARE_WITH_TIMEOUT(run.status(), Status::stopped, kPatience);
        QTRY_VERIFY(!fixture.control->busy());
    }

    void what_is_stopped_before_its_first_step_is_stopped() {
        for (const auto mode : {RunControl::Mode::threads, RunControl::Mode::processes}) {
            const Fixture fixture;
            fixture.control->set_mode(mode);
            const run::RunDirectory run = fixture.run(kLong);
            std::stop_source paused;  // one that has trained before
            train_run(run, paused.get_token(), [&](const auto&, const auto&) { paused.request_stop(); });
            connect(fixture.control.get(), &RunControl::queue_changed, fixture.control.get(), [&] {
                if (!fixture.control->training().isEmpty()) fixture.control->stop(fixture.control->training());
            });
            fixture.control->resume({id_of(run)});
            QTRY_COMPARE_WITH_TIMEOUT(run.status(), Status::stopped, kPatience);
            QTRY_VERIFY(!fixture.control->busy());
        }
    }

    void stopping_what_waits_for_another_process_reaches_it() {
        const Fixture fixture;
        const run::RunDirectory run = fixture.run(kLong);
        fixture.control->stop({id_of(run)});
        QTRY_COMPARE_WITH_TIMEOUT(run.status(), Status::stopped, kPatience);
        QCOMPARE(train_run(run, {}).outcome, train::Outcome::stopped);  // as that process would
        fixture.control->resume({id_of(run)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
    }

    void a_run_of_another_control_is_paused_through_its_directory() {
        const Fixture fixture;
        RunControl other(fixture.workspace.path());
        const run::RunDirectory run = fixture.run(kLong);
        fixture.control->resume({id_of(run)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
        QSignalSpy told(&other, &RunControl::message);
        other.resume({id_of(run)});
        QTRY_COMPARE(told.count(), 1);
        QVERIFY(told[0][0].toString().contains("is trained by process"));
        other.pause({id_of(run)});
        QTRY_COMPARE_WITH_TIMEOUT(run.status(), Status::paused, kPatience);
        QTRY_VERIFY(!fixture.control->busy());
    }

    void what_does_not_apply_is_said_and_left_alone() {
        const Fixture fixture;
        const run::RunDirectory run = fixture.run(4);
        QSignalSpy told(fixture.control.get(), &RunControl::message);
        fixture.control->pause({id_of(run)});
        QTRY_COMPARE(told.count(), 1);
        QVERIFY(told[0][0].toString().contains("is not training"));
        fixture.control->resume({"ffffffff"});
        QTRY_COMPARE(told.count(), 2);
        QVERIFY(told[1][0].toString().contains("no run"));
        fixture.control->retry({id_of(run)});
        QTRY_COMPARE(told.count(), 3);
        QVERIFY(told[2][0].toString().contains("has not ended"));
    }

    void retrying_an_ended_run_makes_another_of_the_same_settings() {
        const Fixture fixture;
        const run::RunDirectory run = fixture.run(6, 5);
        train_run(run, {});
        QSignalSpy ended(fixture.control.get(), &RunControl::run_ended);
        fixture.control->retry({id_of(run)});
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, kPatience);
        const run::RunDirectory again =
            run::RunStore(fixture.workspace.path()).find(ended[0][0].toString().toStdString()).directory;
        QVERIFY(again.id() != run.id());
        QCOMPARE(again.info().seed, std::int64_t{5});
        QCOMPARE(again.info().config_hash, run.info().config_hash);
        VERIFY_SAME_RUNS(run, again);
    }

    void a_failed_run_says_why_and_is_retried_where_it_stood() {
        const Fixture fixture;
        const run::RunDirectory run = fixture.run(6);
        fs::rename(fixture.tokens, fixture.workspace / "elsewhere");
        QSignalSpy told(fixture.control.get(), &RunControl::message),
            ended(fixture.control.get(), &RunControl::run_ended);
        fixture.control->resume({id_of(run)});
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, kPatience);
        QCOMPARE(run.status(), Status::failed);
        QVERIFY(told.count() == 1 && told[0][0].toString().contains(id_of(run)));
        fs::rename(fixture.workspace / "elsewhere", fixture.tokens);
        fixture.control->retry({id_of(run)});
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 2, kPatience);
        QCOMPARE(run.status(), Status::healthy);
    }

    void destroying_it_pauses_what_trains_in_threads() {
        Fixture fixture;
        const run::RunDirectory run = fixture.run(kLong), waiting = fixture.run(kLong, 2);
        fixture.control->set_jobs(1);
        fixture.control->resume({id_of(run), id_of(waiting)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
        fixture.control.reset();
        QCOMPARE(run.status(), Status::paused);
        QCOMPARE(waiting.status(), Status::queued);
    }

    void child_processes_train_on_when_it_is_gone() {
        Fixture fixture;
        const run::RunDirectory run = fixture.run(kLong);
        fixture.control->set_mode(RunControl::Mode::processes);
        fixture.control->resume({id_of(run)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
        fixture.control.reset();
        const std::int64_t step = run.state().step;
        QTRY_VERIFY_WITH_TIMEOUT(run.state().step > step, kPatience);
        run.request("stop");
        QTRY_COMPARE_WITH_TIMEOUT(run.status(), Status::stopped, kPatience);
    }

    void a_missing_program_is_said() {
        Fixture fixture;
        const run::RunDirectory run = fixture.run(6);
        fixture.control->set_mode(RunControl::Mode::processes);
        fixture.control->set_program("/nonexistent/ablate");
        QSignalSpy told(fixture.control.get(), &RunControl::message);
        fixture.control->resume({id_of(run)});
        QTRY_COMPARE(told.count(), 1);
        QVERIFY(told[0][0].toString().contains("/nonexistent/ablate"));
        QTRY_VERIFY(!fixture.control->busy());
        QCOMPARE(run.status(), Status::queued);
    }

    void leaving_with_a_pause_leaves_everything_at_rest() {
        Fixture fixture;
        const run::RunDirectory run = fixture.run(kLong), waiting = fixture.run(kLong, 2);
        fixture.control->set_jobs(1);
        fixture.control->resume({id_of(run), id_of(waiting)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
        QSignalSpy left(fixture.control.get(), &RunControl::left);
        fixture.control->leave(RunControl::Leave::pause);
        QTRY_COMPARE_WITH_TIMEOUT(left.count(), 1, kPatience);
        QCOMPARE(run.status(), Status::paused);
        QCOMPARE(waiting.status(), Status::queued);
    }

    void leaving_in_the_background_a_child_goes_on_with_the_same_bits() {
        Fixture fixture;
        const run::RunDirectory whole = fixture.run(600), run = fixture.run(600), waiting = fixture.run(20, 2);
        fixture.control->set_jobs(1);
        fixture.control->resume({id_of(run), id_of(waiting)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
        QSignalSpy left(fixture.control.get(), &RunControl::left);
        fixture.control->leave(RunControl::Leave::background);
        QTRY_COMPARE_WITH_TIMEOUT(left.count(), 1, kPatience);
        fixture.control.reset();
        QTRY_COMPARE_WITH_TIMEOUT(run.status(), Status::healthy, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(waiting.status(), Status::healthy, kPatience);
        train_run(whole, {});
        VERIFY_SAME_RUNS(whole, run);
    }

    void a_child_that_does_not_begin_is_ended_and_said() {
        const Fixture fixture;
        const run::RunDirectory run = fixture.run(6);
        const fs::path sleeps = fixture.workspace.write("sleeps", "#!/bin/sh\nexec sleep 1000\n");
        fs::permissions(sleeps, fs::perms::owner_all);
        const run::RunStore store(fixture.workspace.path());
        while (waitpid(-1, nullptr, 0) > 0) continue;  // those of the tests before
        const std::string line =
            test::input_error([&] { hand_over(sleeps, store, {run}, 1, std::chrono::milliseconds(1)); });
        QVERIFY(test::is_line_with(line, {"did not start in"}));
        QCOMPARE(waitpid(-1, nullptr, WNOHANG), -1);  // no child is left
    }

    void what_was_submitted_while_leaving_failed_is_not_lost() {
        Fixture fixture;
        fixture.control->set_jobs(1);
        const run::RunDirectory run = fixture.run(kLong), late = fixture.run(kLong, 2);
        fixture.control->resume({id_of(run)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
        fixture.control->set_program("/nonexistent/ablate");
        QSignalSpy failed(fixture.control.get(), &RunControl::leave_failed);
        connect(fixture.control.get(), &RunControl::run_ended, fixture.control.get(),
                [&] { fixture.control->resume({id_of(late)}); });
        fixture.control->leave(RunControl::Leave::background);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(fixture.control->training() + fixture.control->waiting(),
                                  (QStringList{id_of(run), id_of(late)}), kPatience);
    }

    void without_a_child_the_runs_go_on_here() {
        Fixture fixture;
        const run::RunDirectory run = fixture.run(kLong);
        fixture.control->resume({id_of(run)});
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
        fixture.control->set_program("/nonexistent/ablate");
        QSignalSpy left(fixture.control.get(), &RunControl::left),
            failed(fixture.control.get(), &RunControl::leave_failed);
        fixture.control->leave(RunControl::Leave::background);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatience);
        QCOMPARE(left.count(), 0);
        QVERIFY(!fixture.control->leaving());
        QTRY_VERIFY_WITH_TIMEOUT(trains(run), kPatience);
    }
};

QTEST_GUILESS_MAIN(RunControlTest)
#include "run_control_test.moc"
