#include "core/interop/logs/logs.h"

#include "core/run/metrics.h"
#include "core/train/register.h"
#include "tests/support/contains.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

#include <cmath>
#include <tuple>

using namespace ablate;
using interop::ImportedRun;
namespace logs = ablate::interop::logs;
namespace fs = std::filesystem;

namespace {

using Points = std::map<std::int64_t, float>;

ImportedRun one(const fs::path& path, const logs::ReadOptions& options = {}) {
    std::vector<ImportedRun> runs = logs::read_log(path, options);
    if (runs.size() != 1) throw std::logic_error("not one run");
    return runs.front();
}

Points series(const ImportedRun& run, const std::string& tag) {
    Points values;
    for (const io::ScalarEvent& event : run.metrics)
        for (const auto& [name, value] : event.values)
            if (name == tag) values[event.step] = value;
    return values;
}

// step -> validation loss of the set "val".
Points validation(const ImportedRun& run) {
    Points values;
    for (const auto& evaluation : run.evaluations)
        if (evaluation.set == "val" && evaluation.loss) values[evaluation.step] = static_cast<float>(*evaluation.loss);
    return values;
}

bool is_remarked(const ImportedRun& run, const std::string& words) {
    for (const std::string& remark : run.remarks)
        if (remark.find(words) != std::string::npos) return true;
    return false;
}

const Points kTwo{{10, 4.0f}, {20, 3.0f}};

}  // namespace

