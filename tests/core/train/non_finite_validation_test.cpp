#include "tests/core/train/recording.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::test;
using train::Collapse;

// A run whose first non-finite value is a validation loss.
class NonFiniteValidationTest : public QObject {
    Q_OBJECT

    TempFolder folder_;

    Trained trained(const std::string& name, const RunConfig& config, std::function<train::Request()> ask = {}) const {
        return train_in(folder_ / name, config, prepared(config, folder_.path()), std::move(ask));
    }
    RunConfig exploding() const { return tiny_config(folder_ / "tokens", 20, {{"lr", 1e300}, {"eval_every", 1}}); }
    RunConfig huge() const {
        const Json none = {{"kind", "none"}};
        const Json model = {{"init", {{"kind", "normal"}, {"std", 1e30}}},
                            {"norm", {{"attn_in", none}, {"ffn_in", none}, {"final", none}}}};
        return patched(tiny_config(folder_ / "tokens", 20), {{"model", model}}, "huge");
    }

  private Q_SLOTS:
    void initTestCase() { write_tiny_tokens(folder_ / "tokens"); }

    void an_activation_is_named_before_the_first_step() {
        const train::Verdict verdict = trained("huge", huge()).summary.verdict;
        QCOMPARE(verdict.collapse, Collapse::non_finite);
        QCOMPARE(verdict.step, 0);
        QVERIFY2(verdict.tensor.starts_with("blocks.0.attn"), verdict.tensor.c_str());
        QVERIFY(is_line_with(verdict.cause, {"validation loss is NaN after 0 steps, first in blocks.0.attn"}));
    }

    void a_weight_is_named_after_a_step() {
        const Trained run = trained("exploding", exploding());
        QCOMPARE(run.summary.verdict.tensor, std::string("embed.weight"));
        QVERIFY(is_line_with(run.summary.verdict.cause, {"validation loss is ", "after 1 step, first in embed"}));
        QCOMPARE(run.summary.verdict.step, 1);
    }

    void a_resumed_run_says_the_same() {
        const Trained whole = trained("whole", exploding());
        const Trained before = trained("parts", exploding(), at_poll(0)), after = trained("parts", exploding());
        std::vector<Json> events = before.sink.events;
        events.insert(events.end(), after.sink.events.begin(), after.sink.events.end());
        QVERIFY(events == whole.sink.events);
        QCOMPARE(after.summary.verdict.cause, whole.summary.verdict.cause);
        QCOMPARE(after.summary.weights_sha256, whole.summary.weights_sha256);
    }
};

QTEST_GUILESS_MAIN(NonFiniteValidationTest)
#include "non_finite_validation_test.moc"
