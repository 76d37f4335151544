#include "core/run/queue.h"

#include "core/run/process_executor.h"
#include "core/run/run_store.h"
#include "core/run/thread_executor.h"
#include "core/run/verify.h"
#include "tests/support/same_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <signal.h>
#include <QTest>

#include <atomic>
#include <fstream>
#include <set>

using namespace ablate;
using namespace ablate::run;
using test::input_error;
using test::is_line_with;
using train::Outcome;
namespace fs = std::filesystem;

namespace {

fs::path this_program() { return fs::read_symlink("/proc/self/exe"); }

std::string weights(const RunDirectory& directory) { return directory.state().summary.value("weights_sha256", ""); }

struct Fixture {
    test::TempFolder workspace;
    fs::path tokens = test::write_tiny_tokens(workspace / "tokens");

    RunDirectory run(std::int64_t steps, std::int64_t seed = 1, const Json& train = Json::object()) const {
        return test::create_tiny_run(workspace.path(), test::tiny_config(tokens, steps, train), seed);
    }
};

// What an executor told, by run.
struct Ended {
    std::mutex mutex;
    std::map<std::string, train::Verdict> verdicts;
    std::atomic<int> progress = 0;

    QueueObserver observer() {
        return {[this](const RunDirectory&, const RunState&) { ++progress; },
                [this](const RunDirectory& directory, const train::Verdict& verdict) {
                    const std::lock_guard guard(mutex);
                    verdicts[directory.id()] = verdict;
                }};
    }
};

}  // namespace

class QueueTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_run_is_trained_to_its_end() {
        const Fixture fixture;
        const RunDirectory directory = fixture.run(21);
        std::int64_t last = -1;
        const auto verdict = train_run(directory, {}, [&](const RunDirectory&, const RunState& s) { last = s.step; });
        QCOMPARE(verdict.outcome, Outcome::healthy);
        QCOMPARE(directory.status(), Status::healthy);
        QCOMPARE(directory.state().step, std::int64_t{21});
        QCOMPARE(last, std::int64_t{21});
        QVERIFY(!weights(directory).empty());
        QVERIFY(verify_run(directory).empty());
        RunMetrics metrics(directory.folder());
        metrics.refresh();
        QCOMPARE(metrics[kTrainLoss].step.size(), std::size_t{21});
        QVERIFY(metrics[kTrainLoss].value.back() < metrics[kTrainLoss].value.front());
        QCOMPARE(evaluations(metrics, "val").step, (std::vector<std::int64_t>{0, 10, 20, 21}));
    }

    void a_finished_run_is_left_as_it_is() {
        const Fixture fixture;
        const RunDirectory directory = fixture.run(4);
        train_run(directory, {});
        const double updated = directory.state().updated;
        QCOMPARE(train_run(directory, {}).outcome, Outcome::healthy);
        QCOMPARE(directory.state().updated, updated);
    }

    void a_paused_run_goes_on_as_if_it_had_not_been() {
        const Fixture fixture;
        const RunDirectory whole = fixture.run(40), paused = fixture.run(40);
        train_run(whole, {});
        for (int pauses = 0; pauses < 3; ++pauses) {
            std::stop_source stop;
            const std::int64_t until = 9 + 11 * pauses;
            const auto verdict = train_run(paused, stop.get_token(), [&](const RunDirectory&, const RunState& state) {
                if (state.step >= until) stop.request_stop();
            });
            QCOMPARE(verdict.outcome, Outcome::paused);
            QCOMPARE(paused.status(), Status::paused);
        }
        QCOMPARE(train_run(paused, {}).outcome, Outcome::healthy);
        QCOMPARE(weights(paused), weights(whole));
        VERIFY_SAME_RUNS(whole, paused);
    }

    void another_process_asks_through_the_run_directory() {
        const Fixture fixture;
        const RunDirectory directory = fixture.run(1000);
        const auto ask = [&](const char* what) {
            return [&directory, what](const RunDirectory&, const RunState& state) {
                if (state.phase == "training") directory.request(what);
            };
        };
        QCOMPARE(train_run(directory, {}, ask("pause")).outcome, Outcome::paused);
        QVERIFY(!fs::exists(directory.folder() / "control.json"));
        QCOMPARE(train_run(directory, {}, ask("stop")).outcome, Outcome::stopped);
        QCOMPARE(directory.status(), Status::stopped);
    }

    void a_request_to_a_waiting_run_holds() {
        const Fixture fixture;
        const RunDirectory directory = fixture.run(50);
        directory.request("pause");
        QCOMPARE(train_run(directory, {}).outcome, Outcome::paused);
        QVERIFY(directory.state().step < 50);
        directory.request("stop");  // it has trained before and waits again
        QCOMPARE(train_run(directory, {}).outcome, Outcome::stopped);
        QVERIFY(directory.state().step < 50);
    }

    void failures_are_verdicts() {
        const Fixture fixture;
        const RunDirectory changed = fixture.run(5), missing = fixture.run(5);
        const RunDirectory huge = test::create_tiny_run(
            fixture.workspace.path(), patched(test::tiny_config(fixture.tokens, 5),
                                              {{"model", {{"d_model", 1 << 17}, {"layers", 1000}}}}, "huge"));
        test::write_ids(fixture.tokens / "train.npy", 4000, 3);
        const train::Verdict of_changed = train_run(changed, {});
        QCOMPARE(of_changed.outcome, Outcome::failed);
        QVERIFY(is_line_with(of_changed.cause, {changed.id().c_str(), "the data has changed"}));
        QVERIFY(!of_changed.out_of_resources);
        test::write_tiny_tokens(fixture.tokens);
        const train::Verdict of_huge = train_run(huge, {});
        QCOMPARE(of_huge.outcome, Outcome::failed);
        QVERIFY(is_line_with(of_huge.cause, {"memory"}));
        QVERIFY(of_huge.out_of_resources && huge.state().verdict->out_of_resources);
        fs::remove(fixture.tokens / "train.npy");
        const train::Verdict of_missing = train_run(missing, {});
        QVERIFY(is_line_with(of_missing.cause, {"train"}));
        QCOMPARE(missing.status(), Status::failed);
        QCOMPARE(missing.state().device, std::string("cpu"));  // known before the first step
        test::write_tiny_tokens(fixture.tokens);
        QCOMPARE(train_run(missing, {}).outcome, Outcome::healthy);  // mended, it can be trained
    }

    void a_run_that_is_trained_elsewhere_is_an_error() {
        const Fixture fixture;
        const RunDirectory directory = fixture.run(5);
        const RunLock lock(directory.folder());
        QVERIFY(is_line_with(input_error([&] { train_run(directory, {}); }), {"is training it"}));
        Ended ended;
        const auto executor = thread_executor(1, ended.observer());
        executor->submit(directory);
        executor->wait();
        QCOMPARE(ended.verdicts.at(directory.id()).outcome, Outcome::failed);
        QCOMPARE(directory.state().phase, std::string("queued"));  // the other's state is not touched
    }

    void runs_at_once_give_the_bits_of_runs_alone() {
        const Fixture fixture;
        std::vector<RunDirectory> alone, beside;
        for (std::int64_t seed = 1; seed <= 4; ++seed) {
            alone.push_back(fixture.run(30, seed));
            beside.push_back(fixture.run(30, seed));
            train_run(alone.back(), {});
        }
        Ended ended;
        const auto executor = thread_executor(3, ended.observer());
        for (const RunDirectory& directory : beside) executor->submit(directory);
        executor->wait();
        QCOMPARE(ended.verdicts.size(), std::size_t{4});
        QVERIFY(ended.progress > 4);
        std::set<std::string> distinct;
        for (std::size_t i = 0; i < alone.size(); ++i) {
            QCOMPARE(ended.verdicts.at(beside[i].id()).outcome, Outcome::healthy);
            VERIFY_SAME_RUNS(alone[i], beside[i]);
            QCOMPARE(weights(alone[i]), weights(beside[i]));
            distinct.insert(weights(alone[i]));
        }
        QCOMPARE(distinct.size(), std::size_t{4});
    }

    void stopping_pauses_what_runs_and_drops_what_waits() {
        const Fixture fixture;
        const RunDirectory first = fixture.run(1000000), second = fixture.run(1000000);
        Ended ended;
        const auto executor = thread_executor(1, ended.observer());
        executor->submit(first);
        executor->submit(second);
        QTRY_VERIFY_WITH_TIMEOUT(ended.progress > 0, 20000);
        executor->stop_all();
        executor->wait();
        QCOMPARE(first.status(), Status::paused);
        QCOMPARE(second.status(), Status::queued);
        QCOMPARE(ended.verdicts.size(), std::size_t{1});
    }

    void child_processes_train_the_same() {
        const Fixture fixture;
        const RunDirectory here = fixture.run(30), there = fixture.run(30);
        train_run(here, {});
        Ended ended;
        const auto executor = process_executor(2, this_program(), ended.observer());
        executor->submit(there);
        executor->wait();
        QCOMPARE(ended.verdicts.at(there.id()).outcome, Outcome::healthy);
        QCOMPARE(weights(there), weights(here));
        VERIFY_SAME_RUNS(here, there);
    }

    void child_processes_pause_when_stopped() {
        const Fixture fixture;
        const RunDirectory directory = fixture.run(1000000);
        Ended ended;
        const auto executor = process_executor(1, this_program(), ended.observer());
        executor->submit(directory);
        QTRY_VERIFY_WITH_TIMEOUT(directory.state().step > 0, 20000);
        executor->stop_all();
        executor->wait();
        QCOMPARE(ended.verdicts.at(directory.id()).outcome, Outcome::paused);
    }

    void a_child_that_dies_is_an_interruption() {
        const Fixture fixture;
        const fs::path dies = fixture.workspace.write("dies", "#!/bin/sh\nkill -9 $$\n");
        const fs::path leaves = fixture.workspace.write("leaves", "#!/bin/sh\nexit 7\n");
        for (const auto& [program, word] : {std::pair{dies, "signal 9"}, {leaves, "exit code 7"}}) {
            fs::permissions(program, fs::perms::owner_all);
            const RunDirectory directory = fixture.run(5);
            Ended ended;
            const auto executor = process_executor(1, program, ended.observer());
            executor->submit(directory);
            executor->wait();
            QCOMPARE(ended.verdicts.at(directory.id()).outcome, Outcome::interrupted);
            QVERIFY(is_line_with(ended.verdicts.at(directory.id()).cause, {word}));
        }
    }

    void a_program_that_cannot_be_started_is_a_failure() {
        const Fixture fixture;
        const RunDirectory directory = fixture.run(5);
        Ended ended;
        const auto executor = process_executor(1, "/nonexistent/ablate", ended.observer());
        executor->submit(directory);
        executor->wait();
        QVERIFY(is_line_with(ended.verdicts.at(directory.id()).cause, {"/nonexistent/ablate", "starting"}));
    }
};

namespace {

std::stop_source g_stop;

// `resume ID --workspace W --submitted`, as the ablate program does it: a child of the process executor.
int resume(char** arguments) {
    train::register_kinds();
    signal(SIGTERM, [](int) { g_stop.request_stop(); });
    train_run(RunStore(arguments[4]).find(arguments[2]).directory, g_stop.get_token());
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count == 6 && std::string_view(arguments[1]) == "resume") return resume(arguments);
    QueueTest test;
    return QTest::qExec(&test, count, arguments);
}
#include "queue_test.moc"
