#include "core/interop/logs/logs.h"

#include "core/base/sha256.h"
#include "core/run/metrics.h"
#include "core/train/register.h"
#include "tests/core/interop/logs/marin_files.h"
#include "tests/support/contains.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

#include <cmath>

using namespace ablate;
using interop::ImportedRun;
namespace logs = ablate::interop::logs;
namespace fs = std::filesystem;

namespace {

fs::path reference(const std::string& name) { return fs::path(ABLATE_SOURCE_DIR) / "tests/data/logs" / name; }

ImportedRun one(const fs::path& path, const logs::ReadOptions& options = {}) {
    std::vector<ImportedRun> runs = logs::read_log(path, options);
    if (runs.size() != 1) throw std::logic_error("not one run");
    return runs.front();
}

// step -> value of a tag.
std::map<std::int64_t, float> series(const ImportedRun& run, const std::string& tag) {
    std::map<std::int64_t, float> values;
    for (const io::ScalarEvent& event : run.metrics)
        for (const auto& [name, value] : event.values)
            if (name == tag) values[event.step] = value;
    return values;
}

bool knows(const ImportedRun& run, const std::string& key) {
    return std::find(run.known.begin(), run.known.end(), key) != run.known.end();
}

bool is_remarked(const ImportedRun& run, const std::string& words) {
    for (const std::string& remark : run.remarks)
        if (remark.find(words) != std::string::npos) return true;
    return false;
}

}  // namespace

class LogFormatsTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void trainer_of_a_run_that_learns() {
        QCOMPARE(logs::detect_format(reference("hf-healthy")), std::string("hf-trainer"));
        const ImportedRun run = one(reference("hf-healthy"));
        QCOMPARE(run.variant, std::string("hf-healthy"));
        QCOMPARE(run.verdict.outcome, train::Outcome::healthy);
        QCOMPARE(run.steps, 60);
        const auto loss = series(run, run::kTrainLoss);
        QCOMPARE(loss.size(), std::size_t{12});
        QCOMPARE(loss.at(5), 3.409180450439453f);
        QCOMPARE(series(run, run::kGradNorm).at(60), 0.5103140473365784f);
        QCOMPARE(series(run, run::kLearningRate).size(), std::size_t{12});
        QCOMPARE(run.evaluations.size(), std::size_t{3});
        QCOMPARE(run.evaluations.back().step, 60);
        QCOMPARE(run.evaluations.back().set, std::string("val"));
        QVERIFY(std::isfinite(*run.evaluations.back().loss) && !run.evaluations.back().bpb);
        QVERIFY(run.seconds > 0 && std::isnan(run.tokens_per_second));
        // The average over all steps is told as one, and is no final loss.
        QVERIFY(is_remarked(run, "average over all steps of the run, not a final loss"));
        QVERIFY(run.summary.contains("run_average_train_loss") && !run.summary.contains("train_loss"));
        // config.json tells the model, trainer_state.json the budget; the learning rate is not stated.
        QVERIFY(knows(run, "model") && knows(run, "data.vocab_size") && knows(run, "train.steps"));
        QVERIFY(!knows(run, "train.lr") && !knows(run, "train.batch"));
        QCOMPARE(run.config.model.d_model, 16);
        QCOMPARE(run.config.data.vocab_size, 32);
        QVERIFY(run.parameters && *run.parameters > 0);
    }

    // A clone without git-lfs leaves a text in place of the events.
    void events_that_were_not_downloaded_are_refused_by_name() {
        const fs::path file = folder_ / "events.out.tfevents.1.host";
        std::ofstream(file) << "version https://git-lfs.github.com/spec/v1\noid sha256:" << std::string(64, 'a')
                            << "\nsize 5242880\n";
        QVERIFY(test::is_line_with(test::input_error([&] { one(file); }), {"Git LFS pointer"}));
    }

    // The loss of 0.0 that the Trainer's filter makes of NaN, as the Trainer itself wrote it.
    void trainer_that_hides_a_loss_which_is_not_finite() {
        const ImportedRun run = one(reference("hf-collapsed"));
        QCOMPARE(run.verdict.outcome, train::Outcome::collapsed);
        QCOMPARE(run.verdict.collapse, train::Collapse::non_finite);
        QCOMPARE(run.verdict.step, 10);  // the first gradient norm that is not finite; zeros begin at 15
        QVERIFY(test::contains(run.verdict.cause, "from step 10 on"));
        QVERIFY(test::contains(run.verdict.cause, "0.0 from step 15 to the end"));
        const auto loss = series(run, run::kTrainLoss);
        QVERIFY(std::isfinite(loss.at(5)));
        for (std::int64_t step = 15; step <= 60; step += 5) QVERIFY(std::isnan(loss.at(step)));
        QVERIFY(std::isnan(*run.evaluations.back().loss));
        QVERIFY(is_remarked(run, "average over all steps"));
    }

    void the_newest_state_wins() {
        const fs::path copy = folder_ / "newest";
        fs::create_directories(copy);
        fs::copy(reference("hf-healthy") / "checkpoint-30", copy / "checkpoint-30");
        ImportedRun run = one(copy);
        QCOMPARE(run.steps, 30);
        QCOMPARE(run.verdict.outcome, train::Outcome::stopped);  // of 60
        QVERIFY(test::contains(run.verdict.cause, "step 30 of 60"));
        QCOMPARE(run.variant, std::string("newest"));  // not "checkpoint-30"
        fs::create_directory(copy / "checkpoint-9");
        fs::copy(reference("hf-collapsed") / "checkpoint-30/trainer_state.json", copy / "checkpoint-9");
        QCOMPARE(one(copy).verdict.outcome, train::Outcome::stopped);
        fs::copy(reference("hf-healthy") / "trainer_state.json", copy);
        QCOMPARE(one(copy).steps, 60);
    }

    void averages_alone_have_no_step() {
        const fs::path file = folder_.write("train_results.json", R"({"train_loss": 0.0, "train_runtime": 3.5})");
        ImportedRun run = one(file);
        QCOMPARE(run.verdict.collapse, train::Collapse::contradicted_loss);
        QCOMPARE(run.verdict.step, -1);
        QVERIFY(run.metrics.empty());
        QCOMPARE(run.seconds, 3.5);
        run = one(folder_.write("all_results.json", R"({"train_loss": 1.331, "eval_loss": 1.5})"));
        QCOMPARE(run.verdict.outcome, train::Outcome::healthy);
        QCOMPARE(*run.evaluations.front().loss, 1.5);
    }

    void tensorboard_of_a_run() {
        const ImportedRun run = one(reference("tensorboard"));
        QCOMPARE(run.format, std::string("tensorboard"));
        const auto loss = series(run, run::kTrainLoss);
        QCOMPARE(loss.size(), std::size_t{10});
        QVERIFY(std::isnan(loss.at(40)) && std::isnan(loss.at(45)));
        QCOMPARE(run.verdict.collapse, train::Collapse::non_finite);
        QCOMPARE(run.verdict.step, 40);
        QCOMPARE(series(run, "custom/entropy").size(), std::size_t{10});  // under its own name
        QCOMPARE(run.evaluations.size(), std::size_t{3});                 // as tensors
        QCOMPARE(*run.evaluations.front().loss, 3.25);
        QCOMPARE(run.seconds, 45.0);
        QVERIFY(is_remarked(run, "with validation and pauses"));
        QVERIFY(run.known.empty());
    }

    void tensorboard_below_a_folder() {
        const fs::path nested = folder_ / "hf/runs/Nov01_host";
        fs::create_directories(nested);
        fs::copy(reference("tensorboard"), nested);
        QCOMPARE(one(folder_ / "hf").steps, 45);
        fs::create_directories(folder_ / "hf/runs/other");
        fs::copy(reference("tensorboard"), folder_ / "hf/runs/other");
        QVERIFY(test::is_line_with(test::input_error([&] { one(folder_ / "hf"); }), {"2 runs", "Nov01_host"}));
    }

    void llama_factory() {
        const fs::path file = folder_.write(
            "trainer_log.jsonl",
            R"({"current_steps": 10, "total_steps": 30, "loss": 2.5, "lr": 5e-05, "epoch": 0.1, "percentage": 33.3, "elapsed_time": "0:01:05", "throughput": 100.0, "total_tokens": 6500}
{"current_steps": 20, "total_steps": 30, "loss": 2.25, "lr": 2e-05, "elapsed_time": "1 day, 0:00:05"}
{"current_steps": 20, "total_steps": 30, "eval_loss": NaN}
)");
        QCOMPARE(logs::detect_format(file), std::string("llama-factory"));
        const ImportedRun run = one(file);
        QCOMPARE(series(run, run::kTrainLoss).at(20), 2.25f);
        QCOMPARE(series(run, run::kLearningRate).at(10), 5e-5f);
        QCOMPARE(series(run, run::kTokensPerSecond).at(10), 100.0f);
        QCOMPARE(run.seconds, 86405.0);
        QCOMPARE(run.config.train.steps, 30);
        QVERIFY(std::isnan(*run.evaluations.front().loss));
        QCOMPARE(run.verdict.collapse, train::Collapse::non_finite);  // of the validation, after 20 steps
        QCOMPARE(run.verdict.step, 20);
        std::string wide = "\xff\xfe";
        for (const char c : std::string("{\"current_steps\": 1, \"loss\": 2.5}\n{\"current_steps\": 2, \"loss\": 2}\n"))
            wide += std::string({c, '\0'});
        const ImportedRun utf16 = one(folder_.write("trainer_log.jsonl", wide));
        QCOMPARE(utf16.format, std::string("llama-factory"));
        QCOMPARE(series(utf16, run::kTrainLoss).at(2), 2.0f);
    }

    // Bits per byte and time at the end; hardware FLOPs anew, whatever a revision counted as a device.
    void marin_speedruns() {
        for (const test::Speedrun& speedrun : test::speedruns()) {
            const ImportedRun run = one(test::write_speedrun(folder_ / "marin", speedrun));
            QCOMPARE(run.format, std::string("marin-speedrun"));
            QCOMPARE(run.variant, std::string(speedrun.architecture) + "_" + speedrun.size);
            QCOMPARE(*run.evaluations.front().bpb, speedrun.bpb);
            QVERIFY(!run.evaluations.front().loss);
            QCOMPARE(run.evaluations.front().set, std::string("paloma/c4_en"));
            QCOMPARE(run.evaluations.front().step, speedrun.steps);
            QCOMPARE(*run.parameters, speedrun.parameters);
            QCOMPARE(run.seconds, speedrun.seconds);
            QCOMPARE(run.summary["hardware_flops"].get<double>(), speedrun.seconds * 16 * 4.59e14);
            const double stored = run.summary["hardware_flops_as_stored"].get<double>();
            QCOMPARE(stored, speedrun.seconds * speedrun.devices_as_stored * 4.59e14);
            QCOMPARE(is_remarked(run, "2.00 times what 16 chips"), speedrun.devices_as_stored == 32);
            QCOMPARE(run.config.model.d_model, speedrun.width);
            QCOMPARE(run.config.train.optimizer, std::string("muon"));
            QCOMPARE(tokens_per_step(run.config) * static_cast<double>(run.steps), double(speedrun.tokens));
            QVERIFY(!knows(run, "data.vocab_size") && !knows(run, "model.norm.q"));
        }
    }

    void tables() {
        ImportedRun run = one(folder_.write("a.csv",
                                            "step,train_loss,lr,Grad Norm,note\n"
                                            "1,3.5,1e-3,,warm\n2,inf,1e-3,NaN,\n3,-Infinity,,0.5,\n"));
        const auto loss = series(run, run::kTrainLoss);
        QVERIFY(std::isinf(loss.at(2)) && loss.at(2) > 0 && loss.at(3) < 0);
        QVERIFY(std::isnan(series(run, run::kGradNorm).at(2)));
        QCOMPARE(run.verdict.step, 2);
        QVERIFY(is_remarked(run, "'note' holds words"));
        QCOMPARE(run.variant, std::string("a"));
        // A date is no time of ours.
        run = one(folder_.write("c.csv", "step,timestamp,loss\n1,2024-05-01 10:00,3\n2,2024-05-01 10:01,2\n"));
        QVERIFY(is_remarked(run, "'timestamp' holds words") && std::isnan(run.seconds));
        QCOMPARE(series(run, run::kTrainLoss).at(2), 2.0f);
        // Names of a table's own.
        run = one(folder_.write("b.tsv", "\xef\xbb\xbfit\tcost\r\n0\t4\r\n10\t3\r\n"),
                  {"", {{"step", "it"}, {"loss", "cost"}}});
        QCOMPARE(series(run, run::kTrainLoss).at(10), 3.0f);
    }

    void an_export_of_charts_holds_several_runs() {
        const fs::path file =
            folder_.write("wandb.csv",
                          "\"Step\",\"base - train/loss\",\"base - train/loss__MIN\",\"no, norm - train/loss\"\n"
                          "\"0\",\"3.5\",\"3.4\",\"9\"\n\"1\",\"3.25\",\"3.1\",\"\"\n");
        const std::vector<ImportedRun> runs = logs::read_log(file);
        QCOMPARE(runs.size(), std::size_t{2});
        QCOMPARE(runs[0].variant, std::string("base"));
        QCOMPARE(series(runs[0], "train/loss/min").at(1), 3.1f);
        QCOMPARE(runs[1].variant, std::string("no--norm"));
        QCOMPARE(runs[1].label, std::string("no, norm"));
        QCOMPARE(runs[1].steps, 0);
    }

    void runs_of_an_export_are_never_mixed() {
        const auto alike =
            logs::read_log(folder_.write("wandb.csv", "Step,a b - loss,a/b - loss,a-b - loss\n0,3,2,1\n"));
        QCOMPARE(alike.size(), std::size_t{3});
        std::set<std::string> variants, labels;
        for (const ImportedRun& run : alike) {
            variants.insert(run.variant);
            labels.insert(run.label);
        }
        QCOMPARE(variants, (std::set<std::string>{"a-b", "a-b-2", "a-b-3"}));
        QCOMPARE(labels, (std::set<std::string>{"a b", "a-b", "a/b"}));
        const fs::path twice = folder_.write("wandb.csv", "Step,a - loss,a - loss\n0,3,2\n");
        QVERIFY(test::is_line_with(test::input_error([&] { logs::read_log(twice); }),
                                   {"'a - loss'", "appears twice. Give"}));
    }

    // What --column names is read in every format that has columns, and refused where it is not there.
    void columns_of_other_formats() {
        const auto state = folder_.write(
            "named.json", R"({"log_history": [{"step": 1, "train_loss": 3.0}, {"step": 2, "train_loss": 2.0}]})");
        QCOMPARE(series(one(state, {"", {{"loss", "train_loss"}}}), run::kTrainLoss).at(2), 2.0f);
        const auto log =
            folder_.write("trainer_log.jsonl", R"({"current_steps": 1, "loss": 2.5, "lm": 2.0, "throughput": 7})");
        const ImportedRun run = one(log, {"", {{"loss", "lm"}, {"tokens_per_second", "throughput"}}});
        QCOMPARE(series(run, run::kTrainLoss).at(1), 2.0f);
        QCOMPARE(series(run, run::kTokensPerSecond).at(1), 7.0f);
        const auto refused = [&](const fs::path& path, const char* ours, const char* theirs, const char* part) {
            return test::is_line_with(test::input_error([&] { one(path, {"", {{ours, theirs}}}); }), {part});
        };
        QVERIFY(refused(log, "loss", "los", "no column 'los'"));
        QVERIFY(refused(state, "loss", "los", "no column 'los'"));
        QVERIFY(refused(reference("tensorboard"), "val_loss", "los", "no column 'los'"));
        QVERIFY(refused(log, "step", "current_steps", "the format itself"));
        const fs::path speedrun = test::write_speedrun(folder_ / "marin", test::speedruns().front());
        QVERIFY(refused(speedrun, "loss", "x", "no columns to name"));
        const fs::path results = folder_.write("train_results.json", R"({"train_loss": 1.0})");
        QVERIFY(refused(results, "loss", "train_loss", "no columns to name"));
    }

    // Lowest and highest values that differ from the drawn one: a mean, which is no seed.
    void means_of_an_export_are_called_that() {
        const auto runs = logs::read_log(
            folder_.write("wandb.csv",
                          "\"Step\",\"norm: rms - val/loss\",\"norm: rms - val/loss__MIN\",\"norm: rms - "
                          "val/loss__MAX\",\"solo-7 - val/loss\",\"solo-7 - val/loss__MIN\",\"solo-7 - "
                          "val/loss__MAX\"\n10,4,3.5,4.5,4.25,4.25,4.25\n20,3,2.5,3.5,3.25,3.25,3.25\n"));
        QCOMPARE(runs.size(), std::size_t{2});
        QVERIFY(runs[0].is_mean && test::contains(runs[0].label, "mean of a group of runs"));
        QVERIFY(is_remarked(runs[0], "not those of one seed"));
        QVERIFY(!runs[1].is_mean && !is_remarked(runs[1], "seed"));
        QCOMPARE(runs[1].evaluations.back().step, 20);
        QCOMPARE(series(runs[0], run::loss_tag("val") + run::kLowestOf).at(20), 2.5f);  // the band of the loss
        QCOMPARE(series(runs[0], run::loss_tag("val") + run::kHighestOf).at(10), 4.5f);
    }

    // "KEY: VALUE" may also be the name of a single run.
    void names_of_groups_may_be_names_of_runs() {
        auto runs = logs::read_log(folder_.write("wandb.csv",
                                                 "Step,lr: 3e-4 - loss,lr: 3e-4 - loss__MIN,lr: 3e-4 - "
                                                 "loss__MAX\n10,4,4,4\n20,3,3,3\n"));
        QVERIFY(!runs[0].is_mean && !is_remarked(runs[0], "mean"));
        runs = logs::read_log(folder_.write("wandb.csv", "Step,lr: 3e-4 - loss\n10,4\n20,3\n"));
        QVERIFY(!runs[0].is_mean && !runs[0].knows_seed && is_remarked(runs[0], "may be means over the group"));
        QVERIFY(test::contains(runs[0].label, "may be the mean of a group"));
    }

    // time/step is a duration, val/step a step.
    void durations_called_step() {
        ImportedRun run =
            one(folder_.write("a.csv", "step,time/step,time/data,train/loss\n10,0.35,0.1,4\n20,0.5,0.2,3\n"));
        QCOMPARE(series(run, run::kTrainLoss).at(20), 3.0f);
        QCOMPARE(series(run, "time/step").at(20), 0.5f);
        QCOMPARE(series(run, "time/data").at(20), 0.2f);
        run = one(folder_.write("a.jsonl", "{\"time/step\": 0.35, \"loss\": 4}\n{\"time/step\": 1, \"loss\": 3}\n"));
        QCOMPARE(series(run, run::kTrainLoss), (std::map<std::int64_t, float>{{1, 4.0f}, {2, 3.0f}}));
        QVERIFY(is_remarked(run, "counted from 1"));
        run = one(folder_.write("a.jsonl", "{\"val/step\": 10, \"loss\": 4}\n{\"val/step\": 20, \"loss\": 3}\n"));
        QCOMPARE(run.steps, 20);
    }

    // What 0.1 imported is known by the file's own bytes.
    void files_are_known_by_their_bytes() {
        for (const auto& [name, text] :
             {std::pair("s.jsonl", "{\"step\": 1, \"loss\": 3}\r\n{\"step\": 2, \"loss\": 2}"),
              {"s.json", "{\"log_history\":\r\n [{\"step\": 1, \"loss\": 3}]}"},
              {"trainer_log.jsonl", "{\"current_steps\": 1, \"loss\": 3}\r\n{\"current_steps\": 2, \"loss\": 2}"}}) {
            const test::TempFolder own;
            QCOMPARE(one(own.write(name, text)).sha256, sha256_hex(text));
        }
    }

    void steps_of_weights_and_biases() {
        // The metric's own step.
        ImportedRun run = one(folder_.write("a.csv",
                                            "_step,train/step,val/step,train/loss,val/loss\n0,20,,4,\n"
                                            "1,40,,3,\n2,,40,,3.5\n3,60,,2,\n"));
        QCOMPARE(run.steps, 60);
        QCOMPARE(run.evaluations.back().step, 40);
        // train/global_step of the Trainer, and its closing average.
        run = one(folder_.write("b.csv",
                                ",_step,train/loss,train/global_step,eval/loss,train_loss,train_runtime\n"
                                "0,0,4,25,,,\n1,1,3,50,,,\n2,2,,50,3.5,,\n3,3,,50,,3.75,90\n"));
        QCOMPARE(run.steps, 50);
        QCOMPARE(series(run, run::kTrainLoss).size(), std::size_t{2});
        QCOMPARE(run.summary["run_average_train_loss"].get<double>(), 3.75);
        // Nothing but the counter of log calls: said.
        run = one(folder_.write("c.csv", "_step,train/loss\n0,4\n1,3\n"));
        QVERIFY(is_remarked(run, "counts calls of wandb.log"));
        // A chart over another axis, with a step column of each run and without.
        run = one(folder_.write("d.csv",
                                "\"tokens\",\"one - train/loss\",\"one - train/global_step\"\n1024,4,8\n2048,3,16\n"));
        QCOMPARE(series(run, run::kTrainLoss).at(16), 3.0f);
        QVERIFY(is_remarked(run, "'tokens' is the x axis"));
        const fs::path axis = folder_.write("e.csv", "\"Relative Time (Wall)\",\"one - loss\"\n0.5,4\n1.5,3\n");
        QVERIFY(test::is_line_with(test::input_error([&] { logs::read_log(axis); }),
                                   {"x axis is 'Relative Time (Wall)'", "train/global_step"}));
    }

    void spreadsheets() {
        ImportedRun run =
            one(folder_.write("a.csv", "sep=;\r\nStep;loss;lr\r\n1.000;4,25;1,5E-4\r\n2.000;3,5;1E-4\r\n"));
        QCOMPARE(series(run, run::kTrainLoss), (std::map<std::int64_t, float>{{1000, 4.25f}, {2000, 3.5f}}));
        QCOMPARE(series(run, run::kLearningRate).at(1000), 1.5e-4f);
        QVERIFY(is_remarked(run, "decimal comma"));
        // Thousands in quotation marks beside decimal points.
        run = one(
            folder_.write("b.csv", "step,loss,tokens\n\"1,000\",4.25,\"1,024,000\"\n\"2,000\",3.5,\"2,048,000\"\n"));
        QCOMPARE(series(run, "tokens").at(2000), 2048000.0f);
        // Either is possible: refused with the cell.
        const fs::path unclear = folder_.write("c.csv", "step;loss\n1;4,250\n2;3,500\n");
        QVERIFY(test::is_line_with(test::input_error([&] { one(unclear); }), {"line 2", "'4,250'", "decimal comma"}));
        // UTF-16, both orders, as Excel writes Unicode text.
        const std::string text = "step\tloss\tnote\n1\t4\t\xc3\xa4\n2\t3\t\n";
        for (const bool big : {false, true}) {
            std::string bytes = big ? "\xfe\xff" : "\xff\xfe";
            for (std::size_t i = 0; i < text.size(); ++i) {
                const char c = text[i] == '\xc3' ? '\xe4' : text[i];
                if (text[i] == '\xa4') continue;
                bytes += big ? std::string({'\0', c}) : std::string({c, '\0'});
            }
            QCOMPARE(series(one(folder_.write("d.txt", bytes)), run::kTrainLoss).at(2), 3.0f);
        }
        // Line breaks inside quotation marks; the line of an error counts them.
        run = one(folder_.write("e.csv", "note,step,loss\n\"a\nb\",1,4\n\"c\r\n\"\"d\"\"\",2,3\n"));
        QCOMPARE(series(run, run::kTrainLoss).size(), std::size_t{2});
        const fs::path late = folder_.write("f.csv", "note,step,loss\n\"a\nb\",1,4\n,2,low\n");
        QVERIFY(test::is_line_with(test::input_error([&] { one(late); }), {"line 4", "'low'"}));
    }

    void json_lines() {
        ImportedRun run = one(folder_.write("a.jsonl",
                                            "{\"step\": 1, \"loss\": 3.25, \"tag\": \"x\"}\n{\"step\": 2, \"loss\": 3, "
                                            "\"val_loss\": 3.5}\n{\"step\": 3, \"lo"));
        QCOMPARE(run.format, std::string("json-lines"));
        QCOMPARE(series(run, run::kTrainLoss).at(2), 3.0f);
        QCOMPARE(*run.evaluations.front().loss, 3.5);
        QVERIFY(is_remarked(run, "torn") && is_remarked(run, "'tag' holds words: 1 value"));
        run = one(folder_.write("b.log",
                                "{\"iter\": 5, \"train\": {\"loss\": 4}}\n{\"iter\": 10, \"train\": {\"loss\": 3}}\n"));
        QCOMPARE(series(run, run::kTrainLoss).at(10), 3.0f);
        run = one(folder_.write("c.jsonl", "{\"train_loss\": 4}\n{\"train_loss\": 3}\n{\"train_loss\": 2.5}\n"));
        QCOMPARE(series(run, run::kTrainLoss).size(), std::size_t{3});
        QVERIFY(is_remarked(run, "counted from 1"));
    }

    // The history of a Trainer in other wrappings, and evaluations under other prefixes.
    void histories_in_other_wrappings() {
        const std::string lines =
            R"([{"loss": 4, "step": 10, "learning_rate": 1e-3}, {"wiki_loss": 3.5, "wiki_runtime": 2,
            "step": 10}, {"loss": 3.75, "runtime": 2, "step": 10}, {"predict_loss": 1, "predict_runtime": 3}])";
        for (const std::string& text : {lines, "{\"metrics\": " + lines + "}", "{\"log_history\": " + lines + "}"}) {
            const ImportedRun run = one(folder_.write("history.json", text));
            QCOMPARE(series(run, run::kTrainLoss), (std::map<std::int64_t, float>{{10, 4.0f}}));
            QCOMPARE(run.evaluations.size(), std::size_t{2});
            QCOMPARE(run.evaluations.front().set, std::string("val"));
            QCOMPARE(run.evaluations.back().set, std::string("wiki"));
            QVERIFY(is_remarked(run, "without a step"));
        }
        const ImportedRun run = one(folder_.write("keras.json", R"({"loss": [4, 3], "val_loss": [4.5, 3.5]})"));
        QCOMPARE(run.evaluations.back().step, 2);
        QVERIFY(is_remarked(run, "counted from 1"));
    }

    void what_means_the_same_or_no_data_set() {
        ImportedRun run = one(folder_.write("a.csv",
                                            "step,train_loss_epoch,train_loss_step,val_loss_epoch,val/z_loss\n"
                                            "1,,4,,\n2,,3,,\n2,3.5,,3.25,0.5\n"));
        QCOMPARE(series(run, run::kTrainLoss), (std::map<std::int64_t, float>{{1, 4.0f}, {2, 3.0f}}));
        QCOMPARE(series(run, "train_loss_epoch").at(2), 3.5f);
        QVERIFY(is_remarked(run, "'train_loss_step' is read, and the 1 value of 'train_loss_epoch'"));
        QCOMPARE(run.evaluations.size(), std::size_t{1});
        QVERIFY(is_remarked(run, "'val/z_loss'"));
    }

    void results_alone_tell_no_step() {
        const ImportedRun run = one(folder_.write("all_results.json", R"({"train_loss": 1.5, "eval_loss": 1.25})"));
        fs::create_directories(folder_ / "workspace");
        const run::RunDirectory written = interop::write_imported_run(folder_ / "workspace", run);
        const Json summary = written.state().summary;
        QVERIFY(summary["best_step"].empty() && !summary.contains("steps_done"));
        QCOMPARE(summary["final_val"]["val"].get<double>(), 1.25);
    }

    // Three logs of one variant of which nobody said the seed are three runs, and none is seed 1.
    void seeds_that_nobody_told() {
        const fs::path workspace = folder_ / "seeds";
        fs::create_directories(workspace);
        std::set<std::int64_t> numbers;
        for (const char* name : {"a", "b", "c"}) {
            ImportedRun run =
                one(folder_.write(std::string(name) + ".csv", fmt::format("step,loss,{}\n1,4,2\n", name)));
            run.variant = "v";
            const run::RunInfo info = interop::write_imported_runs(workspace, {run}).front().info();
            QVERIFY(info.source["seed"].is_null());
            numbers.insert(info.seed);
        }
        QCOMPARE(numbers.size(), std::size_t{3});
    }

    void what_is_no_log_is_said_in_one_line() {
        const auto refused = [&](const char* name, const std::string& bytes, std::initializer_list<const char*> parts) {
            fs::create_directories(folder_ / "no-log");  // beside files of other tests, a state would have results
            const fs::path file = folder_.write(std::string("no-log/") + name, bytes);
            return test::is_line_with(test::input_error([&] { one(file); }), parts);
        };
        QVERIFY(refused("x.json", R"({"weights": 1})", {"x.json", "none of the logs", "--format"}));
        QVERIFY(refused("x.json", R"({"log_history": []})", {"holds no value"}));
        QVERIFY(refused("x.json", R"({"log_history": [{"step": 1, "loss": "high"}]})", {"log_history[0]", "loss"}));
        QVERIFY(refused("x.json", R"({"log_history": [{"step": -1, "loss": 2}]})", {"step -1"}));
        QVERIFY(refused("x.json", R"({"log_history": [{"loss": 2}]})", {"has no step"}));
        QVERIFY(refused("x.json", R"({"runs": [{"run_info": {"training_time": 1}}]})", {"runs[0]", "c4_en/bpb"}));
        QVERIFY(refused("x.csv", "epoch,loss\n1,2\n", {"no step column", "--column step=NAME"}));
        QVERIFY(refused("x.csv", "step,loss\n1,2,3\n", {"line 2", "3 fields"}));
        QVERIFY(refused("x.csv", "step,loss\n1,low\n", {"line 2", "'low'"}));
        QVERIFY(refused("x.csv", "step,cost\n1,2\n", {"no loss", "cost", "--column loss=NAME"}));
        QVERIFY(refused("x.csv", "step,\"loss\n1,2\n", {"not closed"}));
        QVERIFY(refused("trainer_log.jsonl", "{\"current_steps\": 1, \"loss\"\n", {"line 1", "unexpected end"}));
        const fs::path file = folder_.write("y.csv", "step,loss\n1,2\n");
        QVERIFY(test::is_line_with(test::input_error([&] { one(file, {"hf", {}}); }), {"--format 'hf'", "csv"}));
        QVERIFY(test::is_line_with(test::input_error([&] {
                                       one(file, {"", {{"loss", "los"}}});
                                   }),
                                   {"no column 'los'", "did you mean 'loss'"}));
        QVERIFY(test::is_line_with(test::input_error([&] { one(folder_ / "gone"); }), {"gone", "no such file"}));
    }
};

QTEST_GUILESS_MAIN(LogFormatsTest)
#include "log_formats_test.moc"
