#include "core/compare/comparison_span.h"

#include "core/compare/wording.h"
#include "core/interop/imported_run_judge.h"
#include "core/report/report.h"
#include "core/report/terminal.h"
#include "core/run/metrics.h"
#include "tests/support/contains.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QFloat16>  // QCOMPARE of Json asks whether it converts to one
#include <QTest>

#include <algorithm>
#include <functional>
#include <random>

using namespace ablate;
using namespace ablate::study;
using test::contains;
using test::TempFolder;

namespace {

using Keep = std::function<bool(std::int64_t step)>;
using Loss = std::function<double(std::int64_t step)>;

const Keep kAll = [](std::int64_t) { return true; };

struct Log {
    std::string variant = "baseline";
    std::int64_t seed = 1, steps = 400;
    Loss loss;
    Keep keep = kAll;
    bool validation = false;  // the values are of the validation set
    std::string format = "csv";
    Json stated = Json::object();
};

interop::ImportedRun imported(const Log& log) {
    interop::ImportedRun run;
    run.study = "logs";
    run.variant = log.variant;
    run.seed = log.seed;
    run.knows_seed = true;
    run.format = log.format;
    run.path = "/elsewhere/log.csv";
    run.sha256 = log.variant + std::to_string(log.seed);
    run.stated = log.stated;
    for (std::int64_t step = 1; step <= log.steps; ++step) {
        if (!log.keep(step)) continue;
        run.steps = step;
        if (log.validation)
            run.evaluations.push_back({step, "val", log.loss(step), {}, interop::kUnknown});
        else
            run.metrics.push_back({interop::kUnknown, step, {{run::kTrainLoss, static_cast<float>(log.loss(step))}}});
    }
    interop::judge(run);
    return run;
}

// A falling loss with a little noise of each step and seed.
double falling(std::int64_t step, std::int64_t seed) {
    return 4 - 0.004 * static_cast<double>(step) + 0.002 * static_cast<double>(seed) +
           0.0005 * std::sin(1.7 * static_cast<double>(step * seed));
}

// A log whose lines are means over `each` steps of a loss that falls evenly.
void write_means(const TempFolder& folder, const char* variant, std::int64_t seed, std::int64_t each,
                 std::int64_t steps, double shift = 0) {
    interop::write_imported_run(
        folder.path(), imported({.variant = variant,
                                 .seed = seed,
                                 .steps = steps,
                                 .loss =
                                     [=](std::int64_t step) {
                                         const double middle =
                                             static_cast<double>(step) - static_cast<double>(each - 1) / 2;
                                         return 30 - 0.005 * middle + shift + 0.001 * static_cast<double>(seed * seed);
                                     },
                                 .keep = [=](std::int64_t step) { return step % each == 0; },
                                 .format = "hf-trainer",
                                 .stated = {{"logging_steps", each}}}));
}

Comparison comparison_in(const TempFolder& folder) { return compare_study(run::RunStore(folder.path()), "logs"); }

const Group& group(const Comparison& comparison, const std::string& variant) {
    for (const Group& one : comparison.groups)
        if (one.variant == variant) return one;
    throw std::logic_error("no group " + variant);
}

bool is_noted(const Comparison& comparison, const std::string& words) {
    return std::any_of(comparison.notes.begin(), comparison.notes.end(),
                       [&](const std::string& note) { return contains(note, words); });
}

// Three seeds of a baseline, of a variant that is 0.3 lower at each step and of one that is 0.1 higher; `keep` thins
// each log, `shuffled` turns the order of its lines around.
Comparison three_variants(const std::function<Keep(const std::string& variant, std::int64_t seed)>& keep,
                          bool validation, bool shuffled = false) {
    TempFolder folder;
    for (const auto& [variant, shift] : {std::pair("baseline", 0.0), {"lower", -0.3}, {"higher", 0.1}})
        for (std::int64_t seed = 1; seed <= 3; ++seed) {
            interop::ImportedRun run =
                imported({.variant = variant,
                          .seed = seed,
                          .loss = [=, shift = shift](std::int64_t step) { return falling(step, seed) + shift; },
                          .keep = keep(variant, seed),
                          .validation = validation});
            if (shuffled) {
                std::mt19937 order(7);
                std::shuffle(run.metrics.begin(), run.metrics.end(), order);
                std::shuffle(run.evaluations.begin(), run.evaluations.end(), order);
            }
            interop::write_imported_run(folder.path(), run);
        }
    return comparison_in(folder);
}

bool verdicts_are_right(const Comparison& comparison) {
    const Group &lower = group(comparison, "lower"), &higher = group(comparison, "higher");
    const bool right = contains(lower.judgement, "better by 0.") && contains(higher.judgement, "worse by 0.") &&
                       std::abs(lower.delta.mean + 0.3) < 0.01 && std::abs(higher.delta.mean - 0.1) < 0.01;
    if (!right) qWarning("%s\n%s", lower.judgement.c_str(), higher.judgement.c_str());
    return right;
}

}  // namespace

