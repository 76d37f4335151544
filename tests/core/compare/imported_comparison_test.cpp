#include "core/compare/comparison.h"
#include "core/compare/curves.h"
#include "core/compare/wording.h"
#include "core/interop/logs/logs.h"
#include "core/plan/plan.h"
#include "core/plan/throughput.h"
#include "core/report/report.h"
#include "core/report/terminal.h"
#include "tests/core/interop/logs/marin_files.h"
#include "tests/support/contains.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QFloat16>  // QCOMPARE of Json asks whether it converts to one
#include <QTest>

using namespace ablate;
using study::Comparison;
using study::Group;
namespace fs = std::filesystem;

namespace {

interop::ImportedRun read(const fs::path& log, const std::string& study, const std::string& variant,
                          const std::string& point = "") {
    interop::ImportedRun run = interop::logs::read_log(log).front();
    run.study = study;
    run.variant = variant;
    run.grid_point = point;
    run.label.clear();
    return run;
}

fs::path reference(const std::string& name) { return fs::path(ABLATE_SOURCE_DIR) / "tests/data/logs" / name; }

const Group& group(const Comparison& comparison, const std::string& name) {
    for (const Group& one : comparison.groups)
        if (one.name == name) return one;
    throw std::logic_error("no group " + name);
}

bool is_noted(const Comparison& comparison, const std::string& words) {
    for (const std::string& note : comparison.notes)
        if (note.find(words) != std::string::npos) return true;
    qWarning("no note says '%s'", words.c_str());
    return false;
}

}  // namespace

