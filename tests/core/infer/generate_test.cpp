#include "core/infer/generate.h"

#include "tests/core/infer/trained_run.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::test;

namespace {

infer::SamplingOptions options(double temperature, std::int64_t tokens = 40) {
    infer::SamplingOptions result;
    result.temperature = temperature;
    result.max_tokens = tokens;
    return result;
}

}  // namespace

class GenerateTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void greedy_continues_what_was_learnt() {
        std::string pieces;
        const std::string text = infer::generate(trained().run, "the cat sat", options(0),
                                                 [&](const std::string& piece) { pieces += piece; });
        QCOMPARE(pieces, text);
        QVERIFY(text.starts_with(" on the mat"));
        QCOMPARE(infer::generate(trained().run, "the cat sat", options(0)), text);
    }

    void sampling_follows_its_seed() {
        auto sampling = options(1.5);
        const std::string first = infer::generate(trained().run, "the", sampling);
        QCOMPARE(infer::generate(trained().run, "the", sampling), first);
        sampling.seed = 2;
        QVERIFY(infer::generate(trained().run, "the", sampling) != first);
    }

    void one_candidate_is_greedy() {
        const std::string greedy = infer::generate(trained().run, "the", options(0));
        auto top_k = options(1.5), top_p = options(1.5);
        top_k.top_k = 1;
        top_p.top_p = 1e-9;
        QCOMPARE(infer::generate(trained().run, "the", top_k), greedy);
        QCOMPARE(infer::generate(trained().run, "the", top_p), greedy);
    }

    void slides_beyond_the_context() {
        QVERIFY(infer::generate(trained().run, "the cat sat on the mat\nthe dog ate the big red ball\n", options(0, 60))
                    .size() > 40);
    }

    void what_cannot_be_used_is_one_line() {
        QVERIFY(is_line_with(input_error([] { infer::generate(trained().run, "", options(0)); }), {"prompt is empty"}));
        QVERIFY(is_line_with(input_error([] { infer::generate(trained().folder / "nowhere", "the", options(0)); }),
                             {"nowhere", "checkpoint"}));
        const RunConfig config = tiny_config(write_tiny_tokens(trained().folder / "tokens"), 2);
        train_in(trained().folder / "plain/checkpoints", config, prepared(config, trained().folder.path()));
        QVERIFY(is_line_with(input_error([] { infer::generate(trained().folder / "plain", "the", options(0)); }),
                             {"tokenizer"}));
    }

    void a_checkpoint_can_be_chosen() {
        const std::vector<std::int64_t> steps = infer::checkpoint_steps(trained().run);
        QCOMPARE(steps, (std::vector<std::int64_t>{20, 40, 60, 80, 100, 120}));
        const auto at = [](std::optional<std::int64_t> step) {
            return infer::generate(trained().run, "the", options(4), {}, step);  // hot enough for what was learnt later
        };
        QCOMPARE(at(120), at({}));
        QVERIFY(at(20) != at({}));
        QVERIFY(is_line_with(input_error([] { infer::generate(trained().run, "the", options(0), {}, 7); }),
                             {"no checkpoint of step 7"}));
    }

    void what_the_receiver_throws_ends_it() {
        struct Enough {};
        int pieces = 0;
        QVERIFY_THROWS_EXCEPTION(Enough, infer::generate(trained().run, "the cat", options(0), [&](const std::string&) {
                                     if (++pieces == 3) throw Enough();
                                 }));
        QCOMPARE(pieces, 3);
    }
};

QTEST_GUILESS_MAIN(GenerateTest)
#include "generate_test.moc"
