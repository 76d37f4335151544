#include "core/compare/equal_cost.h"

#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QtTest>

using namespace ablate;
using namespace ablate::study;
using namespace ablate::test;

// The QK-norm speedruns in small: a variant that is a little better per step and a fifth slower.
class EqualCostTest : public QObject {
    Q_OBJECT

    static Comparison pair(const TempFolder& workspace, double seconds, bool collapses = false) {
        const Json qk_norm = {{"model", {{"norm", {{"q", {{"kind", "rms"}}}}}}}};
        for (std::int64_t seed = 1; seed <= 3; ++seed) {
            const double noise = 0.001 * static_cast<double>(seed);
            write_synthetic_run(workspace.path(), {.seed = seed, .final_loss = 3.65 + noise, .seconds = 100});
            write_synthetic_run(workspace.path(), {.variant = "qwen3",
                                                   .label = "Qwen3",
                                                   .patch = qk_norm,
                                                   .seed = seed,
                                                   .final_loss = 3.64 + 1.1 * noise,
                                                   .nan_at = collapses ? 40 : -1,
                                                   .seconds = seconds});
        }
        return compare_study(run::RunStore(workspace.path()), "quick");
    }

  private Q_SLOTS:
    void better_per_step_and_worse_per_second() {
        const TempFolder workspace;
        const Comparison comparison = pair(workspace, 120);
        const std::vector<EqualCost> costs = equal_costs(comparison);
        QCOMPARE(costs.size(), std::size_t{1});
        const EqualCost& cost = costs.front();
        QVERIFY(std::abs(cost.slower - 0.2) < 1e-9);
        QVERIFY(cost.at_step.interval.mean < 0 && cost.at_step.interval.distinguishable());
        QVERIFY(cost.at_seconds.interval.mean > 0 && cost.at_seconds.interval.distinguishable());
        QVERIFY(is_line_with(remark(comparison, cost), {"Qwen3", "lower at equal steps", "higher at equal time"}));
    }

    // Both are read where both have been: at 100 s the slower one has done 83 steps.
    void nothing_is_read_beyond_a_run() {
        const TempFolder workspace;
        const EqualCost cost = equal_costs(pair(workspace, 120)).front();
        QVERIFY(cost.step <= 100 && cost.seconds <= 100);
    }

    void where_both_readings_agree_nothing_is_said() {
        const TempFolder workspace;
        const Comparison comparison = pair(workspace, 100);
        QCOMPARE(remark(comparison, equal_costs(comparison).front()), "");
    }

    // Runs beside a build, say: equal time would tell a tale.
    void times_that_the_flops_do_not_explain_are_not_read() {
        const TempFolder workspace;
        const Comparison comparison = pair(workspace, 250);
        const EqualCost cost = equal_costs(comparison).front();
        QVERIFY(cost.disturbed);
        QCOMPARE(cost.step, 100.0);
        QCOMPARE(cost.at_seconds.interval.n, 0);
        QVERIFY(is_line_with(remark(comparison, cost), {"2.5 times as long", "equal time says nothing"}));
    }

    // Of a step, not of the whole run: a variant of fewer steps costs less, and its steps no less.
    void other_steps_are_no_disturbance() {
        const TempFolder workspace;
        const Json shorter = {{"train", {{"steps", 40}}}};
        for (std::int64_t seed = 1; seed <= 2; ++seed) {
            write_synthetic_run(workspace.path(), {.seed = seed, .seconds = 100});
            write_synthetic_run(workspace.path(),
                                {.variant = "short", .label = "Short", .patch = shorter, .seed = seed, .seconds = 40});
        }
        const std::vector<EqualCost> costs = equal_costs(compare_study(run::RunStore(workspace.path()), "quick"));
        QCOMPARE(costs.size(), std::size_t{1});
        QVERIFY(!costs.front().disturbed && std::abs(costs.front().slower) < 1e-9);
    }

    // Runs that took a few hundredths of a second, or trained side by side.
    void short_and_shared_times() {
        const TempFolder quick, shared;
        const Comparison comparison = pair(quick, 0.4);
        const EqualCost short_one = equal_costs(comparison).front();
        QVERIFY(short_one.too_short && !short_one.has_times());
        QCOMPARE(step_time_text(short_one), std::string("–"));
        QCOMPARE(short_one.at_seconds.interval.n, 0);
        QCOMPARE(short_one.step, 100.0);
        QVERIFY(to_json(comparison)["equal_cost"][0]["step_time_ratio"].is_null());
        // All of them were written with the same times of their steps.
        const EqualCost rough = equal_costs(pair(shared, 123.4)).front();
        QVERIFY(rough.shared);
        QCOMPARE(step_time_text(rough), std::string("≈ +23 %"));
        EqualCost alone = rough;
        alone.shared = false;
        QCOMPARE(step_time_text(alone), std::string("+23.40 %"));
    }

    // Of a log whose FLOPs nobody told a slow step proves nothing, and without a reading at equal time none disagrees.
    void without_flops_or_time_nothing_is_said() {
        const TempFolder workspace;
        Comparison comparison = pair(workspace, 250);
        for (ComparedRun& run : comparison.runs) run.listed.info.flops_per_token = std::nan("");
        EqualCost cost = equal_costs(comparison).front();
        QVERIFY(!cost.disturbed);
        cost.at_seconds = {};
        QCOMPARE(remark(comparison, cost), "");
    }

    void a_collapsed_variant_has_no_cost() {
        const TempFolder workspace;
        QVERIFY(equal_costs(pair(workspace, 100, true)).empty());
    }
};

QTEST_GUILESS_MAIN(EqualCostTest)
#include "equal_cost_test.moc"
