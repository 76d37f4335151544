#include "core/interop/logs/restarts.h"

#include "core/interop/logs/log_builder.h"
#include "core/interop/logs/logs.h"
#include "core/io/json_file.h"
#include "core/io/numbers.h"
#include "core/run/metrics.h"
#include "core/train/register.h"
#include "tests/support/contains.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

#include <cmath>

using namespace ablate;
using interop::ImportedRun;
namespace logs = ablate::interop::logs;
namespace fs = std::filesystem;
using Points = std::map<std::int64_t, double>;

namespace {

Points series(const ImportedRun& run, const std::string& tag) {
    Points values;
    for (const io::ScalarEvent& event : run.metrics)
        for (const auto& [name, value] : event.values)
            if (name == tag) values[event.step] = value;
    for (const auto& one : run.evaluations)
        if ("eval/" + one.set + "/loss" == tag) values[one.step] = *one.loss;
    return values;
}

std::vector<std::int64_t> steps(const ImportedRun& run, const std::string& tag = run::kTrainLoss) {
    std::vector<std::int64_t> all;
    for (const auto& [step, value] : series(run, tag)) all.push_back(step);
    return all;
}

std::string remarks(const ImportedRun& run) {
    std::string all;
    for (const std::string& remark : run.remarks) all += remark + "\n";
    return all;
}

// JSON lines of a step that counts within an epoch.
std::string epoch_lines(int epoch, int from, int to, double loss) {
    std::string text;
    for (int step = from; step <= to; step += 8)
        text += fmt::format("{{\"step\": {}, \"epoch\": {}, \"loss\": {}}}\n", step, epoch, loss);
    return text;
}

// Lines "step,loss" at steps from, from + by, ... to.
std::string lines(int from, int to, int by, double loss) {
    std::string text;
    for (int step = from; step <= to; step += by) text += fmt::format("{},{}\n", step, loss - step / 1000.0);
    return text;
}

}  // namespace

