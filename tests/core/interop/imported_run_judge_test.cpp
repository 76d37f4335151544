#include "core/interop/imported_run_judge.h"
#include "app/ablate/run_json.h"
#include "core/compare/comparison.h"
#include "core/report/report.h"
#include "core/run/metrics.h"
#include "core/train/register.h"
#include "tests/support/contains.h"
#include "tests/support/temp_folder.h"

#include <QFloat16>  // QCOMPARE of Json asks whether it converts to one
#include <QTest>

#include <cmath>

using namespace ablate;
using interop::ImportedRun;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// A log of a line every ten steps: loss and gradient norm.
ImportedRun run_of(const std::vector<std::pair<float, std::optional<float>>>& lines) {
    ImportedRun run;
    run.study = "logs";
    run.variant = "run1";
    run.format = "hf-trainer";
    run.path = "/elsewhere/trainer_state.json";
    run.sha256 = "aa";
    for (const auto& [loss, norm] : lines) {
        run.steps += 10;
        run.metrics.push_back({interop::kUnknown, run.steps, {{run::kTrainLoss, loss}}});
        if (norm) run.metrics.back().values.emplace_back(run::kGradNorm, *norm);
    }
    interop::judge(run);
    return run;
}

}  // namespace

// What an imported log is not allowed to hide, and what it does not know.
class ImportedRunJudgeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    // Losses of 0.0 that the Trainer's filter wrote before the end enter no mean.
    void zeros_in_the_middle_are_revealed() {
        ImportedRun run = run_of({{3.0f, 1.0f}, {2.5f, 1.0f}, {0.0f, kNaN}, {0.0f, kNaN}, {2.0f, 1.0f}});
        QCOMPARE(run.verdict.outcome, train::Outcome::healthy);
        QVERIFY(std::isnan(run.metrics[2].values[0].second) && std::isnan(run.metrics[3].values[0].second));
        QCOMPARE(run.metrics[4].values[0].second, 2.0f);
        QVERIFY(test::contains(run.remarks.back(), "2 training losses are logged as 0.0"));
        QVERIFY(test::contains(run.remarks.back(), "first at step 30"));
        QCOMPARE(type_of(run.events.front()), std::string("non_finite"));
        QCOMPARE(run.events.front().step, 30);
        // Logged at each step, the zeros are among the last ten steps, whose mean is the final loss.
        ImportedRun dense = run_of({{3.0f, 1.0f}});
        dense.metrics.clear();
        for (std::int64_t step = 1; step <= 20; ++step) {
            const bool hidden = step == 15 || step == 16;
            dense.metrics.push_back({interop::kUnknown, step, {{run::kTrainLoss, hidden ? 0.0f : 2.5f}}});
            dense.metrics.back().values.emplace_back(run::kGradNorm, hidden ? kNaN : 1.0f);
        }
        dense.steps = 20;
        interop::judge(dense);
        const test::TempFolder folder;
        const run::RunDirectory written = interop::write_imported_run(folder.path(), dense);
        QCOMPARE(written.state().summary["final_train_loss"].get<double>(), 2.5);
        // Up to the end they are a collapse as before; a zero beside a sound norm stays.
        run = run_of({{3.0f, 1.0f}, {0.0f, kNaN}, {2.0f, 1.0f}, {0.0f, kNaN}, {0.0f, kNaN}});
        QCOMPARE(run.verdict.collapse, train::Collapse::non_finite);
        QVERIFY(std::isnan(run.metrics[1].values[0].second));
        run = run_of({{3.0f, 1.0f}, {0.0f, 1.0f}, {2.0f, 1.0f}});
        QCOMPARE(run.metrics[1].values[0].second, 0.0f);
    }

    void what_is_not_known_is_null() {
        const test::TempFolder folder;
        ImportedRun run = run_of({{3.0f, {}}, {2.5f, {}}});
        const Json unknown = app::run_json(run::read_run(interop::write_imported_run(folder.path(), run).folder()));
        QVERIFY(unknown["info"]["seed"].is_null() && unknown["info"]["parameters"].is_null());
        QVERIFY(unknown["state"]["tokens_per_second"].is_null());
        run.knows_seed = true;
        run.seed = 3;
        run.parameters = 1000;
        const Json known = app::run_json(run::read_run(interop::write_imported_run(folder.path(), run).folder()));
        QCOMPARE(known["info"]["seed"], Json(3));
        QCOMPARE(known["info"]["parameters"], Json(1000));
    }

    void no_seed_is_told_of_a_log_without_one() {
        const test::TempFolder folder;
        const ImportedRun run = run_of({{3.0f, {}}, {2.5f, {}}});
        interop::write_imported_run(folder.path(), run);
        interop::write_imported_run(folder.path(), run);
        const study::Comparison comparison = study::compare_study(run::RunStore(folder.path()), "logs");
        std::string notes;
        for (const std::string& note : comparison.notes) notes += note + "\n";
        QVERIFY(test::contains(notes, "run1, seed unknown: imported 2 times"));
    }

    // Without gradient norms there is no multiple of the baseline's.
    void no_norms_in_the_report_of_a_log_without_any() {
        const auto row = [](const std::optional<float>& norm) {
            const test::TempFolder folder;
            ImportedRun run = run_of({{3.0f, norm}, {2.5f, norm}});
            run.variant = "baseline";
            interop::write_imported_run(folder.path(), run);
            const std::string report =
                report::to_markdown(study::compare_study(run::RunStore(folder.path()), "logs"), {});
            const std::size_t begin = report.find("Training stability");
            return report.substr(begin, report.find("Computational efficiency") - begin);
        };
        QVERIFY(test::contains(row(1.0f), "1.00"));
        QVERIFY(row({}).find("1.00") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(ImportedRunJudgeTest)
#include "imported_run_judge_test.moc"
