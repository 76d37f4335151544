#include "core/compare/curves.h"

#include "tests/support/contains.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QtTest>

using namespace ablate;
using namespace ablate::study;
using namespace ablate::test;

namespace {

bool near(double value, double expected, double tolerance = 1e-9) { return std::abs(value - expected) <= tolerance; }

Comparison comparison_in(const TempFolder& workspace) {
    return compare_study(run::RunStore(workspace.path()), "quick");
}

const run::Series& validation(const ComparedRun& compared) { return compared.val; }

}  // namespace

class CurvesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void the_band_is_students_t_over_the_seeds() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.6582, 3.6502, 3.6458});
        const Comparison comparison = comparison_in(workspace);
        const MeanCurve curve = mean_curve(comparison, comparison.groups[0], validation, XAxis::steps);
        QCOMPARE(curve.seeds, 3);
        QCOMPARE(curve.x, (std::vector<double>{0, 20, 40, 60, 80, 100}));
        QVERIFY(near(curve.mean.back(), 3.6514, 1e-4));
        const Interval last = comparison.groups[0].final_val;
        QVERIFY(near(curve.high.back() - curve.mean.back(), *last.half_width));
        QVERIFY(near(curve.mean.back() - curve.low.back(), *last.half_width));
        QVERIFY(near(curve.high.front(), curve.low.front()));  // all begin alike
    }

    void collapsed_seeds_are_in_no_mean() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.6});
        write_synthetic_run(workspace.path(), {.seed = 2, .nan_at = 50});
        const Comparison comparison = comparison_in(workspace);
        const MeanCurve curve = mean_curve(comparison, comparison.groups[0], validation, XAxis::steps);
        QCOMPARE(curve.seeds, 1);
        QVERIFY(near(curve.mean.back(), 3.6));
        QVERIFY(curve.low.empty());
    }

    void x_is_in_the_units_asked_for() {
        TempFolder workspace;
        write_synthetic_run(workspace.path(), {.seconds = 50});
        const Comparison comparison = comparison_in(workspace);
        const ComparedRun& compared = comparison.runs[0];
        QCOMPARE(per_step(compared, XAxis::steps), 1.0);
        QCOMPARE(per_step(compared, XAxis::tokens), 32.0 * 128);
        QCOMPARE(per_step(compared, XAxis::flops), 3 * 2.5e6 * 32 * 128);
        QCOMPARE(per_step(compared, XAxis::seconds), 0.5);
        QCOMPARE(mean_curve(comparison, comparison.groups[0], validation, XAxis::seconds).x.back(), 50.0);
        QVERIFY(near(validation_at(compared, XAxis::seconds, 50), compared.final_val));
    }

    void between_evaluations_the_value_is_on_the_line() {
        TempFolder workspace;
        write_synthetic_run(workspace.path(), {});
        const ComparedRun compared = std::move(comparison_in(workspace).runs[0]);
        const double middle = (compared.val.value[0] + compared.val.value[1]) / 2;
        QVERIFY(near(validation_at(compared, XAxis::steps, 10), middle));
        QVERIFY(std::isnan(validation_at(compared, XAxis::steps, 100.1)));
        QVERIFY(std::isnan(validation_at(compared, XAxis::steps, -1)));
    }

    void differences_at_equal_steps_and_at_equal_seconds() {
        TempFolder workspace;
        write_measured_study(workspace.path());  // SiLU takes 27 s where the baseline takes 30
        const Comparison comparison = comparison_in(workspace);
        const Delta at_end = difference_at(comparison, 2, 0, XAxis::steps, 100);
        QCOMPARE(at_end.interval.mean, comparison.groups[2].delta.mean);
        QVERIFY(at_end.judgement.starts_with("worse by 0.1421 nats"));
        QVERIFY(comparison.groups[2].judgement.starts_with("worse by 0.1421 nats"));
        // After 13.5 s SiLU has done 50 steps, the baseline 45: the difference is smaller than at 45 steps each.
        const Delta steps = difference_at(comparison, 2, 0, XAxis::steps, 45);
        const Delta seconds = difference_at(comparison, 2, 0, XAxis::seconds, 13.5);
        QCOMPARE(seconds.interval.n, 3);
        QVERIFY(seconds.interval.mean < steps.interval.mean);
        const Delta beyond = difference_at(comparison, 2, 0, XAxis::seconds, 29);
        QCOMPARE(beyond.interval.n, 0);
        QVERIFY(contains(beyond.judgement, "SiLU has no value here"));
    }

    void the_furthest_step_is_one_that_all_can_be_read_at() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(furthest_common_step(comparison, {0, 1}, 0), 100.0);
        QCOMPARE(furthest_common_step(comparison, {0, 1, 2}, 0), 90.0);  // 27 s of the baseline's 30
        for (const XAxis axis : {XAxis::steps, XAxis::tokens, XAxis::flops, XAxis::seconds}) {
            const double x = position(comparison, comparison.groups[0], 90, axis);
            QCOMPARE(difference_at(comparison, 2, 0, axis, x).interval.n, 3);
        }
    }

    void without_a_healthy_run_there_is_nothing_to_read() {
        TempFolder workspace;
        write_synthetic_run(workspace.path(), {.nan_at = 30});
        const Comparison comparison = comparison_in(workspace);
        QVERIFY(mean_curve(comparison, comparison.groups[0], validation, XAxis::steps).x.empty());
        QVERIFY(std::isnan(furthest_common_step(comparison, {0}, 0)));
    }
};

QTEST_GUILESS_MAIN(CurvesTest)
#include "curves_test.moc"
