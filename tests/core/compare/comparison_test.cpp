#include "core/compare/comparison.h"

#include "core/base/text.h"
#include "core/compare/wording.h"
#include "tests/support/contains.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QtTest>
#include <fstream>

using namespace ablate;
using namespace ablate::study;
using namespace ablate::test;

namespace {

bool near(double value, double expected, double tolerance) { return std::abs(value - expected) <= tolerance; }

bool any_note(const Comparison& comparison, const std::string& part) {
    for (const std::string& note : comparison.notes)
        if (note.find(part) != std::string::npos) return true;
    qWarning("no note contains '%s' in:\n%s", part.c_str(), join(comparison.notes, "\n").c_str());
    return false;
}

const Group& group_named(const Comparison& comparison, const std::string& name) {
    for (const Group& group : comparison.groups)
        if (group.name == name) return group;
    throw std::logic_error("no group " + name);
}

Comparison comparison_in(const TempFolder& workspace) {
    return compare_study(run::RunStore(workspace.path()), "quick");
}

}  // namespace

class ComparisonTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void measured_differences_paired_by_seed() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(comparison.groups.size(), std::size_t{3});
        QVERIFY(comparison.groups[0].is_baseline);
        const Group& nope = group_named(comparison, "nope");
        QVERIFY(near(nope.delta.mean, 0.0814667, 1e-6));
        QVERIFY(near(*nope.delta.half_width, 6.2053473 * 0.00228983 / std::sqrt(3.0), 1e-6));
        QCOMPARE(nope.judgement,
                 std::string("worse by 0.0815 nats (97.5 % interval 0.0733 to 0.0897, 3 seeds, p = 0.0003); better on "
                             "0 of 3 seeds"));
        QVERIFY(near(nope.delta_relative, 0.0814667 / 3.6514, 1e-6));
        QVERIFY(near(group_named(comparison, "silu").delta.mean, 0.142067, 1e-5));
        QCOMPARE(comparison.groups[0].judgement, std::string("the baseline"));
        QVERIFY(!comparison.has_grid());
        QCOMPARE(comparison.groups[0].flops, 3 * 2.5e6 * 100 * 32 * 128);
    }

    void differences_name_what_changed() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const Comparison comparison = comparison_in(workspace);
        QVERIFY(comparison.differences_of(0).empty());
        const auto differences = comparison.differences_of(1);
        QVERIFY(!differences.empty());
        QVERIFY(contains(in_words(differences.front()), "NoPE"));
    }

    void one_seed_has_no_interval() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE}, {3.6623});
        const Comparison comparison = comparison_in(workspace);
        QVERIFY(!comparison.groups[1].delta.half_width);
        QCOMPARE(comparison.groups[1].judgement,
                 std::string("one seed: no interval, so the difference of +0.0123 cannot be told from noise"));
        QVERIFY(any_note(comparison, "one seed"));
    }

    void a_difference_within_the_spread() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE},
                              {3.66, 3.65, 3.65});
        const Comparison comparison = comparison_in(workspace);
        const Group& nope = group_named(comparison, "nope");
        QVERIFY(!nope.delta.distinguishable());
        QVERIFY(contains(nope.judgement,
                         "undecided: at most 0.0320 nats apart (95 % interval -0.0254 to +0.0320, 3 seeds)"));
    }

    void an_improvement_is_called_one() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE},
                              {3.55, 3.561, 3.539});
        const Comparison comparison = comparison_in(workspace);
        const Group& nope = group_named(comparison, "nope");
        QVERIFY(contains(nope.judgement, "better by 0.1000 nats (95 % interval 0.0975 to 0.1025"));
    }

    void collapsed_seeds_are_a_rate_and_in_no_mean() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        SyntheticRun variant{.variant = "no-norm", .label = "No norm", .patch = kNoNorm};
        write_synthetic_seeds(workspace.path(), variant, {3.75, 3.77});
        variant.seed = 3;
        variant.nan_at = 23;
        write_synthetic_run(workspace.path(), variant);
        const Comparison comparison = comparison_in(workspace);
        const Group& group = group_named(comparison, "no-norm");
        QCOMPARE(group.collapsed, 1);
        QCOMPARE(group.healthy(), 2);
        QVERIFY(near(group.final_val.mean, 3.76, 1e-9));
        QVERIFY(near(group.delta.mean, 0.105, 1e-9));
        QVERIFY(contains(group.judgement, "1 of 3 seeds collapsed"));
        QCOMPARE(group.collapse_causes.front(), std::string("seed 3: loss is NaN at step 23, first in blocks.2.attn"));
    }

    void a_collapsed_baseline_leaves_nothing_to_compare() {
        TempFolder workspace;
        write_synthetic_run(workspace.path(), {.nan_at = 10});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE}, {3.7});
        const Comparison comparison = comparison_in(workspace);
        QVERIFY(contains(comparison.groups[1].judgement, "the baseline collapsed here"));
        QCOMPARE(comparison.groups[1].delta.n, 0);
    }

    void a_variant_that_is_all_collapse() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65});
        write_synthetic_run(workspace.path(),
                            {.variant = "no-norm", .label = "No norm", .patch = kNoNorm, .nan_at = 23});
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(comparison.groups[1].judgement,
                 std::string("1 of 1 seed collapsed: seed 1: loss is NaN at step 23, first in blocks.2.attn"));
        QVERIFY(std::isnan(comparison.groups[1].final_val.mean));
    }

    // S8 of the source reports: a switch that was never wired gives losses equal to 8e-6.
    void a_loss_too_close_to_the_baselines() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {1.390205});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE}, {1.390216});
        const Comparison comparison = comparison_in(workspace);
        const Group& nope = group_named(comparison, "nope");
        QVERIFY(nope.too_close);
        QVERIFY(contains(nope.judgement,
                         "agrees with the baseline to 8e-06: check that the change reached the computation"));
    }

    void other_settings_under_one_name_are_never_merged() {
        TempFolder workspace;
        const Json shorter{{"train", {{"steps", 50}}}};
        write_synthetic_seeds(workspace.path(), {.patch = shorter}, {4.0});
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66});
        const Comparison newest = comparison_in(workspace);
        QCOMPARE(newest.groups.size(), std::size_t{1});
        QCOMPARE(newest.groups[0].runs.size(), std::size_t{2});
        QVERIFY(any_note(newest, "1 run of other settings left out"));

        const run::RunStore store(workspace.path());
        const std::vector<VariantPoint> old_points{{"baseline", "baseline", "Baseline", "", synthetic_config(shorter)}};
        const Comparison chosen = compare_study(store, "quick", old_points);
        QCOMPARE(chosen.groups.size(), std::size_t{1});
        QCOMPARE(chosen.groups[0].config.train.steps, 50);
        QVERIFY(any_note(chosen, "2 runs of other settings left out"));

        const std::vector<VariantPoint> unknown{
            {"baseline", "baseline", "Baseline", "", synthetic_config({{"train", {{"steps", 7}}}})}};
        const Comparison fallen_back = compare_study(store, "quick", unknown);
        QCOMPARE(fallen_back.groups[0].config.train.steps, 100);
        QVERIFY(any_note(fallen_back, "no run has the study's present settings"));
    }

    void a_study_edited_beyond_recognition_still_shows_its_runs() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {.grid_point = "train.lr=0.01"}, {3.65});
        const Comparison comparison = compare_study(run::RunStore(workspace.path()), "quick", {"baseline"});
        QCOMPARE(comparison.groups.size(), std::size_t{1});
        QVERIFY(any_note(comparison, "no run is of a point the study has now"));
    }

    void points_come_in_study_order() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {.variant = "silu", .label = "SiLU", .patch = kSiLU}, {3.8});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE}, {3.7});
        write_synthetic_seeds(workspace.path(), {}, {3.65});
        const Comparison comparison =
            compare_study(run::RunStore(workspace.path()), "quick", {"baseline", "nope", "silu"});
        QCOMPARE(comparison.groups[0].name, std::string("baseline"));
        QCOMPARE(comparison.groups[1].name, std::string("nope"));
        QCOMPARE(comparison.groups[2].name, std::string("silu"));
    }

    void the_best_grid_point_of_each_variant() {
        TempFolder workspace;
        const auto write = [&](SyntheticRun run, double lr, double loss, std::int64_t nan_at) {
            run.grid_point = "train.lr=" + full_precision(lr);
            run.patch["train"]["lr"] = lr;
            run.final_loss = loss;
            run.nan_at = nan_at;
            write_synthetic_run(workspace.path(), run);
        };
        const SyntheticRun baseline, no_norm{.variant = "no-norm", .label = "No norm", .patch = kNoNorm};
        write(baseline, 0.001, 3.65, -1);
        write(baseline, 0.01, 3.06, -1);
        write(baseline, 0.03, 3.15, -1);
        write(no_norm, 0.001, 3.51, -1);
        write(no_norm, 0.01, 3.05, -1);
        write(no_norm, 0.03, 0.0, 23);
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(comparison.groups.size(), std::size_t{6});
        QCOMPARE(comparison.baselines.size(), std::size_t{3});
        QVERIFY(comparison.has_grid());
        QCOMPARE(comparison.best_of_variant.size(), std::size_t{2});
        QCOMPARE(comparison.groups[comparison.best_of_variant[0]].name, std::string("baseline@train.lr=0.01"));
        QCOMPARE(comparison.groups[comparison.best_of_variant[1]].name, std::string("no-norm@train.lr=0.01"));
        QVERIFY(near(group_named(comparison, "no-norm@train.lr=0.001").delta.mean, -0.14, 1e-9));
        QVERIFY(contains(group_named(comparison, "no-norm@train.lr=0.03").judgement, "collapsed"));
    }

    void seeds_pair_only_where_batches_do() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        write_synthetic_seeds(workspace.path(),
                              {.variant = "big-batch", .label = "Batch 64", .patch = {{"train", {{"batch", 64}}}}},
                              {3.5, 3.52, 3.51});
        const Comparison comparison = comparison_in(workspace);
        const Delta delta = compare_groups(comparison, 1, 0);
        QVERIFY(!delta.paired);
        QVERIFY(contains(delta.judgement, "unpaired"));
        QVERIFY(any_note(comparison, "the validation windows differ"));
        QVERIFY(any_note(comparison, "1,280 windows of 128 tokens"));
    }

    // As many tokens in longer windows are another text: every token has other context.
    void equal_products_of_windows_and_context_are_different_texts() {
        const auto differ = [](const Json& train, std::int64_t context) {
            TempFolder workspace;
            write_synthetic_seeds(workspace.path(), {}, {3.65});
            write_synthetic_seeds(
                workspace.path(),
                {.variant = "other", .label = "Other", .patch = {{"train", train}, {"data", {{"context", context}}}}},
                {3.5});
            return any_note(comparison_in(workspace), "the validation windows differ");
        };
        QVERIFY(differ({{"batch", 64}}, 64));
        QVERIFY(differ({{"batch", 16}}, 128));
        QVERIFY(!differ({{"batch", 16}, {"accumulate", 2}, {"eval_windows", 640}}, 128));
        QVERIFY(!differ({{"lr", 0.5}}, 128));
    }

    void other_data_cannot_be_compared() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {.data_note = "stories stand in"}, {3.65});
        write_synthetic_seeds(workspace.path(),
                              {.variant = "nope", .label = "NoPE", .patch = kNoPE, .data_sha256 = "cccc"}, {2.1});
        const Comparison comparison = comparison_in(workspace);
        QVERIFY(contains(comparison.groups[1].judgement, "other data than the baseline"));
        QVERIFY(any_note(comparison, "different data"));
        QVERIFY(any_note(comparison, "stories stand in"));
    }

    void unfinished_and_repeated_runs() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65});
        write_synthetic_seeds(workspace.path(), {}, {3.67});
        write_synthetic_run(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE, .ended = false});
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(comparison.groups[0].runs.size(), std::size_t{1});
        QVERIFY(near(comparison.groups[0].final_val.mean, 3.67, 1e-9));
        QVERIFY(any_note(comparison, "trained 2 times"));
        QCOMPARE(comparison.groups[1].unfinished, 1);
        QVERIFY(any_note(comparison, "nope: 1 of 1 seed not finished"));
    }

    void a_damaged_run_is_a_note() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65});
        const auto broken = write_synthetic_run(workspace.path(), {.seed = 2});
        std::ofstream(broken.folder() / "run.json") << "{";
        const Comparison comparison = comparison_in(workspace);
        QCOMPARE(comparison.groups[0].runs.size(), std::size_t{1});
        QVERIFY(any_note(comparison, "left out, damaged"));
    }

    void named_runs_without_a_baseline() {
        TempFolder workspace;
        const auto nope = write_synthetic_run(workspace.path(), {.variant = "nope", .patch = kNoPE, .final_loss = 3.7});
        const auto silu = write_synthetic_run(workspace.path(), {.variant = "silu", .patch = kSiLU, .final_loss = 3.8});
        const run::RunStore store(workspace.path());
        const Comparison comparison = compare_runs(store, {nope.id(), silu.id(), nope.id()});
        QCOMPARE(comparison.runs.size(), std::size_t{2});
        QVERIFY(comparison.groups[0].is_baseline);
        QVERIFY(near(comparison.groups[1].delta.mean, 0.1, 1e-9));
        QVERIFY(!input_error([&] { compare_runs(store, {"zzzz"}); }).empty());
    }

    void runs_of_one_name_and_other_settings_keep_apart() {
        TempFolder workspace;
        const auto one = write_synthetic_run(workspace.path(), {});
        const auto other =
            write_synthetic_run(workspace.path(), {.patch = {{"train", {{"lr", 0.02}}}}, .final_loss = 3.7});
        const Comparison comparison = compare_runs(run::RunStore(workspace.path()), {one.id(), other.id()});
        QCOMPARE(comparison.groups.size(), std::size_t{2});
        QVERIFY(comparison.groups[0].name != comparison.groups[1].name);
        QVERIFY(plain_label(comparison.groups[0]) != plain_label(comparison.groups[1]));
    }

    void an_empty_workspace() {
        TempFolder workspace;
        const Comparison comparison = comparison_in(workspace);
        QVERIFY(comparison.groups.empty());
        QVERIFY(to_json(comparison)["groups"].empty());
    }

    void json_keeps_full_precision_and_non_finite_values() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.123456789012345});
        write_synthetic_run(workspace.path(), {.variant = "no-norm", .patch = kNoNorm, .nan_at = 3});
        const Json json = to_json(comparison_in(workspace));
        QVERIFY(near(json["runs"][0]["final_val"].get<double>(), 3.123456789012345, 1e-14));
        QCOMPARE(json["runs"][1]["final_train"].get<std::string>(), std::string("NaN"));
        QCOMPARE(json["groups"][1]["final_val"]["mean"], Json());
        QVERIFY(json["groups"][0]["delta"]["half_width"].is_null());
        QCOMPARE(Json::parse(json.dump()), json);
    }

    void csv_cells_cannot_become_formulas_and_numbers_stay_numbers() {
        TempFolder workspace;
        write_synthetic_run(workspace.path(), {.label = "=HYPERLINK(\"x\")", .final_loss = -1.5});
        write_synthetic_run(workspace.path(), {.variant = "no-norm", .label = "a,b\nc", .patch = kNoNorm, .nan_at = 3});
        const std::string csv = to_csv(comparison_in(workspace));
        QVERIFY(contains(csv, ",\"'=HYPERLINK(\"\"x\"\")\","));
        QVERIFY(contains(csv, ",-1.5,"));
        QVERIFY(contains(csv, ",NaN,"));
        QVERIFY(contains(csv, "\"a,b\nc\""));
    }

    void reading_curves() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .patch = kNoPE, .grad_norm = 1.5}, {3.7});
        const Comparison comparison = comparison_in(workspace);
        const ComparedRun& baseline = comparison.runs[comparison.groups[0].runs[0]];
        const ComparedRun& nope = comparison.runs[comparison.groups[1].runs[0]];
        QVERIFY(near(initial_loss(baseline), 7.64, 1e-9));
        const Reached reached = time_to_loss(baseline, 4.2);  // 4.1687 at step 40
        QCOMPARE(*reached.step, 40.0);
        QVERIFY(near(*reached.seconds, 30 * 0.4, 1e-9));
        QVERIFY(!time_to_loss(baseline, 3.0).step);
        QVERIFY(near(grad_norm_ratio(nope, baseline, 0, 100), 1.5, 1e-6));
        QVERIFY(std::isnan(grad_norm_ratio(nope, baseline, 500, 600)));
    }

    void crossings_ignore_ties_gaps_and_nan() {
        const run::Series a{{0, 10, 20, 30, 40, 50}, {3, 3, 1, NAN, 1, 5}, {}};
        const run::Series b{{0, 10, 20, 30, 40, 45, 50}, {2, 3, 2, 2, 2, 9, 2}, {}};
        QCOMPARE(crossings(a, b), (std::vector<std::int64_t>{20, 50}));
        QVERIFY(crossings(a, a).empty());
    }

    void wording() {
        QCOMPARE(signed_loss(0.0815), std::string("+0.0815"));
        QCOMPARE(signed_loss(-0.00000812), std::string("-8.1e-06"));
        QCOMPARE(signed_loss(0), std::string("+0.0000"));
        QCOMPARE(p_text(0.00001), std::string("p < 0.0001"));
        QCOMPARE(count_of(1, "seed"), std::string("1 seed"));
        QCOMPARE(utilization_text(0.1234), std::string("12.3 %"));
        QCOMPARE(utilization_text(25.1), std::string("–"));
        QCOMPARE(utilization_text(NAN), std::string("–"));
    }

    void intervals_decide_how_many_digits_are_shown() {
        QCOMPARE(decimals_of(std::nullopt), 4);
        QCOMPARE(decimals_of(0.0157), 3);
        QCOMPARE(decimals_of(12.0), 1);
        QCOMPARE(decimals_of(1e-9), 6);
        QCOMPARE(in_own_digits(Interval{3, 3.6514, 0, 0.0157}), std::string("3.651 ± 0.016"));
        QCOMPARE(in_own_digits(Interval{1, 3.6582, NAN, {}}), std::string("3.6582"));
        QCOMPARE(in_own_digits(PairedInterval{{3, 0.1421, 0, 0.0286}, {}}), std::string("+0.142 ± 0.029"));
        QCOMPARE(in_own_digits(PairedInterval{{3, -0.1421, 0, 0.0286}, {}}), std::string("-0.142 ± 0.029"));
    }

    void a_named_study_is_compared_at_the_points_of_its_file() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const run::RunStore store(workspace.path());
        QCOMPARE(compare_named_study(store, "mine").runs.size(), std::size_t{0});
        // A preset of that name is not the study these runs are of.
        QVERIFY(!any_note(compare_named_study(store, "quick"), "present settings"));
        StudyConfig present;
        present.name = "quick";
        present.baseline = synthetic_baseline();
        present.variants = {{"nope", "NoPE", kNoPE}};
        present.seeds = {1, 2, 3};
        std::filesystem::create_directories(workspace / "studies");
        workspace.write("studies/quick.json", ablate::to_json(present).dump());
        const Comparison comparison = compare_named_study(store, "quick");
        QCOMPARE(comparison.groups.size(), std::size_t{2});
        QVERIFY(any_note(comparison, "silu: left out"));
    }

    void a_study_called_like_a_path_leads_to_no_file() {
        TempFolder workspace;
        const std::string name = workspace.write("other.json", "{").string();
        write_synthetic_run(workspace.path(), {.study = name});
        QCOMPARE(compare_named_study(run::RunStore(workspace.path()), name).groups.size(), std::size_t{1});
    }

    void losses_can_be_others_than_the_final_ones() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const Comparison comparison = comparison_in(workspace);
        const Delta first = compare_groups(comparison, 1, 0, initial_loss);
        QCOMPARE(first.interval.mean, 0.0);  // all begin alike
        const Delta none = compare_groups(comparison, 1, 0, [](const ComparedRun&) { return std::nan(""); });
        QCOMPARE(none.interval.n, 0);
        QVERIFY(contains(none.judgement, "no value here"));
    }
};

QTEST_GUILESS_MAIN(ComparisonTest)
#include "comparison_test.moc"