// Steps that come twice or go back, in every format that has lines.
class RestartsTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

    std::vector<ImportedRun> read(const std::string& name, const std::string& text,
                                  logs::Restarts restarts = logs::Restarts::automatic) {
        logs::ReadOptions options;
        options.restarts = restarts;
        return logs::read_log(folder_.write(name, text), options);
    }
    std::string refused(const std::string& name, const std::string& text) {
        return test::input_error([&] { read(name, text); });
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void a_resume_replaces_what_it_overlaps() {
        const auto runs = read("a.csv", "step,loss,val_loss\n" + std::string("3,4,\n6,3.5,3.6\n9,3.2,\n12,3.1,3.3\n") +
                                            "7,3.6,\n10,3.4,\n");
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{3, 6, 7, 10}));
        QCOMPARE(steps(runs[0], "eval/val/loss"), (std::vector<std::int64_t>{6}));
        QCOMPARE(runs[0].steps, 10);
        const std::string said = remarks(runs[0]);
        QVERIFY2(
            test::contains(said, "from 12 to 7 (line 6)") && test::contains(said, "2 earlier lines of steps 9 to 12"),
            said.c_str());
    }

    // Two crashes: the second resume begins before the first one did, and still within the training.
    void two_resumes() {
        const auto runs =
            read("b.csv", "step,loss\n" + lines(10, 100, 10, 5) + lines(60, 90, 10, 6) + lines(40, 70, 10, 7));
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{10, 20, 30, 40, 50, 60, 70}));
        QCOMPARE(series(runs[0], run::kTrainLoss)[30], double(float(4.97)));
        QCOMPARE(series(runs[0], run::kTrainLoss)[50], double(float(6.95)));
    }

    void a_second_training_is_refused_with_the_option_that_decides() {
        const std::string text = "step,loss\n" + lines(5, 50, 5, 5) + lines(5, 30, 5, 6);
        const std::string said = refused("c.csv", text);
        QVERIFY2(
            test::is_line_with(said, {"again at 5 after 50 (line 12)", "--restarts", "separate", "resume", "continue"}),
            said.c_str());
        auto runs = read("c.csv", text, logs::Restarts::separate);
        QCOMPARE(runs.size(), std::size_t{2});
        QCOMPARE(runs[0].steps, 50);
        QCOMPARE(runs[1].steps, 30);
        QVERIFY(runs[0].variant != runs[1].variant);
        QVERIFY(test::contains(remarks(runs[1]), "holds 2 trainings"));
        runs = read("c.csv", text, logs::Restarts::resume);
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(runs[0].steps, 30);
        runs = read("c.csv", text, logs::Restarts::continued);
        QCOMPARE(runs[0].steps, 80);
    }

    // Whoever has no command line asks, and needs the problem alone and the readings that fit.
    void a_refusal_tells_the_readings_that_fit() {
        using enum logs::Restarts;
        const auto refusal = [&](const std::string& name, const std::string& text) {
            try {
                read(name, text);
            } catch (const logs::AmbiguousRestart& error) {
                return error;
            }
            return logs::AmbiguousRestart("not refused", "", {});
        };
        const auto again = refusal("c.csv", "step,loss\n" + lines(5, 50, 5, 5) + lines(5, 30, 5, 6));
        QVERIFY2(again.problem().ends_with("again at 5 after 50 (line 12), and nothing in the log says why."),
                 again.problem().c_str());
        QVERIFY(
            std::string(again.what()).starts_with(again.problem() + " Say it: --restarts separate (two trainings, "));
        QVERIFY((again.readings() == std::vector{separate, resume, continued}));
        const auto unnumbered = refusal("n.csv", "step,loss\n0,3\n0,2.9\n0,2.8\n0,2.7\n");
        QVERIFY2(unnumbered.problem().ends_with("they were logged without a step."), unnumbered.problem().c_str());
        QVERIFY((unnumbered.readings() == std::vector{continued}));
    }

    // Epochs tell: they begin again with a second training, and rise where the step restarts in each of them.
    void epochs_decide() {
        const auto log = [](int first_epoch, int epochs, double per_step) {
            std::string text;
            for (int epoch = first_epoch; epoch < first_epoch + epochs; ++epoch)
                for (int step = 0; step < 40; step += 8)
                    text +=
                        fmt::format("{{\"step\": {}, \"epoch\": {}, \"loss\": 3.5}}\n", step, epoch + per_step * step);
            return text;
        };
        auto runs = read("d.jsonl", log(0, 3, 0));
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(steps(runs[0]).size(), std::size_t{15});
        QCOMPARE(runs[0].steps, 80 + 32);
        QVERIFY(test::contains(remarks(runs[0]), "counted on"));
        QCOMPARE(read("e.jsonl", log(0, 3, 0.02))[0].steps, 112);
        runs = read("f.jsonl", log(0, 1, 0.02) + log(0, 1, 0.02));
        QCOMPARE(runs.size(), std::size_t{2});
    }

    // A resume inside the second epoch repeats steps of that epoch, not of the first.
    void a_resume_within_a_counted_epoch() {
        const std::string two = epoch_lines(0, 0, 32, 4) + epoch_lines(1, 0, 32, 3.5);
        auto runs = read("m.jsonl", two + epoch_lines(1, 16, 32, 2.5) + epoch_lines(2, 0, 32, 2));
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(steps(runs[0]).size(), std::size_t{15});
        QCOMPARE(runs[0].steps, 112);
        auto loss = series(runs[0], run::kTrainLoss);
        QVERIFY(loss[32] == 4 && loss[48] == 3.5 && loss[56] == 2.5 && loss[72] == 2.5 && loss[80] == 2);
        QVERIFY(test::contains(remarks(runs[0]), "from 72 to 56") &&
                test::contains(remarks(runs[0]), "2 earlier lines of steps 64 to 72") &&
                test::contains(remarks(runs[0]), "and 1 more time:"));
        // From the checkpoint at the end of the first epoch: the second begins again.
        runs = read("m.jsonl", two + epoch_lines(1, 0, 32, 2.5));
        QCOMPARE(runs.size(), std::size_t{1});
        loss = series(runs[0], run::kTrainLoss);
        QVERIFY(runs[0].steps == 72 && loss[32] == 4 && loss[40] == 2.5 && loss[72] == 2.5);
        // From a checkpoint within the first epoch.
        runs = read("m.jsonl", two + epoch_lines(0, 16, 32, 2.5) + epoch_lines(1, 0, 16, 2));
        loss = series(runs[0], run::kTrainLoss);
        QVERIFY(runs.size() == 1 && runs[0].steps == 56 && loss[8] == 4 && loss[16] == 2.5 && loss[40] == 2);
        // The whole training again.
        QCOMPARE(read("m.jsonl", two + two).size(), std::size_t{2});
    }

    // An epoch that rises later in the part says nothing of its beginning.
    void epochs_that_are_logged_rarely() {
        std::string text;
        for (int step = 10; step <= 70; step += 10)
            text += fmt::format("{{\"step\": {}, \"loss\": 4{}}}\n", step, step == 50 ? ", \"epoch\": 0" : "");
        for (int step = 60; step <= 120; step += 10)
            text += fmt::format("{{\"step\": {}, \"loss\": 3{}}}\n", step, step == 100 ? ", \"epoch\": 1" : "");
        auto runs = read("n.jsonl", text);
        QCOMPARE(runs[0].steps, 120);
        QVERIFY(test::contains(remarks(runs[0]), "from 70 to 60"));
        // One that rises at the restart itself decides, also where the first logged step of an epoch is a later one.
        runs = read("n.csv", "step,epoch,loss\n0,0,4\n10,0,4\n20,0,4\n5,1,3\n15,1,3\n");
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{0, 10, 20, 30, 40}));
    }

    // One line an epoch, all at the last step of it.
    void a_step_that_comes_again_with_each_epoch() {
        const auto runs = read("g.csv", "epoch,step,loss\n1,250,4\n2,250,3\n3,250,2.5\n");
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{250, 500, 750}));
    }

    void lines_out_of_order_are_sorted() {
        for (const char* text :
             {"step,loss\n50,1\n40,2\n30,3\n20,4\n10,5\n", "step,loss\n20,4\n50,1\n10,5\n40,2\n30,3\n"}) {
            const auto runs = read("h.csv", text);
            QCOMPARE(series(runs[0], run::kTrainLoss), (Points{{10, 5}, {20, 4}, {30, 3}, {40, 2}, {50, 1}}));
            QVERIFY(test::contains(remarks(runs[0]), "sorted by step"));
        }
    }

    // A resume that logged little is not mistaken for lines out of order, which would keep what was thrown away.
    void short_resumes() {
        auto runs = read("o.csv", "step,loss\n10,4\n20,3\n30,2\n40,1\n35,1.5\n");
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{10, 20, 30, 35}));
        QVERIFY(test::contains(remarks(runs[0]), "from 40 to 35"));
        QCOMPARE(steps(read("o.csv", "step,loss\n100,4\n200,3\n150,3.5\n")[0]), (std::vector<std::int64_t>{100, 150}));
        QCOMPARE(steps(read("o.csv", "step,loss\n10,4\n20,3\n30,2\n40,1\n35,1.5\n32,1.75\n")[0]),
                 (std::vector<std::int64_t>{10, 20, 30, 32}));
        // Times that rise with the steps tell an order.
        runs = read("o.csv", "step,loss,wall_time\n100,4,1\n200,3,3\n150,3.5,2\n");
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{100, 150, 200}));
    }

    // Training losses first, then validation losses: nothing goes back.
    void columns_one_after_another() {
        const auto runs = read("i.csv", "step,loss,val_loss\n10,4,\n20,3,\n30,2,\n10,,5\n30,,4\n");
        QCOMPARE(steps(runs[0]).size(), std::size_t{3});
        QCOMPARE(runs[0].evaluations.size(), std::size_t{2});
        QVERIFY(remarks(runs[0]).empty());
    }

    void a_step_that_comes_twice_is_told() {
        const auto runs = read("j.csv", "step,loss\n1,4\n2,3\n2,2.5\n3,2\n");
        QCOMPARE(series(runs[0], run::kTrainLoss)[2], 2.5);
        QVERIFY(test::contains(remarks(runs[0]), "1 value repeats a step (the first: 'loss', step 2)"));
        QVERIFY(test::is_line_with(refused("k.csv", "step,loss\n0,4\n0,3\n0,2\n0,1\n"),
                                   {"all 4 lines", "step 0", "--restarts continue"}));
        QCOMPARE(read("k.csv", "step,loss\n0,4\n0,3\n0,2\n", logs::Restarts::continued)[0].steps, 2);
    }

    // Also where the second value is of another session, and where a resume logs its first step again.
    void a_step_that_two_sessions_logged() {
        const auto line = [](int step, double loss, const char* time) {
            return fmt::format("{{\"current_steps\": {}, \"loss\": {}, \"elapsed_time\": \"{}\"}}\n", step, loss, time);
        };
        auto runs =
            read("trainer_log.jsonl", line(20, 2.5, "0:20:00") + line(20, 9.5, "0:01:00") + line(30, 2, "0:10:00"));
        QVERIFY(test::contains(remarks(runs[0]), "1 value repeats a step (the first: 'loss', step 20)"));
        const logs::ReadOptions options;
        logs::LogBuilder log("two files", options);
        for (const auto& [step, loss] : {std::pair(50, 4), {100, 3}, {100, 7}, {150, 2}}) {
            if (loss == 4 || loss == 7) log.begin_session();
            log.begin_line_unless_same(step, 1, "loss");
            log.add("loss", loss);
        }
        QVERIFY(test::contains(remarks(log.finish({})[0]), "1 value repeats a step (the first: 'loss', step 100)"));
        const std::string said = remarks(read("p.csv", "step,loss\n1,4\n2,3\n3,2\n4,1\n2,3.5\n3,3\n")[0]);
        QVERIFY2(test::contains(said, "from 4 to 2") && said.find("repeats") == std::string::npos, said.c_str());
    }

    // Values that a restart makes void do not come back with the next record of a step that stays.
    void purged_values_stay_away() {
        const logs::ReadOptions options;
        logs::LogBuilder log("events", options);
        for (const int step : {10, 20}) {
            log.begin_line_unless_same(step, 1, "loss");
            log.add("loss", step);
        }
        log.purge(20, "second");
        log.begin_line_unless_same(10, 2, "accuracy");
        log.add("accuracy", 0.5);
        QCOMPARE(series(log.finish({})[0], run::kTrainLoss), (Points{{10, 10}}));
    }

    // Each training gets what its own closing line tells, and the last what the file states beside the log.
    void two_trainings_of_one_file() {
        const auto closed = [](int steps, int by, double seconds, double average) {
            std::string text;
            for (int step = by; step <= steps; step += by)
                text += fmt::format("{{\"step\": {}, \"epoch\": {}, \"loss\": {}}}, ", step, step / 100.0, average);
            return text + fmt::format("{{\"step\": {}, \"epoch\": {}, \"train_runtime\": {}, \"train_loss\": {}}}",
                                      steps, steps / 100.0, seconds, average);
        };
        const std::string state = "{\"global_step\": 50, \"max_steps\": 50, \"log_history\": [" +
                                  closed(30, 10, 130, 4) + ", " + closed(50, 10, 150, 3.05) + "]}";
        const auto runs = read("trainer_state.json", state);
        QCOMPARE(runs.size(), std::size_t{2});
        QVERIFY(runs[0].steps == 30 && runs[1].steps == 50);
        QVERIFY(runs[0].seconds == 130 && runs[1].seconds == 150);
        QCOMPARE(runs[0].summary["run_average_train_loss"].get<double>(), 4.0);
        QCOMPARE(runs[1].summary["run_average_train_loss"].get<double>(), 3.05);
        QCOMPARE(runs[0].verdict.outcome, train::Outcome::healthy);
        QVERIFY(!runs[0].stated.contains("max_steps") && runs[1].stated.contains("max_steps"));
        QVERIFY(test::contains(remarks(runs[0]), "those of its last training"));
        // LLaMA-Factory states the steps in each line.
        std::string text;
        for (const int total : {30, 50})
            for (int step = 10; step <= total; step += 10)
                text += fmt::format("{{\"current_steps\": {}, \"total_steps\": {}, \"epoch\": {}, \"loss\": 3}}\n",
                                    step, total, step / 100.0);
        const auto both = read("trainer_log.jsonl", text);
        QVERIFY(both.size() == 2 && both[0].config.train.steps == 30 && both[1].config.train.steps == 50);
    }

    // The time between sessions is no training.
    void times_of_sessions_are_added() {
        const auto runs =
            read("l.csv", "step,loss,wall_time\n1,4,1000\n2,3,1010\n3,2,1020\n2,3,5000\n3,2,5010\n4,1,5020\n");
        QCOMPARE(runs[0].seconds, 40.0);
        QVERIFY(test::contains(remarks(runs[0]), "sum of its 2 sessions"));
    }

    void a_resumed_llama_factory_run_adds_its_times() {
        const auto line = [](int step, const char* time) {
            return fmt::format(
                "{{\"current_steps\": {}, \"total_steps\": 40, \"loss\": 2.5, \"elapsed_time\": \"{}\"}}\n", step,
                time);
        };
        auto runs = read("trainer_log.jsonl", line(10, "0:10:00") + line(20, "0:20:00") + line(30, "0:30:00") +
                                                  line(25, "0:05:30") + line(40, "0:20:30"));
        QCOMPARE(runs[0].seconds, 1800.0 + 1230);
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{10, 20, 25, 40}));
        // Resumed exactly where it stopped: only the time tells.
        runs = read("trainer_log.jsonl", line(10, "0:10:00") + line(20, "0:20:00") + line(30, "0:01:00"));
        QCOMPARE(runs[0].seconds, 1260.0);
        QVERIFY(test::contains(remarks(runs[0]), "2 sessions"));
    }

    // As TensorBoard's EventAccumulator reads the same files (tests/support/make_restart_reference.py).
    void tensorboard_session_starts() {
        for (const char* name : {"purged", "purged-twice", "from-the-start", "number-types"}) {
            const fs::path folder = fs::path(ABLATE_SOURCE_DIR) / "tests/data/logs/restarts" / name;
            const auto runs = logs::read_log(folder);
            QCOMPARE(runs.size(), std::size_t{1});
            const Json expected = io::read_json(folder / "expected.json");
            for (const auto& [tag, points] : expected.items()) {
                Points want;
                for (const Json& point : points) want[point[0].get<std::int64_t>()] = point[1].get<double>();
                const std::string own = tag == "val/loss" ? "eval/val/loss" : tag == "grad_norm" ? run::kGradNorm : tag;
                Points got = series(runs[0], own);
                QCOMPARE(got.size(), want.size());
                for (const auto& [step, value] : want)
                    QVERIFY2(std::abs(got.at(step) - value) <= 1e-6 * std::abs(value), name);
            }
            QCOMPARE(test::contains(remarks(runs[0]), "SessionLog START"), std::string(name) != "number-types");
        }
    }

    // Two files without a START record: the folder was used twice.
    void tensorboard_files_without_a_start() {
        const fs::path purged = fs::path(ABLATE_SOURCE_DIR) / "tests/data/logs/restarts/from-the-start";
        for (const char* second : {"purged/events.out.tfevents.1700000000.reference",
                                   "number-types/events.out.tfevents.1700000000.reference"}) {
            const fs::path folder = folder_ / ("used-twice-" + std::string(second).substr(0, 6));
            fs::create_directories(folder);
            fs::copy(purged / "events.out.tfevents.1700000000.reference", folder);
            fs::copy(purged.parent_path() / second, folder / "events.out.tfevents.1700009000.reference");
            QCOMPARE(logs::read_log(folder).size(), std::size_t{2});
        }
    }
};

QTEST_GUILESS_MAIN(RestartsTest)
#include "restarts_test.moc"
