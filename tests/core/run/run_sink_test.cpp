#include "core/run/run_sink.h"

#include "core/io/json_file.h"
#include "core/io/numbers.h"
#include "core/run/collapse_record.h"
#include "core/run/metrics.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QProcess>
#include <QTest>
#include <cmath>
#include <fstream>

using namespace ablate;
using namespace ablate::run;
namespace fs = std::filesystem;

namespace {

train::StepRecord record(std::int64_t step, double loss) {
    train::StepRecord record;
    record.step = step;
    record.loss = loss;
    record.grad_norm = 2 * loss;
    record.lr = 0.01;
    record.tokens_per_second = 100;
    if (step % 2 == 0) record.statistics = {{"act_rms/final", 0.5}};
    return record;
}

struct Fixture {
    test::TempFolder workspace;
    RunDirectory directory = test::create_bare_run(workspace.path());
    RunLock lock{directory.folder()};
    RunState state;
    RunSink sink{directory, lock, state, {}};

    RunMetrics metrics() const {
        RunMetrics metrics(directory.folder());
        metrics.refresh();
        return metrics;
    }
};

}  // namespace

class RunSinkTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_step_is_one_record_with_all_its_values() {
        Fixture run;
        run.sink.open_logs({});
        run.sink.steps({record(0, 3.5), record(1, NAN), record(2, INFINITY)});
        const RunMetrics metrics = run.metrics();
        QCOMPARE(metrics[kTrainLoss].step, (std::vector<std::int64_t>{0, 1, 2}));
        QVERIFY(std::isnan(metrics[kTrainLoss].value[1]));
        QCOMPARE(metrics[kGradNorm].value[2], HUGE_VAL);
        QCOMPARE(metrics[kLearningRate].value.size(), std::size_t{3});
        QCOMPARE(metrics["act_rms/final"].step, (std::vector<std::int64_t>{0, 2}));
        const std::vector<double>& times = metrics[kTrainLoss].wall_time;
        QVERIFY(times[0] <= times[1] && times[1] <= times[2]);
        std::int64_t records = 0;
        for (const fs::path& file : io::event_files(run.directory.folder()))
            records += static_cast<std::int64_t>(io::TensorBoardReader(file).read_more().size());
        QVERIFY(records <= 4);  // the version's and three steps
        QCOMPARE(run.state.step, std::int64_t{3});
        QCOMPARE(run.directory.state().last_loss.value(), HUGE_VAL);
    }

    void state_json_is_not_written_at_every_step() {
        Fixture run;
        run.sink.open_logs({});
        for (std::int64_t step = 0; step < 50; ++step) run.sink.steps({record(step, 1)});
        QVERIFY(run.directory.state().step < 50);
        QCOMPARE(run.state.step, std::int64_t{50});
    }

    void evaluations_are_in_both_logs() {
        Fixture run;
        run.sink.open_logs({});
        train::Evaluation evaluation;
        evaluation.step = 10;
        evaluation.set = "val";
        evaluation.loss = 1.0 / 3;
        evaluation.perplexity = INFINITY;
        evaluation.bpb = NAN;
        run.sink.evaluation(evaluation);
        const RunMetrics metrics = run.metrics();
        QCOMPARE(evaluations(metrics, "val").value.at(0), 1.0 / 3);
        QCOMPARE(evaluations(metrics, "val", "perplexity").value.at(0), HUGE_VAL);
        QCOMPARE(metrics["eval/val/loss"].value.at(0), static_cast<double>(1.0f / 3));
        QVERIFY(std::isnan(metrics["eval/val/bpb"].value.at(0)));
    }

    void the_state_has_the_last_and_the_best_validation_loss() {
        Fixture run;
        run.sink.open_logs({});
        for (const double loss : {3.0, 2.0, 2.5}) {
            train::Evaluation evaluation;
            evaluation.set = "val";
            evaluation.loss = loss;
            run.sink.evaluation(evaluation);
        }
        QCOMPARE(run.state.summary.at("final_val").at("val").get<double>(), 2.5);
        QCOMPARE(run.state.summary.at("best_val").at("val").get<double>(), 2.0);
        train::Evaluation broken;
        broken.set = "val";
        broken.loss = NAN;
        run.sink.evaluation(broken);
        QVERIFY(std::isnan(io::number_from_json(run.state.summary.at("final_val").at("val"))));
        QCOMPARE(run.state.summary.at("best_val").at("val").get<double>(), 2.0);
    }

    void logs_are_cut_back_to_a_position() {
        Fixture run;
        run.sink.open_logs({});
        run.sink.steps({record(0, 3), record(1, 2)});
        run.sink.event({1, train::SpikeEvent{}});
        const Json position = run.sink.log_position();
        run.sink.steps({record(2, 1)});
        run.sink.event({2, train::SpikeEvent{}});

        RunState state;
        RunSink resumed(run.directory, run.lock, state, {});
        resumed.open_logs(position);
        QVERIFY(resumed.log_position() == position);
        resumed.steps({record(2, 9)});
        const RunMetrics metrics = run.metrics();
        QCOMPARE(metrics[kTrainLoss].value, (std::vector<double>{3, 2, 9}));
        QCOMPARE(metrics.events().size(), std::size_t{1});
    }

    void a_collapse_is_recorded_and_taken_back_with_the_logs() {
        Fixture run;
        run.sink.open_logs({});
        QVERIFY(!read_collapse_record(run.directory));
        const Json before = run.sink.log_position();
        train::GradientHistory history{{"embed", "head"}, {}};
        history.add({7, 3.5, INFINITY, {1.5, NAN}});
        run.sink.collapsed(history);
        const auto recorded = read_collapse_record(run.directory);
        QVERIFY(recorded && train::to_json(*recorded) == train::to_json(history));
        const Json after = run.sink.log_position();

        RunState state;
        RunSink resumed(run.directory, run.lock, state, {});
        resumed.open_logs(after);
        QVERIFY(read_collapse_record(run.directory).has_value());
        RunSink earlier(run.directory, run.lock, state, {});
        earlier.open_logs(before);
        QVERIFY(!read_collapse_record(run.directory));
    }

    void a_damaged_record_is_one_line() {
        Fixture run;
        io::write_json(run.directory.folder() / "collapse.json", {{"format", 1}});
        QVERIFY(test::is_line_with(test::input_error([&] { read_collapse_record(run.directory); }),
                                   {"collapse.json", "blocks"}));
    }

    void without_a_position_logs_begin_anew() {
        Fixture run;
        run.sink.open_logs({});
        run.sink.steps({record(0, 3)});
        run.sink.event({0, train::SpikeEvent{}});
        RunState state;
        RunSink again(run.directory, run.lock, state, {});
        again.open_logs({});
        const RunMetrics metrics = run.metrics();
        QVERIFY(metrics.series().empty() && metrics.events().empty());
        QCOMPARE(io::event_files(run.directory.folder()).size(), std::size_t{1});
    }

    void a_log_shorter_than_its_checkpoint_is_said() {
        Fixture run;
        run.sink.open_logs({});
        run.sink.steps({record(0, 3), record(1, 2)});
        const Json position = run.sink.log_position();
        const fs::path file = io::event_files(run.directory.folder()).at(0);
        fs::resize_file(file, fs::file_size(file) - 10);
        RunState state;
        RunSink resumed(run.directory, run.lock, state, {});
        resumed.open_logs(position);
        std::ifstream log(run.directory.folder() / "log.txt");
        const std::string text{std::istreambuf_iterator<char>(log), {}};
        QVERIFY2(text.find("has lost 10 bytes") != std::string::npos, text.c_str());
    }

    void requests_are_noticed_when_they_change() {
        Fixture run;
        using train::Request;
        QCOMPARE(run.sink.requested(), Request::none);
        run.directory.request("pause");
        QCOMPARE(run.sink.requested(), Request::pause);
        QCOMPARE(run.sink.requested(), Request::pause);
        run.directory.request("stop");
        QCOMPARE(run.sink.requested(), Request::stop);
        run.directory.request("");
        QCOMPARE(run.sink.requested(), Request::none);
        for (const char* hostile : {"", "[]", "{\"request\": 3}", "{\"request\": \"dance\"}", "\xff"}) {
            std::ofstream(run.directory.folder() / "control.json") << hostile;
            QCOMPARE(run.sink.requested(), Request::none);
            run.directory.request("");
        }
    }

    void tensorboard_reads_it() {
        if (!fs::exists(ABLATE_PYTHON)) QSKIP("no Python");
        Fixture run;
        run.sink.open_logs({});
        run.sink.steps({record(0, 3.5), record(1, NAN), record(2, 1.5)});
        run.sink.log_position();
        {
            std::ofstream torn(io::event_files(run.directory.folder()).at(0), std::ios::app | std::ios::binary);
            torn << std::string("\x20\0\0\0\0\0\0\0torn", 12);
        }
        QProcess python;
        python.start(ABLATE_PYTHON,
                     {"-c",
                      "import sys\n"
                      "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n"
                      "log = EventAccumulator(sys.argv[1]); log.Reload()\n"
                      "print([(e.step, e.value) for e in log.Scalars('train/loss')])\n",
                      run.directory.folder().c_str()});
        QVERIFY(python.waitForFinished(60000));
        const QByteArray errors = python.readAllStandardError();
        if (errors.contains("No module named")) QSKIP("no tensorboard");
        QCOMPARE(python.readAllStandardOutput().trimmed(), QByteArray("[(0, 3.5), (1, nan), (2, 1.5)]"));
    }
};

QTEST_GUILESS_MAIN(RunSinkTest)
#include "run_sink_test.moc"
