#include "core/interop/imported_run.h"

#include "core/infer/trained_model.h"
#include "core/interop/imported_run_judge.h"
#include "core/model/tensor_table.h"
#include "core/run/known_keys.h"
#include "core/run/metrics.h"
#include "core/run/queue.h"
#include "core/run/run_store.h"
#include "core/train/register.h"
#include "tests/support/contains.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <ATen/ATen.h>
#include <QFloat16>  // QCOMPARE of Json asks whether it converts to one
#include <QTest>

#include <cmath>

using namespace ablate;
using interop::ImportedRun;
namespace fs = std::filesystem;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Logged {
    float loss;
    std::optional<float> grad_norm = {};
};

// A log of a line every ten steps.
ImportedRun run_of(const std::vector<Logged>& lines, std::vector<interop::ImportedEvaluation> evaluations = {}) {
    ImportedRun run;
    run.format = "hf-trainer";
    run.path = "/elsewhere/trainer_state.json";
    run.sha256 = "aa";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto step = static_cast<std::int64_t>(10 * (i + 1));
        run.metrics.push_back({interop::kUnknown, step, {{run::kTrainLoss, lines[i].loss}}});
        if (lines[i].grad_norm) run.metrics.back().values.emplace_back(run::kGradNorm, *lines[i].grad_norm);
        run.steps = step;
    }
    run.evaluations = std::move(evaluations);
    return run;
}

train::Verdict judged(ImportedRun& run) {
    interop::judge(run);
    return run.verdict;
}

}  // namespace

class ImportedRunTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void zeros_beside_a_gradient_norm_that_is_not_finite_are_nan() {
        ImportedRun run = run_of({{3, 1.0f}, {2.5f, 1.0f}, {0, kNaN}, {0, kNaN}});
        QCOMPARE(judged(run).collapse, train::Collapse::non_finite);
        QCOMPARE(run.verdict.step, 30);
        QVERIFY(test::contains(run.verdict.cause, "gradient norm of NaN"));
        QVERIFY(std::isnan(run.metrics[2].values[0].second) && std::isnan(run.metrics[3].values[0].second));
        QCOMPARE(run.metrics[1].values[0].second, 2.5f);
        QVERIFY(to_json(run.events.back()) ==
                Json({{"type", "non_finite"}, {"step", 30}, {"loss", "NaN"}, {"logged_as", 0.0}}));
        // From the first step on.
        run = run_of({{0, kNaN}, {0, kNaN}});
        QCOMPARE(judged(run).step, 10);
        // The window in which it happened has its own loss: a part of the truth.
        run = run_of({{3, 1.0f}, {1.25f, kInfinity}, {0, kNaN}});
        QCOMPARE(judged(run).step, 20);
        QCOMPARE(run.metrics[1].values[0].second, 1.25f);
        QVERIFY(std::isnan(run.metrics[2].values[0].second));
    }

    void zeros_alone_contradict_themselves() {
        ImportedRun run = run_of({{3}, {0}, {0}});
        QCOMPARE(judged(run).collapse, train::Collapse::contradicted_loss);
        QCOMPARE(run.verdict.step, 20);
        run = run_of({{3}, {0}, {0}}, {{30, "val", std::nan(""), {}, interop::kUnknown}});
        QCOMPARE(judged(run).collapse, train::Collapse::non_finite);  // the validation proves it
        QVERIFY(test::contains(run.verdict.cause, "validation loss of NaN after step 30"));
        // Rounded, not hidden.
        run = run_of({{3, 1.0f}, {0.001f, 0.1f}, {0, 1e-4f}});
        QCOMPARE(judged(run).outcome, train::Outcome::healthy);
        QVERIFY(test::contains(run.remarks.back(), "rounded"));
    }

    void a_loss_that_is_finite_again_is_an_event_alone() {
        ImportedRun run =
            run_of({{3, 1.0f}, {kNaN, 0.0f}, {kInfinity, 1.0f}, {2.5f, 1.0f}, {2.4f, 1.0f}},
                   {{20, "val", std::nan(""), {}, interop::kUnknown}, {50, "val", 2.5, {}, interop::kUnknown}});
        QCOMPARE(judged(run).outcome, train::Outcome::healthy);
        const auto again = std::find_if(run.events.begin(), run.events.end(),
                                        [](const train::Event& event) { return type_of(event) == "finite_again"; });
        QVERIFY(again != run.events.end());
        QCOMPARE(again->step, 40);
        QCOMPARE(std::get<train::FiniteAgainEvent>(again->what).since, 20);
        QCOMPARE(std::get<train::FiniteAgainEvent>(again->what).count, 2);
        // Another set that was sound all the time does not make good what this one last was.
        run = run_of({{3}, {2}, {2}},
                     {{20, "val", std::nan(""), {}, interop::kUnknown}, {30, "web", 2.5, {}, interop::kUnknown}});
        QCOMPARE(judged(run).collapse, train::Collapse::non_finite);
    }

    void a_loss_that_is_not_finite_to_the_end_is_a_collapse() {
        ImportedRun run = run_of({{3, 1.0f}, {kInfinity, 1.0f}, {2.5f, 1.0f}, {kNaN, 1.0f}});
        QCOMPARE(judged(run).collapse, train::Collapse::non_finite);
        QCOMPARE(run.verdict.step, 20);
        QVERIFY(test::contains(run.verdict.cause, "loss is Infinity at step 20"));
        run = run_of({{3}, {2}}, {{20, "val", std::nan(""), {}, interop::kUnknown}});
        QCOMPARE(judged(run).step, 20);
        QVERIFY(test::contains(run.verdict.cause, "validation loss is NaN"));
    }

    // A scaler of half precision skips such steps: no collapse while the loss is sound.
    void a_gradient_norm_that_comes_back_is_an_event_alone() {
        ImportedRun run = run_of({{3, 1.0f}, {2.9f, kInfinity}, {2.8f, 1.0f}});
        QCOMPARE(judged(run).outcome, train::Outcome::healthy);
        QCOMPARE(to_json(run.events.front())["grad_norm"], Json("Infinity"));
        QCOMPARE(run.events.front().step, 20);
        run = run_of({{3, 1.0f}, {2.9f, kInfinity}, {2.8f, kNaN}});
        QCOMPARE(judged(run).step, 20);
    }

    void an_explosion_is_seen_as_in_our_own_runs() {
        std::vector<Logged> lines(20, {2.0f, 1.0f});
        for (int i = 0; i < 8; ++i) lines.push_back({9.0f, 1.0f});
        ImportedRun run = run_of(lines);
        QCOMPARE(judged(run).collapse, train::Collapse::exploding);
        QCOMPARE(run.verdict.step, 210);
    }

    void a_log_that_ends_early_is_no_result() {
        ImportedRun run = run_of({{3}, {2}});
        interop::derive(run, "train.steps", 100);
        QCOMPARE(judged(run).outcome, train::Outcome::stopped);
        run = run_of({{3}, {2}});
        run.summary["run_average_train_loss"] = 2.5;  // the record that the Trainer writes when it has ended
        interop::derive(run, "train.steps", 100);
        QCOMPARE(judged(run).outcome, train::Outcome::healthy);
        QVERIFY(test::contains(run.remarks.back(), "ends at step 20 of 100"));
        run = run_of({{3}, {2}});  // steps 10 and 20
        interop::derive(run, "train.steps", 21);
        QCOMPARE(judged(run).outcome, train::Outcome::healthy);
        QVERIFY(test::contains(run.remarks.back(), "counts from 0"));
        run = run_of({{3}, {2}});
        interop::derive(run, "train.steps", 22);
        QCOMPARE(judged(run).outcome, train::Outcome::stopped);
        run.config.train.steps = 100;
        interop::derive(run, "train.steps", -1);  // none of ours: left unknown
        QCOMPARE(run.config.train.steps, 100);
        QVERIFY(test::contains(run.remarks.back(), "train.steps"));
    }

    void a_run_directory_like_any_other() {
        ImportedRun run = run_of({{3, 1.0f}, {2, 0.5f}},
                                 {{20, "val", 2.25, 1.5, interop::kUnknown}, {20, "web", {}, 1.25, interop::kUnknown}});
        run.variant = "twin";
        run.stated = {{"learning_rate", 0.01}};
        interop::derive(run, "train.lr", 0.01);
        run.summary["total_flos"] = 1e9;
        run.remarks = {"told"};
        interop::judge(run);
        const run::RunDirectory directory = interop::write_imported_run(folder_.path(), run);
        const run::ListedRun listed = run::RunStore(folder_.path()).find(directory.id());
        QCOMPARE(listed.status, run::Status::healthy);
        QCOMPARE(listed.info.origin, std::string("/elsewhere/trainer_state.json"));
        QVERIFY(run::is_imported_log(listed.info));
        QCOMPARE(run::source_remarks(listed.info), std::vector<std::string>{"told"});
        QCOMPARE(listed.info.parameters, 0);
        QVERIFY(std::isnan(listed.info.flops_per_token) && std::isnan(listed.info.unigram_entropy));
        const run::KnownKeys known(listed.info);
        QVERIFY(known.has("train.lr") && !known.has("train.lr_min_ratio") && !known.has("model.d_model"));
        QCOMPARE(*listed.state.last_loss, 2.0);
        QCOMPARE(listed.state.summary["final_train_loss"], Json(2.0));  // steps 11 to 20, not the last lines
        QCOMPARE(listed.state.summary["final_val"], Json({{"val", 2.25}}));
        QVERIFY(!listed.state.summary.contains("seconds") && !listed.state.summary.contains("tokens_per_second"));
        QCOMPARE(listed.state.summary["total_flos"], Json(1e9));
        run::RunMetrics metrics(directory.folder());
        metrics.refresh();
        QCOMPARE(metrics[run::kTrainLoss].value, (std::vector<double>{3, 2}));
        QCOMPARE(run::evaluations(metrics, "val").value, std::vector<double>{2.25});
        QCOMPARE(run::evaluations(metrics, "web").value.size(), std::size_t{0});  // never told: no 0, no NaN
        QCOMPARE(run::evaluations(metrics, "web", "bpb").value, std::vector<double>{1.25});
        QVERIFY(metrics.problems().empty());
        QVERIFY(test::is_line_with(test::input_error([&] { run::train_run(directory, {}, {}); }),
                                   {directory.id().c_str(), "imported log", "cannot be trained"}));
    }

    // A file of two runs is known run by run; names given since then change nothing.
    void what_is_there_already() {
        const test::TempFolder here;
        std::vector<ImportedRun> runs(3, run_of({{3}}));
        runs[1].variant = "b";
        runs[2].sha256 = "cc";
        const auto first = interop::write_imported_run(here.path(), runs[0]);
        const auto second = interop::write_imported_run(here.path(), runs[1]);
        ImportedRun renamed = runs[0];
        renamed.variant = "renamed";
        runs.push_back(renamed);
        const interop::SplitRuns split = interop::split_known(here.path(), runs);
        QCOMPARE(split.fresh.size(), std::size_t{1});
        QCOMPARE(split.fresh.front().sha256, std::string("cc"));
        QCOMPARE(split.known.size(), std::size_t{3});
        QCOMPARE(split.known[0].directory.id(), first.id());
        QCOMPARE(split.known[1].directory.id(), second.id());
        QVERIFY(split.known[2].directory.id() == first.id() || split.known[2].directory.id() == second.id());
    }

    // Seeds of one stated configuration are one group; what differs in name or statement is another.
    void groups() {
        ImportedRun run = run_of({{3}});
        run.stated = {{"lr", 1}};
        const auto hash = [&] { return interop::write_imported_run(folder_.path(), run).info().config_hash; };
        const std::string first = hash();
        run.seed = 2;
        QCOMPARE(hash(), first);
        run.stated = {{"lr", 2}};
        QVERIFY(hash() != first);
        run.stated = {{"lr", 1}};
        run.variant = "other";
        QVERIFY(hash() != first);
    }

    void a_failure_leaves_nothing() {
        const test::TempFolder here;
        ImportedRun run = run_of(std::vector<Logged>(5000, {1, 1.0f}));
        QVERIFY_THROWS_EXCEPTION(ResourceError, [&] {
            const test::FileSizeLimit limit(50'000);
            interop::write_imported_run(here.path(), run);
        }());
        run.variant = "a/b";
        QVERIFY(test::is_line_with(test::input_error([&] { interop::write_imported_run(here.path(), run); }),
                                   {"variant 'a/b'", "letters"}));
        run.variant = "b";
        std::vector<ImportedRun> two = {run, run};
        two[1].study = "";
        QVERIFY(!test::input_error([&] { interop::write_imported_runs(here.path(), two); }).empty());
        QVERIFY(run::RunStore(here.path()).list().runs.empty());
        QVERIFY(run::run_folders(here.path()).empty());
    }

    void weights_make_a_model() {
        ImportedRun run = run_of({{3}});
        run.config = patched(run.config,
                             {{"model", {{"d_model", 8}, {"layers", 1}, {"heads", 2}, {"d_ff", 16}}},
                              {"data", {{"vocab_size", 20}, {"context", 12}}}},
                             "test");
        run.weights = [](const TensorSpec& spec) {
            return at::full(spec.shape, spec.name == "head.weight" ? 2.0 : 1.0, at::kHalf);
        };
        QVERIFY_THROWS_EXCEPTION(std::logic_error, interop::write_imported_run(folder_.path(), run));
        run.known = {"model", "data.vocab_size", "data.context"};
        const run::RunDirectory directory = interop::write_imported_run(folder_.path(), run);
        const infer::TrainedModel trained = infer::load_trained(directory.folder(), false);
        QCOMPARE(trained.config.data.context, 12);
        for (const auto& parameter : trained.model->parameters())
            QCOMPARE(parameter.value.mean().item<double>(), parameter.spec.name == "head.weight" ? 2.0 : 1.0);
    }
};

QTEST_GUILESS_MAIN(ImportedRunTest)
#include "imported_run_test.moc"
