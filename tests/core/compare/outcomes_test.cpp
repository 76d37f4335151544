#include "core/compare/judgement.h"

#include "core/compare/more_seeds.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QTest>
#include <numeric>

using namespace ablate;
using namespace ablate::study;
using namespace ablate::test;

namespace {

const SyntheticRun kNoPERun{.variant = "nope", .label = "NoPE", .patch = kNoPE};

Comparison comparison_in(const TempFolder& workspace) {
    return compare_study(run::RunStore(workspace.path()), "quick");
}

const Judgement& nope(const Comparison& comparison) {
    for (const Group& group : comparison.groups)
        if (group.variant == "nope") return group.judged;
    throw std::logic_error("no variant nope");
}

template <class Set>
Comparison with(Comparison comparison, Set set) {
    Rules rules;
    set(rules);
    judge_by(comparison, rules);
    return comparison;
}

// Losses of a run by stretch of the text: `mean` with a pattern that is the variant's own, of deviation `spread`.
std::vector<double> blocks_of(double mean, double spread) {
    std::vector<double> blocks(20);
    for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] = mean + (i % 2 ? spread : -spread);
    return blocks;
}

void write_with_blocks(const TempFolder& workspace, SyntheticRun run, const std::vector<double>& losses,
                       double spread) {
    for (std::size_t i = 0; i < losses.size(); ++i) {
        run.seed = static_cast<std::int64_t>(i) + 1;
        run.final_loss = losses[i];
        run.final_blocks = blocks_of(losses[i], spread);
        write_synthetic_run(workspace.path(), run);
    }
}

}  // namespace

class OutcomesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // "No effect" is said only where a margin was chosen before.
    void equivalent_needs_a_margin_chosen_before() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.651, 3.659, 3.6405});  // +0.001, -0.001, +0.0005
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(nope(comparison).outcome, Outcome::undecided);
        QVERIFY(nope(comparison).at_most && *nope(comparison).at_most < 0.004);
        QCOMPARE(nope(with(comparison, [](Rules& rules) { rules.margin = 0.01; })).outcome, Outcome::equivalent);
        QCOMPARE(nope(with(comparison, [](Rules& rules) { rules.margin = 0.002; })).outcome, Outcome::undecided);
        const Comparison late = with(comparison, [](Rules& rules) {
            rules.margin = 0.01;
            rules.chosen_after = true;
        });
        QCOMPARE(nope(late).outcome, Outcome::undecided);
        QVERIFY(!late.family.remarks.empty());
        QVERIFY(late.family.remarks.front().starts_with("Chosen after seeing data"));
    }

    void a_difference_may_be_smaller_than_the_margin() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.66, 3.6701, 3.6499});
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(nope(comparison).outcome, Outcome::worse);
        QVERIFY(!nope(comparison).within_margin);
        const Comparison with_margin = with(comparison, [](Rules& rules) { rules.margin = 0.05; });
        QCOMPARE(nope(with_margin).outcome, Outcome::worse);
        QVERIFY(nope(with_margin).within_margin);
    }

    // The more variants are judged, the wider each interval: t(2, 1 - 0.05 / 2k).
    void the_interval_is_that_of_the_family() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(comparison.family.family.comparisons, std::int64_t{2});
        const PairedInterval& two = nope(comparison).interval;
        QCOMPARE(two.error, 0.025);
        QVERIFY(std::abs(*two.half_width / *two.unadjusted_half_width - 6.2053473 / 4.3026527) < 1e-6);
        const Comparison planned =
            with(comparison, [](Rules& rules) { rules.comparisons = 5; });  // three of them have no run yet
        QCOMPARE(nope(planned).interval.error, 0.01);
        QVERIFY(*nope(planned).interval.half_width > *two.half_width);
        QVERIFY(nope(comparison).holm_p && *nope(comparison).holm_p >= *two.p_value);
        QCOMPARE(nope(comparison).better_seeds, std::int64_t{0});
        QCOMPARE(nope(comparison).seeds, std::int64_t{3});
    }

    // Each seed shows the same difference, but the text decides its sign: more seeds would not help.
    void the_noise_of_the_text_is_in_the_interval() {
        TempFolder workspace;
        write_with_blocks(workspace, {}, {3.65, 3.66, 3.64}, 0);
        write_with_blocks(workspace, kNoPERun, {3.66, 3.6701, 3.6499}, 0.2);
        const Comparison comparison = comparison_in(workspace);
        const Judgement& judged = nope(comparison);
        QVERIFY(judged.interval.blocks_half && *judged.interval.blocks_half > *judged.interval.seeds_half);
        // t(19, 0.975) 0.2 sqrt(20 / 19) / sqrt(20)
        QVERIFY(std::abs(*judged.interval.blocks_half - 2.0930241 * 0.2 / std::sqrt(19.0)) < 1e-6);
        QCOMPARE(judged.outcome, Outcome::undecided);
        QVERIFY(judged.needs_text && !judged.seeds_needed);
        QVERIFY(why_no_seeds(comparison, verdict(comparison)).empty() ||
                why_no_seeds(comparison, verdict(comparison)).find("text") != std::string::npos);
        QVERIFY(comparison.family.remarks.empty());  // the text's noise is known
    }

    void a_seed_that_collapsed_makes_a_variant_unstable() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(), kNoPERun, {3.25, 3.26});
        SyntheticRun third = kNoPERun;
        third.seed = 3;
        third.nan_at = 23;
        write_synthetic_run(workspace.path(), third);
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(nope(comparison).outcome, Outcome::unstable);
        QVERIFY(!nope(comparison).survivors_worse);  // they look better, which says nothing
        QCOMPARE(nope(with(comparison, [](Rules& rules) { rules.margin = 1; })).outcome, Outcome::unstable);
        QCOMPARE(comparison.groups.back().ranks, (RankRange{0, 0}));
    }

    void what_has_not_ended_or_is_missing_decides_nothing() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(nope(comparison).outcome, Outcome::worse);
        const Comparison planned = with(comparison, [](Rules& rules) { rules.seeds = {1, 2, 3, 4}; });
        QCOMPARE(nope(planned).outcome, Outcome::undecided);
        QCOMPARE(nope(planned).reason, std::string("seed 4, which the plan has, has no run"));
    }

    void no_verdict_between_looks_and_a_kept_one_stays() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const Comparison comparison = comparison_in(workspace);
        const Comparison at_a_look = with(comparison, [](Rules& rules) { rules.looks = {3, 5}; });
        QCOMPARE(nope(at_a_look).outcome, Outcome::worse);
        QCOMPARE(nope(at_a_look).interval.error, 0.05 / 2 / 2);
        QCOMPARE(nope(with(comparison, [](Rules& rules) { rules.looks = {2, 5}; })).outcome, Outcome::undecided);
        const Comparison kept = with(comparison, [](Rules& rules) {
            rules.looks = {2, 5};
            rules.kept = {{"nope", "worse", 2}};
        });
        QCOMPARE(nope(kept).outcome, Outcome::worse);
    }

    void additions_without_a_plan_halve_the_error() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        QCOMPARE(nope(with(comparison_in(workspace), [](Rules& rules) { rules.additions = 2; })).interval.error,
                 0.05 / 2 / 4);
    }

    // A best of more points is lower by chance alone, so it asks for new seeds.
    void a_best_of_more_grid_points_is_to_be_confirmed() {
        TempFolder workspace;
        const auto write_at = [&](SyntheticRun run, double rate, const std::vector<double>& losses) {
            run.grid_point = fmt::format("train.lr={}", rate);
            run.patch["train"] = {{"lr", rate}};
            write_synthetic_seeds(workspace.path(), run, losses);
        };
        write_at({}, 0.01, {3.65, 3.66, 3.64});
        write_at(kNoPERun, 0.01, {3.60, 3.612, 3.589});
        write_at(kNoPERun, 0.03, {3.90, 3.91, 3.89});
        const Comparison comparison = comparison_in(workspace);
        const MoreSeeds more = confirmation(comparison, 2);
        QCOMPARE(more.requests.size(), std::size_t{2});
        QCOMPARE(more.requests.front().seeds, (std::vector<std::int64_t>{4, 5}));
        QCOMPARE(more.runs, std::int64_t{4});
    }
};

QTEST_GUILESS_MAIN(OutcomesTest)
#include "outcomes_test.moc"
