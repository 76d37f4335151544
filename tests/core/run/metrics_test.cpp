#include "core/run/metrics.h"

#include "core/io/json_lines.h"
#include "core/io/numbers.h"
#include "core/io/tensorboard.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <atomic>
#include <cmath>
#include <fstream>
#include <thread>

using namespace ablate;
using namespace ablate::run;
namespace fs = std::filesystem;

namespace {

void append_steps(io::TensorBoardWriter& writer, std::int64_t from, std::int64_t to, float offset = 0) {
    for (std::int64_t step = from; step < to; ++step)
        writer.append(
            {1000.0 + static_cast<double>(step) + offset, step, {{kTrainLoss, static_cast<float>(step) + offset}}});
    writer.flush();
}

std::vector<std::int64_t> count_to(std::int64_t end) {
    std::vector<std::int64_t> steps;
    for (std::int64_t step = 0; step < end; ++step) steps.push_back(step);
    return steps;
}

}  // namespace

class MetricsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void an_empty_run_has_no_metrics() {
        const test::TempFolder folder;
        RunMetrics metrics(folder.path());
        QVERIFY(!metrics.refresh());
        QVERIFY(metrics.series().empty() && metrics.events().empty() && metrics.problems().empty());
        QVERIFY(metrics["train/loss"].step.empty());
        QVERIFY(!RunMetrics("/nonexistent").refresh());
    }

    void a_growing_log_is_followed() {
        const test::TempFolder folder;
        RunMetrics metrics(folder.path());
        io::TensorBoardWriter writer(folder.path());
        io::JsonLinesWriter events(folder / "events.jsonl");
        append_steps(writer, 0, 3);
        QVERIFY(metrics.refresh());
        QVERIFY(!metrics.refresh());
        append_steps(writer, 3, 7);
        events.append({{"type", "note"}});
        QVERIFY(metrics.refresh());
        QCOMPARE(metrics[kTrainLoss].step, count_to(7));
        QCOMPARE(metrics[kTrainLoss].value[6], 6.0);
        QCOMPARE(metrics[kTrainLoss].wall_time[6], 1006.0);
        QCOMPARE(metrics.events().size(), std::size_t{1});
    }

    void values_that_are_not_finite_are_kept() {
        const test::TempFolder folder;
        io::TensorBoardWriter(folder.path()).append({1, 0, {{"a", NAN}, {"b", INFINITY}, {"c", -INFINITY}}});
        RunMetrics metrics(folder.path());
        metrics.refresh();
        QVERIFY(std::isnan(metrics["a"].value.at(0)));
        QCOMPARE(metrics["b"].value.at(0), HUGE_VAL);
        QCOMPARE(metrics["c"].value.at(0), -HUGE_VAL);
    }

    void a_log_that_was_cut_back_is_read_again() {
        const test::TempFolder folder;
        std::int64_t position = 0, line_position = 0;
        {
            io::TensorBoardWriter writer(folder.path());
            io::JsonLinesWriter events(folder / "events.jsonl");
            append_steps(writer, 0, 10);
            events.append({{"type", "note"}, {"time", 1}});
            position = writer.offset();
            line_position = events.offset();
            append_steps(writer, 10, 20);
            events.append({{"type", "note"}, {"time", 2}});
        }
        RunMetrics metrics(folder.path());
        metrics.refresh();
        QCOMPARE(metrics[kTrainLoss].step, count_to(20));
        // It ends up longer than it was: the size alone would not tell.
        io::TensorBoardWriter writer(folder.path(), position);
        io::JsonLinesWriter events(folder / "events.jsonl", line_position);
        append_steps(writer, 10, 30, 0.5);
        for (int i = 0; i < 3; ++i) events.append({{"type", "note"}, {"time", 3}});
        QVERIFY(metrics.refresh());
        QCOMPARE(metrics[kTrainLoss].step, count_to(30));
        QCOMPARE(metrics[kTrainLoss].value[15], 15.5);
        QCOMPARE(metrics.events().size(), std::size_t{4});
        QVERIFY(!metrics.refresh());
    }

    void a_log_begun_anew_is_read_again() {
        const test::TempFolder folder;
        { append_steps(*std::make_unique<io::TensorBoardWriter>(folder.path()), 0, 10); }
        RunMetrics metrics(folder.path());
        metrics.refresh();
        for (const fs::path& file : io::event_files(folder.path())) fs::remove(file);
        io::TensorBoardWriter writer(folder.path());
        append_steps(writer, 0, 2);
        QVERIFY(metrics.refresh());
        QCOMPARE(metrics[kTrainLoss].step, count_to(2));
    }

    void a_torn_tail_costs_one_record_and_damage_is_told() {
        const test::TempFolder folder;
        {
            io::TensorBoardWriter writer(folder.path());
            append_steps(writer, 0, 10);
        }
        const fs::path file = io::event_files(folder.path()).at(0);
        fs::resize_file(file, fs::file_size(file) - 3);
        {
            RunMetrics metrics(folder.path());
            metrics.refresh();
            QCOMPARE(metrics[kTrainLoss].step, count_to(9));
            QVERIFY(metrics.problems().empty());  // a live file looks the same
        }
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(static_cast<std::streamoff>(fs::file_size(file)) - 60);
        stream.put('\x5a').flush();
        std::ofstream(folder / "events.jsonl") << "{\"type\": \"note\"}\nnot json\n{\"type\": \"note\"}\n{\"torn";
        RunMetrics metrics(folder.path());
        metrics.refresh();
        QCOMPARE(metrics[kTrainLoss].step.size(), std::size_t{8});
        QCOMPARE(metrics.events().size(), std::size_t{2});
        QCOMPARE(metrics.problems().size(), std::size_t{2});
        QVERIFY(test::is_line_with(metrics.problems()[0], {"1 records lost", "tfevents"}));
        QVERIFY(test::is_line_with(metrics.problems()[1], {"1 lines lost", "events.jsonl"}));
    }

    void a_reader_beside_a_writer_misses_nothing() {
        const test::TempFolder folder;
        constexpr std::int64_t kSteps = 20000;
        std::thread writing([&] {
            io::TensorBoardWriter writer(folder.path());
            for (std::int64_t step = 0; step < kSteps; step += 50) append_steps(writer, step, step + 50);
        });
        RunMetrics metrics(folder.path());
        while (metrics[kTrainLoss].step.size() < kSteps) metrics.refresh();
        writing.join();
        QCOMPARE(metrics[kTrainLoss].step, count_to(kSteps));
        QVERIFY(metrics.problems().empty());
    }

    void evaluations_are_read_in_full_precision() {
        const test::TempFolder folder;
        io::JsonLinesWriter events(folder / "events.jsonl");
        const double loss = 3.0576123456789012;
        events.append(
            {{"type", "evaluation"}, {"step", 0}, {"set", "val"}, {"loss", 7.6}, {"bpb", "NaN"}, {"time", 5}});
        events.append({{"type", "spike"}, {"step", 3}});
        events.append({{"type", "evaluation"}, {"step", 10}, {"set", "web"}, {"loss", "Infinity"}});
        events.append({{"type", "evaluation"}, {"step", 10}, {"set", "val"}, {"loss", loss}, {"bpb", 1.5}});
        events.append({{"type", "evaluation"}, {"step", "10"}, {"set", 3}});  // a stranger's
        RunMetrics metrics(folder.path());
        metrics.refresh();
        const Series val = evaluations(metrics, "val"), bpb = evaluations(metrics, "val", "bpb");
        QCOMPARE(val.step, (std::vector<std::int64_t>{0, 10}));
        QCOMPARE(val.value[1], loss);
        QCOMPARE(val.wall_time[0], 5.0);
        QVERIFY(std::isnan(val.wall_time[1]) && std::isnan(bpb.value[0]));
        QCOMPARE(evaluations(metrics, "web").value.at(0), HUGE_VAL);
        QCOMPARE(evaluation_sets(metrics), (std::vector<std::string>{"val", "web"}));
    }
};

QTEST_GUILESS_MAIN(MetricsTest)
#include "metrics_test.moc"