// JSON logs of programs other than the reference files, and what a reader could take for something else in them.
class JsonLogsTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

    bool is_refused(const char* name, const std::string& text, std::initializer_list<const char*> parts) {
        const fs::path file = folder_.write(name, text);
        return test::is_line_with(test::input_error([&] { one(file); }), parts);
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    // The last line names its training loss as the Trainer names its average.
    void a_last_line_of_values_is_no_closing_line() {
        std::string text;
        for (int step = 10; step <= 90; step += 10)
            text += fmt::format("{{\"step\": {}, \"loss\": {}{}}}\n", step, 4 - step / 100.0,
                                step == 50 ? ", \"val_loss\": 3.9" : "");
        text += "{\"step\": 100, \"train_loss\": 3.4444, \"val_loss\": 3.5444}\n";
        const ImportedRun run = one(folder_.write("a.jsonl", text));
        QCOMPARE(validation(run), (Points{{50, 3.9f}, {100, 3.5444f}}));
        QCOMPARE(series(run, "train_loss").at(100), 3.4444f);
        QVERIFY(!run.summary.contains("run_average_train_loss"));
        // Without totals, an average repeats the last step.
        const ImportedRun ended = one(folder_.write(
            "b.json", R"([{"step": 10, "loss": 4}, {"step": 20, "loss": 3}, {"step": 20, "train_loss": 3.5}])"));
        QCOMPARE(series(ended, run::kTrainLoss), kTwo);
        QCOMPARE(ended.summary["run_average_train_loss"].get<double>(), 3.5);
    }

    void a_run_time_in_every_line_closes_nothing() {
        const ImportedRun run = one(folder_.write("a.jsonl",
                                                  R"({"step": 10, "loss": 4, "train_runtime": 5}
{"step": 20, "loss": 3, "train_runtime": 10, "eval_loss": 3.5}
{"step": 20, "train_runtime": 11, "eval_loss": 3.25}
)"));
        QCOMPARE(series(run, run::kTrainLoss), kTwo);
        QCOMPARE(validation(run), (Points{{20, 3.25f}}));
        QVERIFY(std::isnan(run.seconds));
    }

    // A duration in whole milliseconds is no step, and neither is the number of an evaluation beside the updates.
    void durations_and_counts_are_no_steps() {
        ImportedRun run = one(folder_.write("a.jsonl", R"({"step": 10, "loss": 4, "time/step": 205, "time/data": 91}
{"step": 20, "loss": 3, "time/step": 202, "time/data": 92})"));
        QCOMPARE(run.steps, 20);
        QCOMPARE(series(run, "time/data").at(20), 92.0f);
        run = one(folder_.write("a.jsonl", R"({"train/global_step": 100, "loss": 4, "eval/step": 1, "eval/loss": 3.5}
{"train/global_step": 200, "loss": 3, "eval/step": 2, "eval/loss": 3.25})"));
        QCOMPARE(validation(run), (Points{{100, 3.5f}, {200, 3.25f}}));
    }

    // Some programs log the totals of the closing line with every loss.
    void totals_at_every_step_close_nothing() {
        const ImportedRun run =
            one(folder_.write("a.jsonl", R"({"step": 10, "train_loss": 4, "train_samples_per_second": 9}
{"step": 20, "train_loss": 3, "train_samples_per_second": 9}
{"step": 30, "train_loss": 2, "train_samples_per_second": 9})"));
        QCOMPARE(series(run, run::kTrainLoss).size(), std::size_t{3});
        QVERIFY(!run.summary.contains("run_average_train_loss"));
    }

    void lists_of_unequal_length() {
        const ImportedRun run = one(folder_.write(
            "a.json",
            R"({"loss": [4, 3], "val_loss": [null, 3.5], "step": [10, 20], "betas": [0.9, 0.95, 0.1], "tags": ["x"]})"));
        QCOMPARE(series(run, run::kTrainLoss), kTwo);
        QCOMPARE(validation(run), (Points{{20, 3.5f}}));
        QVERIFY(is_remarked(run, "'betas' has 3 values"));
        QVERIFY(is_refused("a.json", R"({"loss": [4, 3, 2], "val_loss": [2.5], "step": [10, 20, 30]})",
                           {"'step' has 3 values", "'val_loss' has 1"}));
        QVERIFY(is_refused("a.json", R"({"train_loss": [4, 3, 2], "val_loss": [2.5, 2]})",
                           {"'train_loss' has 3 values", "'val_loss' has 2"}));
    }

    void several_lists_of_log_lines() {
        for (const char* text :
             {R"({"train_log": [{"step": 10, "loss": 4}, {"step": 20, "loss": 3}], "config": {"lr": 1},
                  "val_log": [{"step": 10, "loss": 4.5}, {"step": 20, "loss": 3.5}]})",
              R"({"history": [{"step": 10, "loss": 4}, {"step": 20, "loss": 3}], "layers": [{"name": "x"}],
                  "eval_history": [{"step": 10, "val_loss": 4.5}, {"step": 20, "val_loss": 3.5}]})"}) {
            const ImportedRun run = one(folder_.write("lists.json", text));
            QCOMPARE(series(run, run::kTrainLoss), kTwo);
            QCOMPARE(validation(run), (Points{{10, 4.5f}, {20, 3.5f}}));
            QVERIFY(is_remarked(run, "in the order of their steps") && !is_remarked(run, "resumed"));
        }
        QVERIFY(is_refused("lists.json",
                           R"({"history": [{"step": 10, "loss": 4}], "eval_history": [{"epoch": 1, "val_loss": 3}]})",
                           {"'eval_history, history'", "a line of 'eval_history' has no step"}));
    }

    void averages_that_are_logged_at_every_step() {
        const ImportedRun run = one(folder_.write(
            "a.jsonl", "{\"step\": 10, \"train/train_loss\": 4}\n{\"step\": 20, \"train/train_loss\": 3}\n"));
        QCOMPARE(series(run, run::kTrainLoss), kTwo);
    }

    void times_in_milliseconds() {
        const ImportedRun run = one(folder_.write("a.jsonl",
                                                  "{\"step\": 10, \"timestamp\": 1700000010000, \"loss\": 4}\n"
                                                  "{\"step\": 20, \"timestamp\": 1700000030000, \"loss\": 3}\n"));
        QCOMPARE(run.seconds, 20.0);
        QVERIFY(is_remarked(run, "milliseconds"));
        const ImportedRun seconds = one(folder_.write("b.jsonl",
                                                      "{\"step\": 10, \"timestamp\": 1700000010.5, \"loss\": 4}\n"
                                                      "{\"step\": 20, \"timestamp\": 1700000030.5, \"loss\": 3}\n"));
        QCOMPARE(seconds.seconds, 20.0);
        QVERIFY(!is_remarked(seconds, "milliseconds"));
    }

    void several_columns_of_steps() {
        ImportedRun run = one(folder_.write(
            "a.jsonl", "{\"iter\": 40, \"step\": 10, \"loss\": 4}\n{\"iter\": 80, \"step\": 20, \"loss\": 3}\n"));
        QCOMPARE(series(run, run::kTrainLoss), kTwo);
        QVERIFY(is_remarked(run, "the values of 'step'; 'iter'"));
        // Weights & Biases: the metric's own step, else the counter of calls, as for tables.
        run = one(folder_.write("b.jsonl",
                                "{\"_step\": 0, \"train/loss\": 4}\n{\"_step\": 1, \"train/loss\": 3}\n"
                                "{\"_step\": 2, \"val/step\": 30, \"val/loss\": 3.5}\n"));
        QCOMPARE(series(run, run::kTrainLoss), (Points{{0, 4.0f}, {1, 3.0f}}));
        QCOMPARE(validation(run), (Points{{30, 3.5f}}));
        QVERIFY(is_remarked(run, "counts calls of wandb.log"));
        run = one(folder_.write("c.jsonl",
                                "{\"_step\": 0, \"train/global_step\": 10, \"train/loss\": 4}\n"
                                "{\"_step\": 1, \"train/global_step\": 20, \"train/loss\": 3}\n"
                                "{\"_step\": 2, \"train/global_step\": NaN, \"train/loss\": NaN, \"gpu\": 0.5}\n"));
        QCOMPARE(series(run, run::kTrainLoss), kTwo);
        QVERIFY(!is_remarked(run, "counts calls") && is_remarked(run, "without a step"));
    }

    // With load_best_model_at_end, the Trainer evaluates an earlier checkpoint once more at the last step.
    void evaluations_after_the_closing_line() {
        const std::string closed = R"({"step": 10, "loss": 4}, {"step": 20, "loss": 3}, EVAL
            {"step": 20, "train_loss": 3.5, "train_runtime": 9},
            {"step": 20, "eval_loss": 3.125, "eval_runtime": 1}])";
        const auto read = [&](const std::string& evaluation) {
            std::string text = "[" + closed;
            return one(folder_.write("a.json", text.replace(text.find("EVAL"), 4, evaluation)));
        };
        ImportedRun run = read(R"({"step": 20, "eval_loss": 3.75, "eval_runtime": 1},)");
        QCOMPARE(validation(run), (Points{{20, 3.75f}}));
        QVERIFY(is_remarked(run, "reloaded best checkpoint: 2 values are left out"));
        run = read("");
        QCOMPARE(validation(run), (Points{{20, 3.125f}}));
        QCOMPARE(run.seconds, 9.0);
    }

    void results_without_a_step() {
        const fs::path state = folder_ / "state";
        fs::create_directories(state);
        folder_.write("state/all_results.json", R"({"eval_loss": 3.5, "train_loss": 3.75})");
        folder_.write("state/trainer_state.json", R"({"global_step": 20, "max_steps": 20, "eval_steps": 0.5,
            "log_history": [{"step": 10, "loss": 4}, {"step": 20, "loss": 3}]})");
        const ImportedRun run = one(state);
        QCOMPARE(validation(run), (Points{{20, 3.5f}}));
        QVERIFY(is_remarked(run, "has no step and is shown at the last one, 20"));
        QCOMPARE(run.config.train.eval_every, 10);  // half of the steps
    }

    // LLaMA-Factory's last line has no values.
    void the_end_of_a_llama_factory_run() {
        std::string text;
        for (int step = 10; step <= 100; step += 10)
            text += fmt::format(
                "{{\"current_steps\": {}, \"total_steps\": 107, \"loss\": {}, \"elapsed_time\": \"0:{:02}:00\"}}\n",
                step, 4 - step / 100.0, step / 2);
        text += R"({"current_steps": 107, "total_steps": 107, "percentage": 100.0, "elapsed_time": "1:04:12"})";
        const ImportedRun run = one(folder_.write("trainer_log.jsonl", text));
        QCOMPARE(run.steps, 107);
        QCOMPARE(run.seconds, 3852.0);
        QCOMPARE(run.verdict.outcome, train::Outcome::healthy);
        QCOMPARE(series(run, run::kTrainLoss).rbegin()->first, 100);
    }

    void numbers_as_text() {
        const ImportedRun run = one(folder_.write("a.jsonl",
                                                  R"({"step": "10", "loss": "4.5", "grad_norm": 1, "name": "x"}
{"step": "20", "loss": "nan", "grad_norm": "-inf"}
{"step": "30", "loss": "3", "grad_norm": "Infinity"}
{"step": "40", "loss": 2.5, "grad_norm": "inf"}
)"));
        const Points loss = series(run, run::kTrainLoss), norm = series(run, run::kGradNorm);
        QCOMPARE(loss.size(), std::size_t{4});
        QVERIFY(loss.at(10) == 4.5f && std::isnan(loss.at(20)) && loss.at(30) == 3.0f);
        QVERIFY(std::isinf(norm.at(20)) && norm.at(20) < 0 && std::isinf(norm.at(30)) && std::isinf(norm.at(40)));
        QVERIFY(is_remarked(run, "'name' holds words: 1 value"));
    }

    void steps_under_other_names() {
        const std::string text = "{\"num_updates\": 10, \"loss\": 4}\n{\"num_updates\": 20, \"loss\": 3}\n";
        QVERIFY(is_refused("a.jsonl", text, {"'num_updates' rises", "--column step=num_updates"}));
        const fs::path lines = folder_.write("a.jsonl", text);
        QCOMPARE(series(one(lines, {"", {{"step", "num_updates"}}}), run::kTrainLoss), kTwo);
        const fs::path list = folder_.write("a.json", R"([{"updates": 10, "loss": 4}, {"updates": 20, "loss": 3}])");
        QCOMPARE(series(one(list, {"", {{"step", "updates"}}}), run::kTrainLoss), kTwo);
        // Sums rise too, and are no steps.
        const ImportedRun counted =
            one(folder_.write("b.jsonl", "{\"tokens\": 10, \"loss\": 4}\n{\"tokens\": 20, \"loss\": 3}\n"));
        QVERIFY(is_remarked(counted, "counted from 1"));
        // ms-swift.
        const ImportedRun swift =
            one(folder_.write("logging.jsonl",
                              "{\"loss\": 4, \"global_step/max_steps\": \"10/100\", \"percentage\": \"10.00%\"}\n"
                              "{\"loss\": 3, \"global_step/max_steps\": \"20/100\", \"percentage\": \"20.00%\"}\n"
                              "{\"eval_loss\": 3.5, \"global_step/max_steps\": \"20/100\"}\n"));
        QCOMPARE(series(swift, run::kTrainLoss), kTwo);
        QCOMPARE(validation(swift), (Points{{20, 3.5f}}));
    }

    void a_log_of_one_line() {
        const ImportedRun run =
            one(folder_.write("a.jsonl", "{\"step\": 100, \"train_loss\": 3.25, \"val_loss\": 3.5}\n"));
        QCOMPARE(run.format, std::string("json-lines"));
        QCOMPARE(series(run, run::kTrainLoss), (Points{{100, 3.25f}}));
        QCOMPARE(validation(run), (Points{{100, 3.5f}}));
    }

    void tables_as_json() {
        const ImportedRun run = one(folder_.write(
            "a.json", R"({"step": {"0": 10, "2": 20, "10": 30}, "loss": {"0": 4, "2": 3, "10": 2.5}, "val_loss":
            {"0": null, "2": 3.5, "10": null}})"));
        QCOMPARE(series(run, run::kTrainLoss), (Points{{10, 4.0f}, {20, 3.0f}, {30, 2.5f}}));
        QCOMPARE(validation(run), (Points{{20, 3.5f}}));
        QVERIFY(!is_remarked(run, "order of their steps"));
        // TensorBoard's download of one tag.
        const std::string points = "[[1700000000.5, 10, 4.0], [1700000010.5, 20, 3.0]]";
        const ImportedRun scalars = one(folder_.write("run-a-tag-train_loss.json", points));
        QCOMPARE(series(scalars, run::kTrainLoss), kTwo);
        QCOMPARE(scalars.seconds, 10.0);
        QVERIFY(is_refused("points.json", points, {"run-RUN-tag-TAG.json", "--column loss=value"}));
        QCOMPARE(series(one(folder_ / "points.json", {"", {{"loss", "value"}}}), run::kTrainLoss), kTwo);
    }

    void errors_name_the_line_once() {
        const fs::path file = folder_.write("a.jsonl", "{\"step\": 1, \"loss\": 2}\n{\"step\": 2, loss: 3}\n");
        const std::string message = test::input_error([&] { one(file); });
        QVERIFY(test::contains(message, "line 2, column "));
        QVERIFY(message.find("line 1") == std::string::npos);
        QVERIFY(is_refused("a.log", "{'loss': 2.5, 'epoch': 0.1}\n{'loss': 2.4, 'epoch': 0.2}\n",
                           {"line 1: is a dict as Python's print() writes it", "json.dumps()"}));
    }

    void formats_that_are_not_that_of_the_file() {
        const fs::path lines = folder_.write("a.jsonl", "{\"step\": 1, \"loss\": 2}\n{\"step\": 2, \"loss\": 2}\n");
        const fs::path table = folder_.write("a.csv", "step,loss\n1,2\n2,2\n");
        for (const auto& [file, format, found] : {std::tuple(lines, "csv", "it looks like json-lines"),
                                                  {table, "json-lines", "it looks like csv"},
                                                  {table, "tensorboard", "it looks like csv"}}) {
            const std::string message = test::input_error([&, &file = file, &format = format] {
                one(file, {format, {}});
            });
            QVERIFY(test::is_line_with(message, {"its format is not ", format, found}));
        }
    }
};

QTEST_GUILESS_MAIN(JsonLogsTest)
#include "json_logs_test.moc"