// A number belongs to a step, not to a line of a log.
class ComparisonSpanTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void thinning_and_reordering_change_no_verdict() {
        using Thinning = std::function<Keep(const std::string&, std::int64_t)>;
        const auto every = [](std::int64_t n, std::int64_t from) -> Keep {
            return [=](std::int64_t step) { return step % n == from; };
        };
        const std::vector<Thinning> thinnings{
            [](const std::string&, std::int64_t) { return kAll; },
            [&](const std::string& variant, std::int64_t) { return variant == "lower" ? every(10, 0) : kAll; },
            [&](const std::string& variant, std::int64_t) { return variant == "baseline" ? every(200, 0) : kAll; },
            [&](const std::string& variant, std::int64_t) { return variant == "higher" ? every(7, 3) : every(5, 0); },
            [&](const std::string&, std::int64_t seed) { return every(4, seed); },  // no step is shared by all seeds
            [](const std::string& variant, std::int64_t) -> Keep {
                return [=](std::int64_t step) { return variant != "lower" || step == 1 || step == 200 || step == 400; };
            },
            [](const std::string& variant, std::int64_t seed) -> Keep {
                return [=](std::int64_t step) {
                    std::mt19937 random(static_cast<unsigned>(1000 * seed + step + 31 * std::ssize(variant)));
                    return random() % 10 < 4;
                };
            },
            // The last lines are cut off one side.
            [](const std::string& variant, std::int64_t) -> Keep {
                return [=](std::int64_t step) { return variant != "baseline" || step <= 330; };
            }};
        for (std::size_t i = 0; i < thinnings.size(); ++i)
            for (const bool validation : {false, true})
                for (const bool shuffled : {false, true}) {
                    const Comparison comparison = three_variants(thinnings[i], validation, shuffled);
                    QVERIFY2(verdicts_are_right(comparison), qPrintable(QString("thinning %1").arg(i)));
                    if (i == 4) QVERIFY(is_noted(comparison, "interpolated between two logged steps"));
                }
    }

    // Two equal curves stay equal, however steep they are and however often each was logged.
    void a_steep_curve_logged_sparsely_is_no_better() {
        TempFolder folder;
        for (std::int64_t seed = 1; seed <= 3; ++seed)
            for (const char* variant : {"baseline", "sparse"})
                interop::write_imported_run(
                    folder.path(), imported({.variant = variant,
                                             .seed = seed,
                                             .loss =
                                                 [=](std::int64_t step) {
                                                     return 9 - 0.02 * static_cast<double>(step) +
                                                            0.001 * static_cast<double>(seed * seed) *
                                                                (std::string(variant) == "sparse" ? 1.1 : 1);
                                                 },
                                             .keep =
                                                 [=](std::int64_t step) {
                                                     return std::string(variant) == "baseline" || step % 50 == 0;
                                                 }}));
        const Comparison comparison = comparison_in(folder);
        QVERIFY(std::abs(group(comparison, "sparse").delta.mean) < 0.001);
        QVERIFY(contains(group(comparison, "sparse").judgement, "read at step 400, the last that both share"));
        QVERIFY(contains(study::spans_in_words(comparison),
                         "Final values are read at different steps: baseline over steps 391 to 400"));
    }

    void seeds_that_end_at_different_steps_are_read_at_one() {
        TempFolder folder;
        for (std::int64_t seed = 1; seed <= 3; ++seed)
            interop::write_imported_run(
                folder.path(), imported({.seed = seed, .steps = seed == 2 ? 120 : 200, .loss = [=](std::int64_t step) {
                                             return falling(step, seed);
                                         }}));
        const Comparison comparison = comparison_in(folder);
        const Group& baseline = group(comparison, "baseline");
        QCOMPARE(baseline.final_val.n, 3);
        QCOMPARE(baseline.span.first(), 111.0);
        QCOMPARE(baseline.span.last(), 120.0);
        for (const ComparedRun& compared : comparison.runs) {
            QCOMPARE(compared.final_last, 120.0);
            QVERIFY(std::abs(compared.final_val - falling(115, compared.listed.info.seed)) < 0.01);
        }
        // Every output says it.
        const std::string said = "over steps 111 to 120";
        QVERIFY(contains(report::comparison_table(comparison), said));
        QVERIFY(contains(report::to_markdown(comparison, {}), said));
        QVERIFY(contains(report::results_latex(comparison), said));
        const Json json = to_json(comparison);
        QCOMPARE(json["groups"][0]["final_span"]["first_step"], Json(111.0));
        QCOMPARE(json["groups"][0]["final_span"]["last_step"], Json(120.0));
        QVERIFY(contains(json["final_values"].get<std::string>(), said));
        QVERIFY(contains(to_csv(comparison), ",111,120\n"));
    }

    void where_no_step_is_shared_there_is_no_difference() {
        TempFolder folder;
        const auto write = [&](const char* variant, std::int64_t seed, std::int64_t steps, std::int64_t every) {
            interop::write_imported_run(folder.path(),
                                        imported({.variant = variant,
                                                  .seed = seed,
                                                  .steps = steps,
                                                  .loss = [=](std::int64_t step) { return falling(step, seed); },
                                                  .keep = [=](std::int64_t step) { return step % every == 0; },
                                                  .validation = true}));
        };
        write("baseline", 1, 400, 1);
        write("baseline", 2, 400, 1);
        write("rare", 1, 400, 300);   // at step 300 alone
        write("rare", 2, 400, 130);   // at 130, 260 and 390
        write("early", 1, 100, 100);  // far from the baseline's end, and shared
        const Comparison comparison = comparison_in(folder);
        const Group& rare = group(comparison, "rare");
        QCOMPARE(rare.final_val.n, 0);
        QCOMPARE(rare.delta.n, 0);
        QVERIFY(contains(rare.judgement, "no step near the end was logged in all of them"));
        QVERIFY(contains(rare.judgement, "seed 1 at step 300, seed 2 at step 390"));
        QCOMPARE(group(comparison, "early").delta_span.last(), 100.0);
    }

    // A line of the Trainer is the mean since the line before: a long one lags behind a short one.
    void means_over_different_numbers_of_steps_are_read_in_their_middle() {
        TempFolder folder;
        for (std::int64_t seed = 1; seed <= 2; ++seed)
            for (const std::int64_t each : {std::int64_t{10}, std::int64_t{50}})
                interop::write_imported_run(
                    folder.path(), imported({.variant = each == 10 ? "baseline" : "coarse",
                                             .seed = seed,
                                             .loss =
                                                 [=](std::int64_t step) {
                                                     const double middle =
                                                         static_cast<double>(step) - static_cast<double>(each - 1) / 2;
                                                     return 8 - 0.01 * middle +
                                                            0.0001 * static_cast<double>(seed * each);
                                                 },
                                             .keep = [=](std::int64_t step) { return step % each == 0; },
                                             .format = "hf-trainer",
                                             .stated = {{"logging_steps", each}, {"lr", 1}}}));
        const Comparison comparison = comparison_in(folder);
        QVERIFY(std::abs(group(comparison, "coarse").delta.mean) < 0.01);
        QVERIFY(is_noted(comparison, "means over different numbers of steps"));
    }

    // The same training, logged at each step and as means over ten: a spike is in both.
    void a_fine_log_is_averaged_over_the_steps_of_a_coarse_line() {
        TempFolder folder;
        const auto at = [](std::int64_t step) { return step == 95 || step == 96 ? 3.0 : 1.0; };
        for (std::int64_t seed = 1; seed <= 2; ++seed) {
            const double noise = 0.001 * static_cast<double>(seed);
            interop::write_imported_run(
                folder.path(),
                imported({.seed = seed, .steps = 104, .loss = [=](std::int64_t step) { return at(step) + noise; }}));
            interop::write_imported_run(folder.path(),
                                        imported({.variant = "coarse",
                                                  .seed = seed,
                                                  .steps = 100,
                                                  .loss =
                                                      [=](std::int64_t step) {
                                                          double sum = 0;
                                                          for (std::int64_t one = step - 9; one <= step; ++one)
                                                              sum += at(one);
                                                          return sum / 10 + noise;
                                                      },
                                                  .keep = [](std::int64_t step) { return step % 10 == 0; },
                                                  .format = "hf-trainer",
                                                  .stated = {{"logging_steps", 10}}}));
        }
        const Comparison comparison = comparison_in(folder);
        QVERIFY2(std::abs(group(comparison, "coarse").delta.mean) < 1e-6,
                 group(comparison, "coarse").judgement.c_str());
        QVERIFY(contains(group(comparison, "coarse").judgement, "at step 95.5"));
    }

    // Lines of 50 and of 100 steps have no middle in common: the finer ones are averaged over the coarser.
    void an_even_ratio_of_line_lengths_is_compared() {
        TempFolder folder;
        const auto write = [&](const char* variant, std::int64_t each, double shift) {
            for (std::int64_t seed = 1; seed <= 2; ++seed) write_means(folder, variant, seed, each, 1000, shift);
        };
        write("baseline", 50, 0);
        write("coarse", 100, -0.25);
        write("odd", 80, 0);
        const Comparison comparison = comparison_in(folder);
        const Group& coarse = group(comparison, "coarse");
        QVERIFY2(std::abs(coarse.delta.mean + 0.25) < 1e-4, coarse.judgement.c_str());
        QVERIFY(contains(coarse.judgement, "at step 950.5"));
        // Lines of 50 and of 80 steps match nowhere near the end.
        const Group& odd = group(comparison, "odd");
        QCOMPARE(odd.delta.n, 0);
        QVERIFY(contains(odd.judgement, "the mean over 80 steps here and over 50 in the baseline"));
    }

    // Where stretches of 50 and of 80 steps match nowhere, both are read on the line between two of their lines.
    void means_that_match_nowhere_are_read_on_the_line() {
        TempFolder folder;
        for (std::int64_t seed = 1; seed <= 2; ++seed) {
            write_means(folder, "baseline", seed, 50, 5000);
            write_means(folder, "odd", seed, 80, 5000);
        }
        const Comparison comparison = comparison_in(folder);
        const Group& odd = group(comparison, "odd");
        QCOMPARE(odd.delta.n, 2);
        QVERIFY2(std::abs(odd.delta.mean) < 1e-4, odd.judgement.c_str());
    }

    // The first line of one seed ends after the other seed has: neither is left out without a word.
    void a_seed_that_shares_no_steps_is_not_left_out_silently() {
        TempFolder folder;
        write_means(folder, "baseline", 1, 1, 40);
        write_means(folder, "baseline", 2, 50, 100);
        const Comparison comparison = comparison_in(folder);
        const Group& both = group(comparison, "baseline");
        QCOMPARE(both.final_val.n, 0);
        QVERIFY(contains(both.span.obstacle, "no step near the end"));
    }

    // A pause is no time in which a run slowed others.
    void runs_that_trained_while_one_was_paused_had_the_machine_to_themselves() {
        TempFolder folder;
        const auto write = [&](const char* variant, const Json& patch, double pause, double start) {
            const auto directory = test::write_synthetic_run(folder.path(), {.variant = variant, .patch = patch});
            for (const std::filesystem::path& file : io::event_files(directory.folder())) std::filesystem::remove(file);
            io::TensorBoardWriter metrics(directory.folder());
            for (std::int64_t step = 0; step < 100; ++step)
                metrics.append(
                    {start + static_cast<double>(step) + (step < 50 ? 0 : pause), step, {{run::kTrainLoss, 3.0f}}});
            metrics.flush();
        };
        write("baseline", Json::object(), 1000, 1000);
        write("in-the-pause", test::kNoPE, 0, 1200);
        write("beside", test::kSiLU, 0, 2070);
        const Comparison comparison = study::compare_study(run::RunStore(folder.path()), "quick");
        QVERIFY(!study::shared_machine(comparison, group(comparison, "in-the-pause")));
        QVERIFY(study::shared_machine(comparison, group(comparison, "baseline")));
        QVERIFY(study::shared_machine(comparison, group(comparison, "beside")));
    }

    void what_grouping_ignored_is_said() {
        TempFolder folder;
        for (std::int64_t seed = 1; seed <= 2; ++seed)
            interop::write_imported_run(
                folder.path(),
                imported({.seed = seed,
                          .loss = [=](std::int64_t step) { return falling(step, seed); },
                          .stated = {{"learning_rate", 0.1}, {"args", {{"output_dir", seed == 1 ? "a" : "b"}}}}}));
        const Comparison comparison = comparison_in(folder);
        QCOMPARE(comparison.groups.size(), std::size_t{1});
        QVERIFY(is_noted(comparison, "args.output_dir (a, b)"));
        QVERIFY(!is_noted(comparison, "learning_rate"));
    }

    void a_results_file_knows_no_step() {
        TempFolder folder;
        interop::ImportedRun run = imported({.loss = falling_of_one, .keep = [](std::int64_t) { return false; }});
        run.evaluations.push_back({0, "val", 2.5, {}, interop::kUnknown});
        interop::write_imported_run(folder.path(), run);
        const Comparison comparison = comparison_in(folder);
        QCOMPARE(comparison.runs.front().best_step, -1);
        QCOMPARE(group(comparison, "baseline").final_val.mean, 2.5);
        const std::string table = report::comparison_table(comparison);
        QVERIFY(contains(table, "at a step that is not known"));
        QVERIFY(table.find("2.5000 (0)") == std::string::npos);
        // Beside a log that has a value at step 0.
        interop::write_imported_run(folder.path(),
                                    imported({.variant = "b", .loss = falling_of_one, .validation = true}));
        QCOMPARE(group(comparison_in(folder), "b").delta.n, 0);
    }

    void values_that_were_not_finite_for_a_while_are_noted() {
        TempFolder folder;
        interop::write_imported_run(folder.path(), imported({.loss = [](std::int64_t step) {
                                        return step == 80 || step == 81 ? std::nan("") : falling(step, 1);
                                    }}));
        const Comparison comparison = comparison_in(folder);
        QCOMPARE(group(comparison, "baseline").healthy(), 1);
        QVERIFY(
            is_noted(comparison, "2 logged steps with a loss or gradient norm that is not finite, first at step 80"));
    }

    // Runs of ours whose budgets differ are variants of one another on purpose.
    void own_runs_of_other_budgets_are_read_at_their_ends() {
        TempFolder folder;
        test::write_synthetic_seeds(folder.path(), {.study = "logs"}, {3.65, 3.66});
        test::write_synthetic_seeds(
            folder.path(), {.study = "logs", .variant = "short", .label = "", .patch = {{"train", {{"steps", 40}}}}},
            {3.75, 3.76});
        const Comparison comparison = comparison_in(folder);
        QVERIFY(std::abs(group(comparison, "short").delta.mean - 0.1) < 1e-9);
        QVERIFY(contains(group(comparison, "short").judgement, "at step 40 and at step 100"));
    }

  private:
    static double falling_of_one(std::int64_t step) { return falling(step, 1); }
};

QTEST_GUILESS_MAIN(ComparisonSpanTest)
#include "comparison_span_test.moc"
