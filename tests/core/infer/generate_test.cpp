#include "core/infer/generate.h"

#include "core/infer/decoder.h"
#include "core/infer/trained_model.h"
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
        const std::string text =
            continued(trained().run, "the cat sat", options(0), [&](const std::string& piece) { pieces += piece; });
        QCOMPARE(pieces, text);
        QVERIFY(text.starts_with(" on the mat"));
        QCOMPARE(continued(trained().run, "the cat sat", options(0)), text);
    }

    void sampling_follows_its_seed() {
        auto sampling = options(1.5);
        const std::string first = continued(trained().run, "the", sampling);
        QCOMPARE(continued(trained().run, "the", sampling), first);
        sampling.seed = 2;
        QVERIFY(continued(trained().run, "the", sampling) != first);
    }

    void one_candidate_is_greedy() {
        const std::string greedy = continued(trained().run, "the", options(0));
        auto top_k = options(1.5), top_p = options(1.5);
        top_k.top_k = 1;
        top_p.top_p = 1e-9;
        QCOMPARE(continued(trained().run, "the", top_k), greedy);
        QCOMPARE(continued(trained().run, "the", top_p), greedy);
    }

    void slides_beyond_the_context() {
        QVERIFY(
            continued(trained().run, "the cat sat on the mat\nthe dog ate the big red ball\n", options(0, 60)).size() >
            40);
    }

    void windows_slide_by_half_a_context() {
        const std::vector<std::pair<std::int64_t, std::int64_t>> wanted{{1, 0},  {16, 0},  {17, 8},
                                                                        {24, 8}, {25, 16}, {33, 24}};
        for (const auto& [length, begin] : wanted) QCOMPARE(infer::window_begin(length, 16), begin);
        QCOMPARE(infer::window_begin(3, 1), 2);
        QCOMPARE(infer::window_begin(9, 5), 4);
    }

    // In batches, sampled and greedy, and beyond the context of 16.
    void the_cache_changes_nothing() {
        const infer::TrainedModel model = infer::load_trained(trained().run, true);
        std::vector<std::vector<std::int32_t>> prompts;
        for (const char* text : {"the", "the cat sat on the mat\nthe dog ate", "the big red ball\nthe cat sat on"})
            prompts.push_back(infer::prompt_ids(model, text));
        for (const double temperature : {0.0, 1.0}) {
            auto cached = options(temperature, 50), plain = cached;
            plain.cache = false;
            cached.repetition_penalty = plain.repetition_penalty = 1.2;
            const auto with = infer::generate(model, prompts, cached), without = infer::generate(model, prompts, plain);
            for (std::size_t i = 0; i < prompts.size(); ++i) {
                QCOMPARE(with[i].ids, without[i].ids);
                QCOMPARE(with[i].text, without[i].text);
            }
        }
    }

    void a_batch_gives_what_each_prompt_gives_alone() {
        const infer::TrainedModel model = infer::load_trained(trained().run, true);
        std::vector<std::vector<std::int32_t>> prompts;
        for (int more = 0; more < 5; ++more)  // more than are continued together
            for (const char* text : {"the dog", "the cat sat on the mat\n", "red", "ball\nthe cat"})
                prompts.push_back(infer::prompt_ids(model, text));
        auto wanted = options(0, 30);
        wanted.stop = {"mat"};  // they end at different times
        std::vector<std::string> pieces(prompts.size());
        const auto together = infer::generate(model, prompts, wanted,
                                              [&](std::size_t i, const std::string& piece) { pieces[i] += piece; });
        for (std::size_t i = 0; i < prompts.size(); ++i) {
            const infer::Completion alone = infer::generate(model, {prompts[i]}, wanted).front();
            QCOMPARE(together[i].ids, alone.ids);
            QCOMPARE(together[i].text, alone.text);
            QCOMPARE(pieces[i], alone.text);
            QVERIFY(together[i].finish == alone.finish);
            QCOMPARE(together[i].prompt_ids, prompts[i]);
        }
    }

    void each_ending_is_named() {
        infer::TrainedModel model = infer::load_trained(trained().run, true);
        const auto prompt = infer::prompt_ids(model, "the cat sat");
        const auto after = [&](const infer::SamplingOptions& wanted) {
            return infer::generate(model, {prompt}, wanted).front();
        };
        const infer::Completion whole = after(options(0, 12));
        QCOMPARE(whole.ids.size(), std::size_t{12});
        QCOMPARE(infer::to_string(whole.finish), "length");
        auto stopped = options(0, 12);
        stopped.stop = {"nothing of it", "e mat"};
        QCOMPARE(after(stopped).text, std::string(" on th"));
        QCOMPARE(infer::to_string(after(stopped).finish), "stop");
        model.end_ids = {whole.ids[3]};
        const infer::Completion ended = after(options(0, 12));
        QCOMPARE(ended.ids, (std::vector<std::int32_t>{whole.ids.begin(), whole.ids.begin() + 3}));
        QCOMPARE(infer::to_string(ended.finish), "end token");
        stopped.stop = {""};
        QVERIFY(is_line_with(input_error([&] { after(stopped); }), {"stop string is empty"}));
    }

    void a_shorter_context_forgets() {
        const infer::TrainedModel model = infer::load_trained(trained().run, true, {}, 4);
        const infer::TrainedModel longer = infer::load_trained(trained().run, true, {}, 64);
        QCOMPARE(model.context, 4);
        const auto prompt = infer::prompt_ids(model, "the dog ate the big red ball\nthe cat sat on the mat\nthe dog");
        for (const infer::TrainedModel* each : {&model, &longer}) {
            auto plain = options(0, 30);
            plain.cache = false;
            QCOMPARE(infer::generate(*each, {prompt}, options(0, 30)).front().ids,
                     infer::generate(*each, {prompt}, plain).front().ids);
        }
    }

    void what_cannot_be_used_is_one_line() {
        QVERIFY(is_line_with(input_error([] { continued(trained().run, "", options(0)); }), {"prompt is empty"}));
        QVERIFY(is_line_with(input_error([] { continued(trained().folder / "nowhere", "the", options(0)); }),
                             {"nowhere", "checkpoint"}));
        const RunConfig config = tiny_config(write_tiny_tokens(trained().folder / "tokens"), 2);
        train_in(trained().folder / "plain/checkpoints", config, prepared(config, trained().folder.path()));
        QVERIFY(
            is_line_with(input_error([] { continued(trained().folder / "plain", "the", options(0)); }), {"tokenizer"}));
    }

    void a_checkpoint_can_be_chosen() {
        const std::vector<std::int64_t> steps = infer::checkpoint_steps(trained().run);
        QCOMPARE(steps, (std::vector<std::int64_t>{20, 40, 60, 80, 100, 120}));
        const auto at = [](std::optional<std::int64_t> step) {
            return continued(trained().run, "the", options(4), {}, step);  // hot enough for what was learned later
        };
        QCOMPARE(at(120), at({}));
        QVERIFY(at(20) != at({}));
        QVERIFY(is_line_with(input_error([] { continued(trained().run, "the", options(0), {}, 7); }),
                             {"no checkpoint of step 7"}));
    }

    void what_the_receiver_throws_ends_it() {
        struct Enough {};
        int pieces = 0;
        QVERIFY_THROWS_EXCEPTION(Enough, continued(trained().run, "the cat", options(0), [&](const std::string&) {
                                     if (++pieces == 3) throw Enough();
                                 }));
        QCOMPARE(pieces, 3);
    }
};

QTEST_GUILESS_MAIN(GenerateTest)
#include "generate_test.moc"
