#include "core/run/run_directory.h"

#include "core/io/json_file.h"
#include "core/run/queue_owner.h"
#include "core/run/summary.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <QRegularExpression>
#include <QTest>
#include <cmath>

using namespace ablate;
using namespace ablate::run;
using test::input_error;
using test::is_line_with;

namespace {

void end(const RunDirectory& directory, train::Outcome outcome) {
    RunState state;
    state.phase = "ended";
    state.verdict = train::Verdict{};
    state.verdict->outcome = outcome;
    directory.write_state(state);
}

}  // namespace

class RunDirectoryTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_new_run_is_whole_and_queued() {
        const test::TempFolder workspace;
        const RunDirectory directory = test::create_bare_run(workspace.path());
        const QRegularExpression id("^[0-9a-f]{8}$");
        QVERIFY(id.match(QString::fromStdString(directory.id())).hasMatch());
        QCOMPARE(directory.info().id, directory.id());
        QCOMPARE(directory.workspace(), std::filesystem::absolute(workspace.path()));
        QCOMPARE(directory.status(), Status::queued);
        QVERIFY(directory.info().created > 1e9);
        QVERIFY(directory.info().versions.contains("libtorch"));
        for (const auto& entry : std::filesystem::directory_iterator(workspace / "runs"))
            QCOMPARE(entry.path().filename().string(), directory.id());
    }

    void numbers_of_a_summary() {
        RunState state;
        state.tokens_per_second = 3;
        QVERIFY(std::isnan(summary_number(state, "seconds")));
        QCOMPARE(tokens_per_second(state), 3.0);  // of the newest steps, until the run has ended
        state.summary = {{"seconds", "four"}, {"tokens_per_second", 5}};
        QVERIFY(std::isnan(summary_number(state, "seconds")));
        QCOMPARE(tokens_per_second(state), 5.0);
    }

    void a_run_whose_queue_was_killed_is_interrupted() {
        const test::TempFolder workspace;
        const RunDirectory waiting = test::create_bare_run(workspace.path()),
                           behind = test::create_bare_run(workspace.path()),
                           never_queued = test::create_bare_run(workspace.path());
        int ready[2];
        QVERIFY(pipe(ready) == 0);
        const pid_t owner = fork();
        if (owner == 0) {
            join_queue(waiting);
            join_queue(behind);
            if (write(ready[1], "x", 1) == 1) pause();
            _exit(0);
        }
        char byte = 0;
        QVERIFY(read(ready[0], &byte, 1) == 1);
        QCOMPARE(waiting.status(), Status::queued);
        QCOMPARE(behind.status(), Status::queued);
        kill(owner, SIGKILL);
        waitpid(owner, nullptr, 0);
        QCOMPARE(waiting.status(), Status::interrupted);
        QCOMPARE(behind.status(), Status::interrupted);
        QCOMPARE(never_queued.status(), Status::queued);  // as every run of 0.1

        join_queue(behind);  // taken up by this process
        QCOMPARE(behind.status(), Status::queued);
        QCOMPARE(waiting.status(), Status::interrupted);
        atomic_write(waiting.folder() / "queue.json", "{\"owner\": 3");
        QCOMPARE(waiting.status(), Status::queued);  // nothing is known of an owner
        close(ready[0]);
        close(ready[1]);
    }

    void run_json_round_trips() {
        train::register_kinds();
        RunInfo info;
        info.id = "0011aabb";
        info.study = "s";
        info.variant = "v";
        info.label = "<b>label</b>\n";
        info.grid_point = "train.lr=0.01";
        info.seed = 1ll << 40;
        info.config.train.lr = 0.1 + 0.2;
        info.config.model.norm_at(NormSite::q) = kind_from_json("norm", {{"kind", "l2"}}, "test");
        info.unigram_entropy = 6.123456789012345;
        info.versions = {{"ablate", "x"}};
        info.config_hash = config_hash(info.config, info.data_sha256);  // computed again on reading
        const Json json = to_json(info);
        QVERIFY(to_json(run_info_from_json(Json::parse(json.dump()), "test")) == json);
    }

    void run_json_of_another_format_or_shape_is_refused() {
        const test::TempFolder workspace;
        const Json good = to_json(test::create_bare_run(workspace.path()).info());
        const auto refused = [&](auto change) {
            Json json = good;
            change(json);
            return input_error([&] { run_info_from_json(json, "run.json"); });
        };
        QVERIFY(is_line_with(refused([](Json& json) { json["format"] = 2; }), {"run.json", "format 2 is newer"}));
        QVERIFY(is_line_with(refused([](Json& json) { json["format"] = 0; }), {"format 0"}));
        QVERIFY(is_line_with(refused([](Json& json) { json["seed"] = "1"; }), {"seed is not a whole number"}));
        QVERIFY(is_line_with(refused([](Json& json) { json["seed"] = UINT64_MAX; }), {"seed"}));
        QVERIFY(is_line_with(refused([](Json& json) { json.erase("data"); }), {"data is missing"}));
        QVERIFY(is_line_with(refused([](Json& json) { json["created"] = "today"; }), {"created is not a number"}));
        QVERIFY(is_line_with(refused([](Json& json) { json["config"]["train"]["lrr"] = 1; }), {"lrr"}));
        QVERIFY(is_line_with(refused([](Json& json) { json = 1; }), {"is not a JSON object"}));
    }

    void state_json_keeps_what_is_not_finite() {
        RunState state;
        state.phase = "ended";
        state.step = 23;
        state.last_loss = std::nan("");
        state.tokens_per_second = INFINITY;
        state.verdict = train::Verdict{};
        state.verdict->outcome = train::Outcome::collapsed;
        state.verdict->cause = "loss is NaN at step 23";
        state.summary = {{"final_val", {{"val", "NaN"}}}};
        const RunState again = run_state_from_json(Json::parse(to_json(state).dump()), "state.json");
        QVERIFY(std::isnan(again.last_loss.value()) && !again.last_grad_norm);
        QCOMPARE(again.tokens_per_second, HUGE_VAL);
        QCOMPARE(again.verdict->cause, state.verdict->cause);
        QVERIFY(again.summary == state.summary);
        QVERIFY(again.host.empty() && again.device_name.empty());
        state.host = "workstation";
        state.device_name = "NVIDIA H200";
        const RunState named = run_state_from_json(to_json(state), "state.json");
        QCOMPARE(named.host, std::string("workstation"));
        QCOMPARE(named.device_name, std::string("NVIDIA H200"));
        QVERIFY(is_line_with(input_error([] {
                                 run_state_from_json({{"phase", "running"}}, "state.json");
                             }),
                             {"state.json", "phase 'running'"}));
        Json ended = to_json(state);
        ended["verdict"] = nullptr;
        QVERIFY(is_line_with(input_error([&] { run_state_from_json(ended, "state.json"); }), {"without a verdict"}));
    }

    void a_failure_for_want_of_resources_is_remembered() {
        RunState state;
        state.phase = "ended";
        state.verdict = train::Verdict{};
        state.verdict->outcome = train::Outcome::failed;
        state.verdict->out_of_resources = true;
        QVERIFY(run_state_from_json(to_json(state), "state.json").verdict->out_of_resources);
    }

    void the_status_follows_from_lock_and_state() {
        const test::TempFolder workspace;
        const RunDirectory directory = test::create_bare_run(workspace.path());
        std::filesystem::create_directory(directory.checkpoints() / "step-000005");
        QCOMPARE(directory.status(), Status::interrupted);
        RunState state;
        state.phase = "training";
        directory.write_state(state);
        QCOMPARE(directory.status(), Status::interrupted);
        {
            const RunLock lock(directory.folder());
            QCOMPARE(directory.status(), Status::running);
        }
        QCOMPARE(directory.status(), Status::interrupted);
        for (const auto& [outcome, status] : {std::pair{train::Outcome::healthy, Status::healthy},
                                              {train::Outcome::collapsed, Status::collapsed},
                                              {train::Outcome::stopped, Status::stopped},
                                              {train::Outcome::paused, Status::paused},
                                              {train::Outcome::failed, Status::failed}}) {
            end(directory, outcome);
            QCOMPARE(directory.status(), status);
            QCOMPARE(std::string(to_string(status)), std::string(train::to_string(outcome)));
        }
        std::filesystem::remove(directory.folder() / "state.json");
        std::filesystem::remove_all(directory.checkpoints());
        QCOMPARE(directory.status(), Status::queued);
    }

    void a_lock_excludes_a_second_one_and_names_its_holder() {
        const test::TempFolder workspace;
        const RunDirectory directory = test::create_bare_run(workspace.path());
        QVERIFY(!directory.locked());
        RunLock lock(directory.folder());
        lock.heartbeat();
        LockHolder holder;
        QVERIFY(directory.locked(&holder));
        QCOMPARE(holder.pid, getpid());
        QVERIFY(!holder.host.empty() && !holder.boot_id.empty() && holder.heartbeat > 1e9);
        QVERIFY(is_line_with(input_error([&] { RunLock second(directory.folder()); }),
                             {directory.id().c_str(), std::to_string(getpid()).c_str(), holder.host.c_str()}));
    }

    void a_killed_process_leaves_no_lock() {
        const test::TempFolder workspace;
        const RunDirectory directory = test::create_bare_run(workspace.path());
        int ready[2];
        QCOMPARE(pipe(ready), 0);
        const pid_t child = fork();
        if (child == 0) {
            const RunLock lock(directory.folder());
            if (write(ready[1], "x", 1) != 1) _exit(1);
            pause();
        }
        char byte = 0;
        QCOMPARE(read(ready[0], &byte, 1), ssize_t{1});
        LockHolder holder;
        QVERIFY(directory.locked(&holder));
        QCOMPARE(holder.pid, child);
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        QVERIFY(!directory.locked());  // although its process id is still in the file
        const RunLock again(directory.folder());
        close(ready[0]);
        close(ready[1]);
    }

    void a_lock_that_is_no_file_is_one_line() {
        const test::TempFolder workspace;
        const RunDirectory directory = test::create_bare_run(workspace.path());
        std::filesystem::create_directory(directory.folder() / "lock");
        QVERIFY(is_line_with(input_error([&] { RunLock lock(directory.folder()); }), {"lock"}));
        QVERIFY(!directory.locked());
    }

    void requests_are_written_and_cleared() {
        const test::TempFolder workspace;
        const RunDirectory directory = test::create_bare_run(workspace.path());
        const auto file = directory.folder() / "control.json";
        directory.request("");
        directory.request("pause");
        QVERIFY(io::read_json(file)["request"] == "pause");
        QCOMPARE(directory.requested(), std::string("pause"));
        directory.request("stop");
        QVERIFY(io::read_json(file)["request"] == "stop");
        QCOMPARE(directory.requested(), std::string("stop"));
        directory.request("");
        QVERIFY(!std::filesystem::exists(file));
        QCOMPARE(directory.requested(), std::string());
        atomic_write(file, "{\"request\": \"dance\"}");
        QVERIFY(is_line_with(input_error([&] { directory.requested(); }), {"control.json", "dance"}));
        QVERIFY_EXCEPTION_THROWN(directory.request("dance"), std::logic_error);
    }
};

QTEST_GUILESS_MAIN(RunDirectoryTest)
#include "run_directory_test.moc"