// Logs of other programs beside each other and beside our own runs.
class ImportedComparisonTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    // The speedruns' own table: bits per byte and time of Qwen3 to Llama at each size.
    void the_speedruns_of_marin() {
        const test::TempFolder folder;
        for (const test::Speedrun& one : test::speedruns()) {
            const bool llama = std::string(one.architecture) == "llama";
            interop::write_imported_run(folder.path(), read(test::write_speedrun(folder / "marin", one), "qk-norm",
                                                            llama ? "baseline" : "qwen3", one.size));
        }
        const Comparison comparison = study::compare_study(run::RunStore(folder.path()), "qk-norm");
        QVERIFY(comparison.measure == study::Measure::val_bpb);
        QCOMPARE(comparison.metric, std::string("paloma/c4_en"));
        QCOMPARE(study::unit_of(comparison), std::string("bits per byte"));
        struct Wanted {
            const char* size;
            double delta, time;
        };
        for (const Wanted& wanted : {Wanted{"130m", -0.00356, 16.0}, Wanted{"300m", -0.00331, 23.2},
                                     Wanted{"520m", -0.00205, 19.9}, Wanted{"1.2b", -0.00123, 1.6}}) {
            const Group& qwen = group(comparison, std::string("qwen3@") + wanted.size);
            const Group& llama = comparison.groups[*qwen.baseline];
            QCOMPARE(llama.name, std::string("baseline@") + wanted.size);
            QVERIFY(std::abs(qwen.delta.mean - wanted.delta) < 5.1e-6);
            QVERIFY(std::abs(100 * (qwen.seconds / llama.seconds - 1) - wanted.time) < 0.06);
            QVERIFY(!qwen.delta.half_width && test::contains(qwen.judgement, "one seed"));
            QVERIFY(!qwen.too_close);
            // Nothing unknown is told as a difference.
            const auto place = static_cast<std::size_t>(&qwen - comparison.groups.data());
            QVERIFY(!qwen.is_baseline && comparison.differences_of(place).empty());
        }
        QVERIFY(is_noted(comparison, "no reading at equal steps before it and none at equal time"));
        QVERIFY(is_noted(comparison, "2.00 times what 16 chips"));
        const std::string table = report::comparison_table(comparison, false, 0);
        QVERIFY(test::contains(table, "final validation bits per byte on paloma/c4_en"));
        QVERIFY(test::contains(table, "(+16.0 %)") && test::contains(table, "(+1.6 %)"));
        QCOMPARE(study::to_json(comparison)["unit"], Json("bits per byte"));
        const std::string text = report::to_markdown(comparison, {});
        QVERIFY(test::contains(text, "imported marin-speedrun log"));
        QVERIFY(text.find("nats") == std::string::npos && text.find("erplexity") == std::string::npos);
    }

    // Sizes are never compared with each other, whether a variant is called baseline or the first one stands in.
    void a_baseline_is_of_the_same_grid_point() {
        for (const char* reference : {"baseline", "llama"}) {
            const test::TempFolder folder;
            for (const test::Speedrun& one : test::speedruns()) {
                const bool llama = std::string(one.architecture) == "llama", small = one.size == std::string("130m");
                const bool lone = !llama && one.size == std::string("520m");
                if (!small && !lone && !(llama && one.size == std::string("300m"))) continue;
                interop::write_imported_run(folder.path(), read(test::write_speedrun(folder / "marin", one), "qk-norm",
                                                                llama ? reference : "qwen3", one.size));
            }
            // Without an order Qwen3, imported first, would stand in.
            const run::RunStore store(folder.path());
            const Comparison comparison =
                study::compare_study(store, "qk-norm", std::vector{std::string(reference) + "@130m"});
            const Group &qwen = group(comparison, "qwen3@130m"), &lone = group(comparison, "qwen3@520m");
            QCOMPARE(comparison.groups[*qwen.baseline].name, std::string(reference) + "@130m");
            QVERIFY(group(comparison, std::string(reference) + "@300m").is_baseline);
            QVERIFY(!lone.baseline && lone.delta.n == 0);
            QVERIFY(test::contains(lone.judgement, "no run here"));
        }
    }

    // Runs named one by one are compared as they were named.
    void runs_of_two_grid_points_that_were_named() {
        const test::TempFolder folder;
        folder.write("a.csv", "step,loss\n1,3\n2,2\n");
        folder.write("b.csv", "step,loss\n1,3\n2,2.5\n");
        const auto write = [&](const char* file, const char* point) {
            return interop::write_imported_run(folder.path(), read(folder / file, "tables", "a", point)).id();
        };
        const std::string first = write("a.csv", "1"), second = write("b.csv", "2");
        const Comparison comparison = study::compare_runs(run::RunStore(folder.path()), {first, second});
        QCOMPARE(comparison.baselines, std::vector<std::size_t>{0});
        QCOMPARE(group(comparison, "a@2").delta.mean, 0.25);
    }

    void the_seed_of_the_data_is_no_other_configuration() {
        const test::TempFolder folder;
        for (const int seed : {5, 6}) {
            Json json = test::speedrun_json(test::speedruns().front());
            json["runs"][0]["run_info"]["train_config"]["data_seed"] = seed;
            folder.write("speedrun_results.json", json.dump());
            interop::write_imported_run(folder.path(), read(folder / "speedrun_results.json", "seeds", "qwen3"));
        }
        const Comparison comparison = study::compare_study(run::RunStore(folder.path()), "seeds");
        QCOMPARE(comparison.groups.size(), std::size_t{1});
        QCOMPARE(comparison.groups.front().runs.size(), std::size_t{2});
    }

    // What the Trainer hides is named at its first step, beside a run that learned.
    void trainer_logs() {
        const test::TempFolder folder;
        interop::write_imported_run(folder.path(), read(reference("hf-healthy"), "norms", "original"));
        interop::write_imported_run(folder.path(), read(reference("hf-collapsed"), "norms", "no_all_norm"));
        const run::RunStore store(folder.path());
        const Comparison comparison = study::compare_study(store, "norms");
        QVERIFY(comparison.measure == study::Measure::val_loss);
        const Group &original = group(comparison, "original"), &none = group(comparison, "no_all_norm");
        QVERIFY(original.is_baseline && original.healthy() == 1);
        QCOMPARE(none.collapsed, 1);
        QVERIFY(test::contains(none.judgement, "not finite from step 10 on"));
        QCOMPARE(none.parameters, 0);
        const std::string table = report::comparison_table(comparison, false, 0);
        QVERIFY(test::contains(table, "collapsed 1/1, step 10"));
        const std::string text = report::to_markdown(comparison, {});
        QVERIFY(test::contains(text, "10 | non\\_finite"));
        QVERIFY(test::contains(text, "hides it"));
        QVERIFY(test::contains(text, "the rest of its configuration is not known"));
        QVERIFY(text.find("cosine") == std::string::npos);  // our default schedule is no fact of theirs
        const std::string list = report::list_table(store.list(), false, 0);
        QVERIFY(test::contains(list, "60/60"));
        run::RunMetrics metrics(comparison.runs.back().listed.directory.folder());
        metrics.refresh();
        const std::string details = report::run_details(comparison.runs.back().listed, metrics, false, 0);
        QVERIFY(test::contains(details, "hf-trainer log") && test::contains(details, "average over all steps"));
        QVERIFY(test::contains(details, "parameters") && test::contains(details, "not known"));
    }

    void logs_without_validation_compare_their_training_loss() {
        const test::TempFolder folder;
        folder.write("a.csv", "step,loss\n1,3\n2,2\n");
        folder.write("b.csv", "step,loss\n1,3\n2,2.5\n");
        for (const char* name : {"a", "b"})
            interop::write_imported_run(folder.path(), read(folder / (std::string(name) + ".csv"), "tables", name));
        const Comparison comparison = study::compare_study(run::RunStore(folder.path()), "tables");
        QVERIFY(comparison.measure == study::Measure::train_loss);
        QCOMPARE(group(comparison, "b").final_val.mean, 2.75);
        QCOMPARE(group(comparison, "b").delta.mean, 0.25);
        QVERIFY(is_noted(comparison, "the comparison uses the training loss"));
        const std::string list = report::list_table(run::RunStore(folder.path()).list(), false, 0);
        QVERIFY(list.find("2/") == std::string::npos);  // nobody said how many steps there were to be
    }

    // Two curves that agree to the fifth digit are worth a warning wherever they were trained.
    void twins_are_told() {
        const test::TempFolder folder;
        folder.write("a.csv", "step,loss,eval_loss\n1,3,3\n2,2,1.36\n");
        folder.write("b.csv", "step,loss,eval_loss\n1,3,3\n2,2,1.36001\n");
        for (const char* name : {"a", "b"})
            interop::write_imported_run(folder.path(), read(folder / (std::string(name) + ".csv"), "twins", name));
        const Comparison comparison = study::compare_study(run::RunStore(folder.path()), "twins");
        QVERIFY(group(comparison, "b").too_close);
    }

    void beside_our_own_runs() {
        const test::TempFolder folder;
        test::write_measured_study(folder.path());
        interop::write_imported_run(folder.path(), read(reference("hf-healthy"), "quick", "twin"));
        const run::RunStore store(folder.path());
        const Comparison comparison = study::compare_study(store, "quick");
        QCOMPARE(comparison.groups.size(), std::size_t{4});
        const Group& twin = group(comparison, "twin");
        QVERIFY(twin.imported() && twin.healthy() == 1 && twin.delta.n == 0);
        QVERIFY(test::contains(twin.judgement, "imported log, whose data are not known"));
        QVERIFY(!group(comparison, "nope").imported() && group(comparison, "nope").delta.n == 3);
        // Only what the log tells differs: its steps, and the model that its config.json holds.
        const std::size_t place = static_cast<std::size_t>(&twin - comparison.groups.data());
        for (const ConfigDifference& one : comparison.differences_of(place))
            QVERIFY2(one.key.starts_with("model.") || one.key == "data.vocab_size" || one.key == "train.steps" ||
                         one.key == "train.eval_every",
                     one.key.c_str());
        const study::ComparedRun& run = comparison.runs[twin.runs.front()];
        QVERIFY(std::isnan(study::per_step(run, study::XAxis::tokens)));
        QVERIFY(std::isnan(study::per_step(run, study::XAxis::flops)));
        QVERIFY(std::isfinite(study::per_step(run, study::XAxis::seconds)));
        QVERIFY(std::isnan(study::model_flops_utilization(run.listed)));
        // Of the baseline's configuration all is known still.
        QVERIFY(test::contains(report::to_markdown(comparison, {}), "cosine"));
    }
};

QTEST_GUILESS_MAIN(ImportedComparisonTest)
#include "imported_comparison_test.moc"
