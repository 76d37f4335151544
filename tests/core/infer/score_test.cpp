#include "core/infer/score.h"

#include "core/data/sentencepiece_tokenizer.h"

#include "core/data/token_file.h"
#include "core/infer/trained_model.h"
#include "tests/core/infer/trained_run.h"
#include "tests/support/throws.h"

#include <QTest>
#include <cmath>
#include <cstring>

using namespace ablate;
using namespace ablate::test;

namespace {

struct ScoreOptions {
    std::optional<std::int64_t> context{}, step{};
    std::filesystem::path logits{};
};

infer::Score score_text(const std::filesystem::path& run, const std::string& text, const ScoreOptions& options = {}) {
    return infer::score_text(infer::load_trained(run, true, options.step, options.context), text, options.logits);
}
infer::Score score_tokens(const std::filesystem::path& run, const std::filesystem::path& tokens,
                          const ScoreOptions& options = {}) {
    return infer::score_tokens(infer::load_trained(run, false, options.step, options.context), tokens, options.logits);
}

// As the text it was trained on.
const std::string kText =
    "the cat sat on the mat\nthe dog ate the big red ball\nthe cat sat on the mat\nthe dog ate the big red ball\n";

std::filesystem::path tokenizer_file() {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(trained().folder.path()))
        if (entry.path().filename() == "tokenizer.model") return entry.path();
    return {};
}

std::vector<std::int32_t> ids_of(const std::string& text) {
    std::vector<std::int32_t> ids;
    data::load_sentencepiece(tokenizer_file())->encode(text, ids);
    return ids;
}

std::filesystem::path token_file(const std::vector<std::int32_t>& ids) {
    static int files = 0;
    const auto file = trained().folder / ("scored" + std::to_string(++files) + ".npy");
    data::TokenWriter writer(file, 40);
    writer.append(ids);
    writer.finish();
    return file;
}

// nll of each target, in double, from the logits of a .npy.
std::vector<double> nll_of(const std::filesystem::path& file, const std::vector<std::int32_t>& targets) {
    const io::NpyHeader header = io::read_npy_header(file);
    const std::string bytes = read_file(file);
    std::vector<float> logits(static_cast<std::size_t>(header.count()));
    std::memcpy(logits.data(), bytes.data() + header.data_offset, logits.size() * sizeof(float));
    const auto vocab = static_cast<std::size_t>(header.shape.at(1));
    std::vector<double> nll;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        double sum = 0;
        for (std::size_t v = 0; v < vocab; ++v) sum += std::exp(static_cast<double>(logits[i * vocab + v]));
        nll.push_back(std::log(sum) - logits[i * vocab + static_cast<std::size_t>(targets[i])]);
    }
    return nll;
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-5 * std::max(1.0, std::abs(b)); }

}  // namespace

class ScoreTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void the_loss_is_that_of_the_logits_written() {
        ScoreOptions options;
        options.logits = trained().folder / "logits.npy";
        const infer::Score score = score_text(trained().run, kText, options);
        const std::vector<std::int32_t> ids = ids_of(kText);
        QCOMPARE(score.tokens, static_cast<std::int64_t>(ids.size()) - 1);
        QCOMPARE(io::read_npy_header(options.logits).shape, (std::vector<std::int64_t>{score.tokens, 40}));
        const std::vector<double> nll = nll_of(options.logits, {ids.begin() + 1, ids.end()});
        double sum = 0;
        for (const double one : nll) sum += one;
        QVERIFY(near(score.loss, sum / static_cast<double>(nll.size())));
        QVERIFY(near(score.perplexity, std::exp(score.loss)));
        double second = 0;
        std::int64_t windows = 0;
        for (std::size_t i = 1; i < nll.size(); i += 16, ++windows) second += nll[i];
        QVERIFY(near(score.loss_by_position.at(1), second / static_cast<double>(windows)));
        // Without the logits the same is computed another way.
        QVERIFY(near(score_text(trained().run, kText).loss, score.loss));
    }

    void bits_per_byte_divide_by_the_bytes_of_the_text() {
        const infer::Score score = score_text(trained().run, kText);
        const std::size_t first =
            data::load_sentencepiece(tokenizer_file())->decode(std::vector{ids_of(kText)[0]}).size();
        QCOMPARE(score.bytes, static_cast<std::int64_t>(kText.size() - first));
        QVERIFY(near(score.bpb, score.loss * static_cast<double>(score.tokens) / std::log(2.0) /
                                    static_cast<double>(score.bytes)));
        QVERIFY(score.bpb_masked <= score.bpb);
    }

    // An unknown token stands for text: both ratios count its nll with its bytes.
    void unknown_tokens_count_their_bytes_in_both_ratios() {
        const infer::Score score = score_text(trained().run, "the 世 cat 界");
        QCOMPARE(score.unknown_tokens, 2);
        QVERIFY(score.bytes >= 6);
        QCOMPARE(score.bpb_masked, score.bpb);
        // The ids alone do not tell the bytes, so the token is masked as it was.
        const infer::Score of_ids = score_tokens(trained().run, token_file(ids_of("the 世 cat 界")));
        QCOMPARE(of_ids.loss, score.loss);
        QCOMPARE(of_ids.unknown_tokens, 2);
        QCOMPARE(of_ids.bytes, score.bytes - 6);
        QVERIFY(of_ids.bpb_masked < of_ids.bpb);
    }

    void a_moved_run_finds_its_tokenizer() {
        const TempFolder place;
        const auto run = place / "here/runs/one";
        const RunConfig config = patched(tiny_config("", 2),
                                         {{"data",
                                           {{"text", (trained().folder / "text.txt").string()},
                                            {"tokens", ""},
                                            {"vocab_size", 40},
                                            {"block_lines", 20}}}},
                                         "test");
        train_in(run / "checkpoints", config, prepared(config, place / "here"));
        const double loss = score_text(run, kText).loss;
        std::filesystem::rename(place / "here", place / "there");
        for (const char* name : {"there/runs/one", "there/runs/one/", "there/runs/./one/."})
            QCOMPARE(score_text(place.path() / name, kText).loss, loss);
    }

    void windows_are_as_long_as_asked_and_the_last_one_shorter() {
        ScoreOptions options;
        options.context = 7;
        const infer::Score score = score_text(trained().run, kText, options);
        QCOMPARE(score.context, 7);
        QCOMPARE(score.loss_by_position.size(), std::size_t{7});
        std::int64_t tokens = 0;
        double sum = 0;
        for (std::size_t i = 0; i < 7; ++i) {
            tokens += score.position_tokens[i];
            sum += score.loss_by_position[i] * static_cast<double>(score.position_tokens[i]);
        }
        QCOMPARE(tokens, score.tokens);
        QCOMPARE(score.position_tokens[0], (score.tokens + 6) / 7);
        QCOMPARE(score.position_tokens[6], score.tokens / 7);
        QVERIFY(near(sum / static_cast<double>(tokens), score.loss));
        // The first token of a window is told by one token alone, the last by seven.
        QVERIFY(score.loss_by_position[0] > score.loss_by_position[6]);
        options.context = 64;  // beyond the 16 trained: RoPE goes on
        QVERIFY(std::isfinite(score_text(trained().run, kText, options).loss));
    }

    void token_files_score_as_their_text() {
        const infer::Score of_ids = score_tokens(trained().run, token_file(ids_of(kText)));
        const infer::Score of_text = score_text(trained().run, kText);
        QCOMPARE(of_ids.loss, of_text.loss);
        QCOMPARE(of_ids.bytes, of_text.bytes);
    }

    void a_step_has_its_own_loss() {
        ScoreOptions early;
        early.step = 20;
        QVERIFY(score_text(trained().run, kText, early).loss > score_text(trained().run, kText).loss);
    }

    void what_cannot_be_scored_is_refused() {
        QVERIFY(is_line_with(input_error([] { score_text(trained().run, ""); }), {"two are the least"}));
        const auto strange = token_file({1, 39, 40, 2});
        QCOMPARE(input_error([&] { score_tokens(trained().run, strange); }),
                 strange.string() +
                     ": token 2 is 40, outside the vocabulary of 40: data.vocab_size must be that of the tokens");
        const RunConfig config = patched(tiny_config(write_tiny_tokens(trained().folder / "tokens"), 2),
                                         {{"model", {{"position", {{"kind", "learned"}}}}}}, "test");
        train_in(trained().folder / "learned/checkpoints", config, prepared(config, trained().folder.path()));
        ScoreOptions longer;
        longer.context = 17;
        const auto tokens = trained().folder / "tokens/val.npy";
        QVERIFY(is_line_with(input_error([&] { score_tokens(trained().folder / "learned", tokens, longer); }),
                             {"learned for 16 tokens", "17"}));
        const infer::Score plain = score_tokens(trained().folder / "learned", tokens);
        QVERIFY(std::isnan(plain.bpb) && plain.bytes == 0);
        QVERIFY(is_line_with(input_error([] { score_text(trained().folder / "learned", "the"); }),
                             {"no tokenizer", "tokenizer.model"}));
    }
};

QTEST_GUILESS_MAIN(ScoreTest)
#include "score_test.moc"
