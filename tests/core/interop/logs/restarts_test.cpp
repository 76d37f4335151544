#include "core/interop/logs/restarts.h"

#include "core/interop/logs/logs.h"
#include "core/io/json_file.h"
#include "core/io/numbers.h"
#include "core/model/register.h"
#include "core/run/metrics.h"
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
    void initTestCase() { model::register_kinds(); }

    void a_resume_replaces_what_it_overlaps() {
        const auto runs = read("a.csv", "step,loss,val_loss\n" + std::string("3,4,\n6,3.5,3.6\n9,3.2,\n12,3.1,3.3\n") +
                                            "7,3.6,\n10,3.4,\n");
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{3, 6, 7, 10}));
        QCOMPARE(steps(runs[0], "eval/val/loss"), (std::vector<std::int64_t>{6}));
        QCOMPARE(runs[0].steps, 10);
        const std::string said = remarks(runs[0]);
        QVERIFY2(test::contains(said, "from 12 to 7 (line 6)") && test::contains(said, "2 earlier lines of steps 9 to 12"),
                 said.c_str());
    }

    // Two crashes: the second resume begins before the first one did, and still within the training.
    void two_resumes() {
        const auto runs = read("b.csv", "step,loss\n" + lines(10, 100, 10, 5) + lines(60, 90, 10, 6) + lines(40, 70, 10, 7));
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{10, 20, 30, 40, 50, 60, 70}));
        QCOMPARE(series(runs[0], run::kTrainLoss)[30], double(float(4.97)));
        QCOMPARE(series(runs[0], run::kTrainLoss)[50], double(float(6.95)));
    }

    void a_second_training_is_refused_with_the_option_that_decides() {
        const std::string text = "step,loss\n" + lines(5, 50, 5, 5) + lines(5, 30, 5, 6);
        const std::string said = refused("c.csv", text);
        QVERIFY2(test::is_line_with(said, {"again at 5 after 50 (line 12)", "--restarts", "separate", "resume", "continue"}),
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

    // Epochs tell: they begin again with a second training, and rise where the step starts anew in each of them.
    void epochs_decide() {
        const auto log = [](int first_epoch, int epochs, double per_step) {
            std::string text;
            for (int epoch = first_epoch; epoch < first_epoch + epochs; ++epoch)
                for (int step = 0; step < 40; step += 8)
                    text += fmt::format("{{\"step\": {}, \"epoch\": {}, \"loss\": 3.5}}\n", step, epoch + per_step * step);
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

    // One line an epoch, all at the last step of it.
    void a_step_that_comes_again_with_each_epoch() {
        const auto runs = read("g.csv", "epoch,step,loss\n1,250,4\n2,250,3\n3,250,2.5\n");
        QCOMPARE(steps(runs[0]), (std::vector<std::int64_t>{250, 500, 750}));
    }

    void lines_out_of_order_are_sorted() {
        for (const char* text : {"step,loss\n50,1\n40,2\n30,3\n20,4\n10,5\n", "step,loss\n20,4\n50,1\n10,5\n40,2\n30,3\n"}) {
            const auto runs = read("h.csv", text);
            QCOMPARE(series(runs[0], run::kTrainLoss), (Points{{10, 5}, {20, 4}, {30, 3}, {40, 2}, {50, 1}}));
            QVERIFY(test::contains(remarks(runs[0]), "sorted by step"));
        }
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
        QVERIFY(test::contains(remarks(runs[0]), "1 value stands at a step that comes twice (the first: 'loss', step 2)"));
        QVERIFY(test::is_line_with(refused("k.csv", "step,loss\n0,4\n0,3\n0,2\n0,1\n"), {"4 lines", "step 0", "--restarts continue"}));
        QCOMPARE(read("k.csv", "step,loss\n0,4\n0,3\n0,2\n", logs::Restarts::continued)[0].steps, 2);
    }

    // The time between sessions is no training.
    void times_of_sessions_are_added() {
        const auto runs = read("l.csv", "step,loss,wall_time\n1,4,1000\n2,3,1010\n3,2,1020\n2,3,5000\n3,2,5010\n4,1,5020\n");
        QCOMPARE(runs[0].seconds, 40.0);
        QVERIFY(test::contains(remarks(runs[0]), "sum of its 2 sessions"));
    }

    void a_resumed_llama_factory_run_adds_its_times() {
        const auto line = [](int step, const char* time) {
            return fmt::format("{{\"current_steps\": {}, \"total_steps\": 40, \"loss\": 2.5, \"elapsed_time\": \"{}\"}}\n",
                               step, time);
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
