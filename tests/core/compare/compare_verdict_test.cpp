#include "core/compare/verdict.h"

#include "core/base/text.h"
#include "tests/support/contains.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QtTest>

using namespace ablate;
using namespace ablate::study;
using namespace ablate::test;

namespace {

using Names = std::vector<std::string>;

Comparison comparison_in(const TempFolder& workspace) {
    return compare_study(run::RunStore(workspace.path()), "quick");
}

const SyntheticRun kNoPERun{.variant = "nope", .label = "NoPE", .patch = kNoPE};
const SyntheticRun kSiLURun{.variant = "silu", .label = "SiLU", .patch = kSiLU};
const SyntheticRun kNoNormRun{.variant = "no-norm", .label = "No norm", .patch = kNoNorm};

void write_at(const TempFolder& workspace, SyntheticRun run, double lr, const std::vector<double>& losses) {
    run.grid_point = "train.lr=" + full_precision(lr);
    run.patch.merge_patch({{"train", {{"lr", lr}}}});
    write_synthetic_seeds(workspace.path(), run, losses);
}

}  // namespace

class CompareVerdictTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void claims_rest_on_intervals_that_exclude_zero() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        write_synthetic_seeds(workspace.path(), kNoNormRun, {3.66, 3.64, 3.66});
        const Verdict found = verdict(comparison_in(workspace));
        QCOMPARE(found.worse, (Names{"NoPE", "SiLU"}));
        QCOMPARE(found.undecided, Names{"No norm"});
        QCOMPARE(found.groups_undecided, std::vector<std::size_t>{3});
        QVERIFY(found.better.empty() && found.collapsed.empty());
        QCOMPARE(found.sentence, std::string("NoPE and SiLU are worse. No norm is undecided."));
    }

    void one_seed_decides_nothing() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.2});
        write_synthetic_seeds(workspace.path(), kSiLURun, {4.2});
        const Verdict found = verdict(comparison_in(workspace));
        QVERIFY(found.better.empty() && found.worse.empty());
        QCOMPARE(found.sentence, std::string("NoPE and SiLU are undecided: one seed gives no interval."));
    }

    void reasons_that_differ_are_named_one_by_one() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.2});
        write_synthetic_seeds(workspace.path(), kSiLURun, {3.65, 3.66, 3.64});  // as the baseline, to the last bit
        write_synthetic_seeds(workspace.path(), kNoNormRun, {3.66, 3.65, 3.65});
        QCOMPARE(verdict(comparison_in(workspace)).sentence,
                 std::string("NoPE (one seed gives no interval), SiLU (no difference to the baseline beyond rounding) "
                             "and No norm are "
                             "undecided."));
    }

    void collapsed_seeds_never_make_a_variant_better() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.25, 3.26});
        SyntheticRun third = kNoPERun;
        third.seed = 3;
        third.nan_at = 23;
        write_synthetic_run(workspace.path(), third);
        SyntheticRun gone = kNoNormRun;
        gone.nan_at = 23;
        write_synthetic_seeds(workspace.path(), gone, {3.7, 3.7});
        const Verdict found = verdict(comparison_in(workspace));
        QVERIFY(found.better.empty());
        QCOMPARE(found.collapsed, Names{"No norm"});
        QCOMPARE(found.sentence, std::string("NoPE is unstable: 1 of 3 seeds collapsed. No norm collapsed."));
    }

    void a_baseline_that_collapsed_decides_nothing() {
        TempFolder workspace;
        SyntheticRun baseline;
        baseline.nan_at = 23;
        write_synthetic_seeds(workspace.path(), baseline, {3.65, 3.66});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.25, 3.26});
        QCOMPARE(verdict(comparison_in(workspace)).sentence, std::string("NoPE is undecided: the baseline collapsed."));
    }

    void a_baseline_with_collapsed_seeds_makes_none_worse() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66});
        SyntheticRun third;
        third.seed = 3;
        third.nan_at = 23;
        write_synthetic_run(workspace.path(), third);
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.75, 3.761});
        const Comparison comparison = comparison_in(workspace);
        const Verdict found = verdict(comparison);
        QVERIFY(found.worse.empty());
        QCOMPARE(found.sentence, std::string("NoPE is undecided: of the baseline, 1 of 3 seeds collapsed."));
        QCOMPARE(compare_groups(comparison, 1, 0).in_short,
                 std::string("worse by 0.1005 nats, but of the baseline, 1 of 3 seeds collapsed"));
    }

    void with_a_grid_each_is_taken_at_its_own_best() {
        TempFolder workspace;
        write_at(workspace, {}, 0.01, {3.65, 3.66, 3.64});
        write_at(workspace, {}, 0.03, {3.55, 3.56, 3.54});
        write_at(workspace, kNoPERun, 0.01, {3.60, 3.612, 3.589});  // better at 0.01, worse than the best baseline
        write_at(workspace, kNoPERun, 0.03, {3.90, 3.91, 3.89});
        const Comparison comparison = comparison_in(workspace);
        const Verdict found = verdict(comparison);
        QCOMPARE(found.worse, Names{"NoPE"});
        QCOMPARE(found.sentence, std::string("NoPE is worse. Each variant is compared at its own best grid point."));
        const std::size_t nope = comparison.best_of_variant.back();
        QCOMPARE(comparison.groups[nope].grid_point, std::string("train.lr=0.01"));
        QCOMPARE(comparison.groups[*verdict_reference(comparison, nope)].grid_point, std::string("train.lr=0.03"));
    }

    void an_uneven_grid_is_told() {
        TempFolder workspace;
        write_at(workspace, {}, 0.01, {3.65, 3.66, 3.64});
        write_at(workspace, kNoPERun, 0.01, {3.60, 3.612, 3.589});
        write_at(workspace, kNoPERun, 0.03, {3.90, 3.91, 3.89});
        QCOMPARE(verdict(comparison_in(workspace)).sentence,
                 std::string(
                     "NoPE is undecided: grid points or seeds differ from those of the baseline: confirm it with new "
                     "seeds. Not every variant has a result at every grid point. Each variant is compared at "
                     "its own best grid point."));
        SyntheticRun collapsed;
        collapsed.nan_at = 23;
        write_at(workspace, collapsed, 0.03, {3.65, 3.66, 3.64});
        QCOMPARE(verdict(comparison_in(workspace)).sentence,
                 std::string("NoPE is better. Each variant is compared at its own best grid point."));
    }

    void runs_that_still_train_are_counted() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        SyntheticRun fourth = kNoPERun;
        fourth.seed = 4;
        fourth.ended = false;
        write_synthetic_run(workspace.path(), fourth);
        QCOMPARE(verdict(comparison_in(workspace)).sentence,
                 std::string("SiLU is worse. NoPE is undecided: 1 run has not ended."));
    }

    void it_always_says_something() {
        TempFolder workspace;
        QCOMPARE(verdict(comparison_in(workspace)).sentence, std::string("There is no run to compare."));
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66});
        QCOMPARE(verdict(comparison_in(workspace)).sentence,
                 std::string("There is one variant, so there is nothing to compare it with."));
        TempFolder without_baseline;
        write_synthetic_seeds(without_baseline.path(), kNoPERun, {3.2, 3.3});
        QCOMPARE(verdict(comparison_in(without_baseline)).sentence,
                 std::string("NoPE is undecided: the baseline has no run."));
    }

    void many_variants_are_counted_after_the_first() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66});
        for (int i = 1; i <= 9; ++i)
            write_synthetic_seeds(workspace.path(),
                                  {.variant = fmt::format("v{}", i),
                                   .label = fmt::format("V{}", i),
                                   .patch = {{"train", {{"warmup", 10 + i}}}}},
                                  {3.2});
        QCOMPARE(verdict(comparison_in(workspace)).sentence,
                 std::string("V1, V2, V3, V4, V5, V6 and 3 more are undecided: one seed gives no interval."));
    }

    void a_stand_in_for_the_baseline_is_named() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.25, 3.26});
        write_synthetic_seeds(workspace.path(), kSiLURun, {3.75, 3.761});
        const run::RunStore store(workspace.path());
        Names ids;
        for (const run::ListedRun& listed : store.list().runs) ids.push_back(listed.info.id);
        QCOMPARE(verdict(compare_runs(store, ids)).sentence, std::string("SiLU is worse than NoPE."));
    }
};

QTEST_GUILESS_MAIN(CompareVerdictTest)
#include "compare_verdict_test.moc"
