#include "core/compare/comparison_metrics.h"

#include "core/compare/comparison.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;
using study::MetricsCache;
using study::MetricsPtr;
using test::TempFolder;

class ComparisonMetricsTest : public QObject {
    Q_OBJECT

    static void add_step(const run::ListedRun& run, std::int64_t step, float loss) {
        const auto& folder = run.directory.folder();
        const auto size = std::filesystem::file_size(io::event_files(folder).back());
        io::TensorBoardWriter log(folder, static_cast<std::int64_t>(size));
        log.append({2000.0, step, {{run::kTrainLoss, loss}}});
        log.flush();
    }
    static std::vector<run::ListedRun> runs_of(const TempFolder& workspace) {
        return run::RunStore(workspace.path()).list().runs;
    }

  private Q_SLOTS:
    void a_run_at_rest_is_read_once() {
        TempFolder workspace;
        test::write_synthetic_run(workspace.path(), {});
        auto runs = runs_of(workspace);
        MetricsCache cache;
        const MetricsPtr first = cache.read(runs)[0];
        QCOMPARE((*first)[run::kTrainLoss].step.size(), std::size_t{100});
        add_step(runs[0], 100, 1);
        QCOMPARE(cache.read(runs)[0], first);
        QCOMPARE((*first)[run::kTrainLoss].step.size(), std::size_t{100});
        runs[0].state.updated += 1;  // it went on and ended again
        const MetricsPtr second = cache.read(runs)[0];
        QCOMPARE((*second)[run::kTrainLoss].step.size(), std::size_t{101});
    }

    void of_a_run_that_trains_what_was_handed_out_stays() {
        TempFolder workspace;
        test::write_synthetic_run(workspace.path(), {.ended = false});
        auto runs = runs_of(workspace);
        runs[0].status = run::Status::running;
        MetricsCache cache;
        std::vector<MetricsPtr> held;
        std::set<const void*> copies;
        for (std::int64_t step = 50; step < 56; ++step) {
            held.push_back(cache.read(runs)[0]);
            copies.insert(held.back().get());
            QCOMPARE((*held.back())[run::kTrainLoss].step.size(), static_cast<std::size_t>(step));
            if (held.size() > 1) {  // what the one before saw
                QCOMPARE((*held.front())[run::kTrainLoss].step.size(), static_cast<std::size_t>(step) - 1);
                held.erase(held.begin());
            }
            add_step(runs[0], step, 1);
        }
        QCOMPARE(copies.size(), std::size_t{2});  // in turn
    }

    void runs_no_longer_compared_are_forgotten() {
        TempFolder workspace;
        test::write_synthetic_seeds(workspace.path(), {}, {3.6, 3.7});
        const auto runs = runs_of(workspace);
        MetricsCache cache;
        const std::weak_ptr<const run::RunMetrics> second = cache.read(runs)[1];
        QVERIFY(!second.expired());
        cache.read({runs[0]});
        QVERIFY(second.expired());
    }

    void a_comparison_takes_what_was_read_before() {
        TempFolder workspace;
        test::write_measured_study(workspace.path());
        const run::RunStore store(workspace.path());
        MetricsCache cache;
        const study::Comparison before = study::compare_named_study(store, "quick", &cache);
        test::write_synthetic_run(workspace.path(),
                                  {.variant = "silu", .label = "SiLU", .patch = test::kSiLU, .seed = 4});
        const study::Comparison after = study::compare_named_study(store, "quick", &cache);
        QCOMPARE(after.runs.size(), before.runs.size() + 1);
        for (std::size_t i = 0; i < before.runs.size(); ++i) QCOMPARE(after.runs[i].metrics, before.runs[i].metrics);
        QVERIFY(study::compare_named_study(store, "quick").runs[0].metrics != before.runs[0].metrics);
    }
};

QTEST_GUILESS_MAIN(ComparisonMetricsTest)
#include "comparison_metrics_test.moc"
