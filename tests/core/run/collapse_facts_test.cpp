#include "core/run/collapse_facts.h"

#include "core/run/collapse_record.h"
#include "core/run/queue.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"

#include <QTest>
#include <cmath>
#include <limits>

using namespace ablate;
using namespace ablate::run;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A run that collapses at step 60: the loss falls to step 40, rises to step 59, and is not a number then.
struct Made {
    RunInfo info;
    RunState state;
    std::map<std::string, Series> series;
    std::vector<train::Event> events;
    train::GradientHistory history{{"embed", "blocks.0", "head"}, {}};

    Made() {
        train::Verdict verdict;
        verdict.outcome = train::Outcome::collapsed;
        verdict.collapse = train::Collapse::non_finite;
        verdict.step = 60;
        verdict.tensor = "blocks.0.attn";
        verdict.cause = "loss is NaN at step 60, first in blocks.0.attn";
        state.verdict = verdict;
        for (std::int64_t step = 0; step <= 60; ++step) {
            const double loss = step == 60 ? NAN : step < 40 ? 5 - 0.05 * step : 3 + 0.1 * (step - 40);
            add(kTrainLoss, step, loss);
            add(kGradNorm, step, step == 60 ? kInfinity : 1 + step);
            history.add({step, loss, 1.0 + step, {0.5, step == 58 ? 900.0 : 1.0, step == 60 ? NAN : 2.0}});
        }
        for (const std::int64_t step : {20, 40, 60})
            events.push_back({step, train::EvaluationEvent{.set = "val", .loss = 4.0 + step}});
        events.push_back({60, train::CheckpointEvent{"step-000060", "last good", ""}});
    }
    void add(const std::string& tag, std::int64_t step, double value) {
        series[tag].step.push_back(step);
        series[tag].value.push_back(value);
        series[tag].wall_time.push_back(static_cast<double>(step));
    }
    CollapseFacts facts(bool with_history = true) const {
        CollapseSources sources{info, state, series, events};
        if (with_history) sources.history = history;
        sources.checkpoints = {{.folder = "step-000000", .step = 0},
                               {.folder = "step-000030", .step = 30},
                               {.folder = "step-000040", .step = 40},
                               {.folder = "step-000060", .step = 60}};
        return collapse_facts(sources);
    }
};

bool contains(const std::vector<std::string>& sentences, const std::string& words) {
    for (const std::string& sentence : sentences)
        if (sentence.find(words) != std::string::npos) return true;
    return false;
}

}  // namespace

class CollapseFactsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_cause_and_the_place_are_sentences() {
        const CollapseFacts facts = Made().facts();
        QCOMPARE(facts.cause, std::string("The run collapsed: loss is NaN at step 60, first in blocks.0.attn."));
        QCOMPARE(facts.place.at(0), std::string("The first tensor that is not finite is blocks.0.attn."));
        QCOMPARE(facts.place.at(1),
                 std::string("blocks.0 has the largest finite gradient norm of these steps: 900.0 at step 58."));
    }

    void the_last_fifty_steps_are_shown() {
        const CollapseFacts facts = Made().facts();
        QCOMPARE(facts.steps.size(), std::size_t{50});
        QCOMPARE(facts.steps.front(), 11);
        QCOMPARE(facts.steps.back(), 60);
        QVERIFY(std::isnan(facts.loss.back()));
        QCOMPARE(facts.grad_norm.back(), kInfinity);
        QVERIFY(facts.blocks == (std::vector<std::string>{"embed", "blocks.0", "head"}));
        QVERIFY(facts.block_steps == facts.steps);
        QCOMPARE(facts.block_norms[1][47], 900.0);
        QCOMPARE(facts.block_norms[2].back(), kInfinity);  // measured, and not a number
        QVERIFY(facts.missing.empty());
    }

    void the_last_falling_checkpoint_is_found() {
        const CollapseFacts facts = Made().facts();
        QCOMPARE(facts.checkpoints.size(), std::size_t{4});
        QVERIFY(std::isnan(facts.checkpoints[0].train_loss) && !facts.checkpoints[0].falling);
        QVERIFY(facts.checkpoints[1].falling && facts.checkpoints[2].falling && !facts.checkpoints[3].falling);
        QVERIFY(facts.last_falling == std::optional<std::size_t>(2));
        // Steps 30 to 39 at 5 - 0.05 a step.
        QVERIFY(std::abs(facts.checkpoints[2].train_loss - 3.275) < 1e-12);
        QCOMPARE(facts.checkpoints[2].validation_loss, 44.0);
        QVERIFY(std::isnan(facts.checkpoints[1].validation_loss));
        QCOMPARE(facts.checkpoints[3].reason, std::string("last good"));
    }

    void an_explosion_is_shown_around_its_beginning() {
        Made made;
        made.state.verdict->collapse = train::Collapse::exploding;
        made.state.verdict->step = 30;
        made.state.verdict->tensor.clear();
        const CollapseFacts facts = made.facts();
        QCOMPARE(facts.steps.front(), 6);
        QCOMPARE(facts.steps.back(), 55);
        QVERIFY(facts.last_falling == std::optional<std::size_t>(1));  // a later one is from after the explosion
        QVERIFY(facts.place.size() == 1 && contains(facts.place, "largest finite gradient norm"));
    }

    void earlier_versions_have_the_logged_statistics() {
        Made made;
        for (const std::int64_t step : {0, 20, 40}) {
            made.add("grad_norm/head", step, 2);
            made.add("grad_norm/blocks.0", step, step == 40 ? NAN : 1);
        }
        const CollapseFacts facts = made.facts(false);
        QVERIFY(facts.blocks == (std::vector<std::string>{"blocks.0", "head"}));
        QVERIFY(facts.block_steps == (std::vector<std::int64_t>{20, 40}));
        QVERIFY(facts.block_norms[0] == (std::vector<double>{1, kInfinity}));
        QVERIFY(contains(facts.missing, "logged statistics only"));
    }

    void without_any_norms_it_says_so() {
        Made made;
        made.series.erase(kGradNorm);
        const CollapseFacts facts = made.facts(false);
        QVERIFY(facts.blocks.empty());
        QVERIFY(contains(facts.missing, "no gradient norm"));
        QVERIFY(contains(facts.missing, "earlier version"));
        made.info.source = {{"format", "hf-trainer"}};
        QVERIFY(contains(made.facts(false).missing, "imported log"));
    }

    void an_overflow_names_the_largest_gradient() {
        Made made;
        made.state.verdict->tensor = "blocks.0.attn.q.weight.grad";
        made.events.push_back(
            {60, train::NonFiniteEvent{.largest_gradient = train::LargestGradient{"blocks.0", "x", 1e25}}});
        QCOMPARE(made.facts().place.at(0),
                 std::string("Every gradient is finite. The largest is blocks.0.attn.q.weight.grad."));
    }

    // A run that trains, collapses and is read from its directory.
    void a_real_collapse_is_read() {
        const test::TempFolder workspace;
        const auto tokens = test::write_tiny_tokens(workspace / "tokens");
        const RunConfig config =
            patched(test::tiny_config(tokens, 40, {{"optimizer", "sgd"}, {"lr", 1e12}, {"clip", 0}, {"log_every", 1}}),
                    {{"model", {{"norm", {{"attn_in", "none"}, {"ffn_in", "none"}, {"final", "none"}}}}}}, "test");
        const RunDirectory directory = test::create_tiny_run(workspace.path(), config);
        const train::Verdict verdict = train_run(directory, {}, {});
        QCOMPARE(verdict.outcome, train::Outcome::collapsed);
        QVERIFY(read_collapse_record(directory).has_value());
        const CollapseFacts facts = read_collapse_facts(read_run(directory.folder()));
        QCOMPARE(facts.step, verdict.step);
        QCOMPARE(facts.cause, "The run collapsed: " + verdict.cause + ".");
        QCOMPARE(facts.steps.back(), verdict.step);
        QVERIFY(facts.block_steps == facts.steps);
        QCOMPARE(facts.block_norms.size(), facts.blocks.size());
        QVERIFY(!facts.checkpoints.empty());
        QVERIFY(facts.missing.empty());
    }

    void runs_without_a_record_are_read_as_well() {
        const test::TempFolder workspace;
        const RunDirectory directory = test::write_synthetic_run(workspace.path(), {.nan_at = 23});
        const CollapseFacts facts = read_collapse_facts(read_run(directory.folder()));
        QCOMPARE(facts.steps.size(), std::size_t{24});
        QVERIFY(facts.checkpoints.empty());
        QVERIFY(contains(facts.missing, "no checkpoints"));
    }
};

QTEST_GUILESS_MAIN(CollapseFactsTest)
#include "collapse_facts_test.moc"
