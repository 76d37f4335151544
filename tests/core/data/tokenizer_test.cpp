#include "core/data/sentencepiece_tokenizer.h"

#include "core/base/random.h"
#include "core/data/prepare.h"
#include "core/data/stories.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <algorithm>
#include <numeric>

using namespace ablate;
using namespace ablate::data;
using test::input_error;
using test::is_line_with;

class TokenizerTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;
    std::unique_ptr<Tokenizer> tokenizer_, with_bytes_;

    std::unique_ptr<Tokenizer> train(const std::string& name, const std::string& text, std::int64_t vocab_size,
                                     bool byte_fallback) {
        DataConfig config;
        config.vocab_size = vocab_size;
        config.byte_fallback = byte_fallback;
        tokenize(config, {folder_.write(name + ".txt", text)}, folder_ / name);
        return load_sentencepiece(folder_ / name / "tokenizer.model");
    }
    static std::vector<std::int32_t> encode(const Tokenizer& tokenizer, std::string_view text) {
        std::vector<std::int32_t> ids;
        tokenizer.encode(text, ids);
        return ids;
    }
    static std::int64_t bytes(const Tokenizer& tokenizer, std::string_view text) {
        std::int64_t sum = 0;
        bool line_start = true;
        for (const std::int32_t id : encode(tokenizer, text)) {
            sum += line_start ? tokenizer.line_start_bytes(id) : tokenizer.byte_length(id);
            line_start = tokenizer.ends_line(id);
        }
        return sum;
    }

  private Q_SLOTS:
    void initTestCase() {
        std::string bordered, lines;
        for (std::uint64_t i = 0; i < 400; ++i) {
            bordered += story(1, i) + "<|endoftext|>\n";
            lines += story(1, i);
        }
        tokenizer_ = train("borders", bordered + "a\ttab\n", 600, false);
        with_bytes_ = train("bytes", lines + lines + lines, 700, true);
    }

    void texts_come_back_as_they_were() {
        for (const char* text : {"", "\n", "Lily found a key.", "One line.\nAnd two.\n", "\n\n a  b \n\n",
                                 "ends with a space ", "a\tb\n"}) {
            QCOMPARE(tokenizer_->decode(encode(*tokenizer_, text)), std::string(text));
        }
        for (const char* text : {"naïve café 😀\n", "日本\n\nх"})
            QCOMPARE(with_bytes_->decode(encode(*with_bytes_, text)), std::string(text));
    }

    void a_text_is_its_lines_and_their_ends() {
        std::vector<std::int32_t> expected = encode(*tokenizer_, "One day.");
        const std::int32_t newline = encode(*tokenizer_, "\n").at(0);
        expected.push_back(newline);
        for (const std::int32_t id : encode(*tokenizer_, "The end.")) expected.push_back(id);
        QCOMPARE(encode(*tokenizer_, "One day.\nThe end."), expected);
        QVERIFY(!tokenizer_->ends_line(newline) && !tokenizer_->is_special(newline));
    }

    void bytes_are_those_of_the_text() {
        for (const char* text : {"Lily found a key.", "One line.\nAnd two.\n", "\n\n a  b \n\n", " leading\n  more\n"})
            QCOMPARE(bytes(*tokenizer_, text), static_cast<std::int64_t>(std::string_view(text).size()));
        const std::string_view foreign = "naïve café 😀\n";
        QCOMPARE(bytes(*with_bytes_, foreign), static_cast<std::int64_t>(foreign.size()));
    }

    void unknown_characters_have_no_bytes() {
        const std::int32_t unknown = tokenizer_->unknown_id();
        QVERIFY(unknown >= 0 && tokenizer_->is_special(unknown));
        QCOMPARE(tokenizer_->byte_length(unknown), 0);
        QCOMPARE(encode(*tokenizer_, "a 日本").back(), unknown);
        QCOMPARE(bytes(*tokenizer_, "a 日本"), 2);
    }

    // Their ids do not tell their bytes; the text does.
    void a_texts_bytes_are_counted_with_its_unknown_characters() {
        for (const std::string text : {"a 日本\n", "日本 b", "é", "\n\n  x é y\tz", "a\u2581b"}) {
            std::vector<std::int32_t> ids, counted;
            tokenizer_->encode_with_bytes(text, ids, counted);
            QCOMPARE(ids, encode(*tokenizer_, text));
            QCOMPARE(std::accumulate(counted.begin(), counted.end(), std::size_t{0}), text.size());
        }
    }

    // As transformers does, and as no text of the corpus can: documents are cut there.
    void a_border_in_a_text_is_one_token() {
        const std::vector<std::int32_t> ids = encode(*tokenizer_, "One day.<|endoftext|>The end.");
        QCOMPARE(std::count(ids.begin(), ids.end(), tokenizer_->end_of_document_id()), 1);
        QCOMPARE(tokenizer_->decode(ids), std::string("One day.<|endoftext|>The end."));
    }

    void only_a_text_with_borders_gets_their_piece() {
        const std::int32_t border = tokenizer_->end_of_document_id();
        QVERIFY(border >= 0 && tokenizer_->is_special(border) && tokenizer_->ends_line(border));
        QCOMPARE(tokenizer_->byte_length(border), 0);
        QCOMPARE(with_bytes_->end_of_document_id(), -1);
        QCOMPARE(tokenizer_->vocab_size(), 600);
    }

    void ids_outside_the_vocabulary_decode_to_a_mark() {
        const std::vector<std::int32_t> ids = {-1, 600, 1 << 30};
        QCOMPARE(tokenizer_->decode(ids), std::string("\uFFFD\uFFFD\uFFFD"));
    }

    void an_unbroken_run_is_encoded() {
        const std::string run(300000, 'a');
        QCOMPARE(tokenizer_->decode(encode(*tokenizer_, run)), run);
    }

    void files_that_are_no_model_are_refused() {
        const auto refusal = [&](std::string_view bytes) {
            const auto file = folder_.write("bad.model", bytes);
            return input_error([&] { load_sentencepiece(file); });
        };
        QVERIFY(is_line_with(input_error([&] { load_sentencepiece(folder_ / "none.model"); }), {"none.model"}));
        for (const char* bytes : {"", "not a model", "{\"model\": 1}"})
            QVERIFY(is_line_with(refusal(bytes), {"bad.model", "not a sentencepiece model"}));
    }

    // Each mutant is refused in one line or works; none ends the process.
    void damaged_models_do_no_harm() {
        const std::string sound = read_file(folder_ / "borders/tokenizer.model");
        for (std::uint64_t i = 0; i < 500; ++i) {
            RandomStream random(i, "mutants");
            std::string bytes = sound;
            for (std::uint64_t k = random.below(4); k-- > 0;) bytes[random.below(bytes.size())] ^= 1 << random.below(8);
            if (random.below(3) == 0) bytes.resize(random.below(bytes.size()));
            const auto file = folder_.write("mutant.model", bytes);
            const std::string message = input_error([&] {
                const auto mutant = load_sentencepiece(file);
                auto ids = encode(*mutant, "Lily found a key.\n\n  And \xFF so on");
                for (std::int32_t id = 0; id < mutant->vocab_size(); ++id) {
                    QVERIFY(mutant->byte_length(id) >= 0);
                    QVERIFY(mutant->line_start_bytes(id) <= mutant->byte_length(id));
                    ids.push_back(id);
                }
                mutant->decode(ids);
            });
            QVERIFY(message.empty() || is_line_with(message, {"mutant.model"}));
        }
    }
};

QTEST_GUILESS_MAIN(TokenizerTest)
#include "tokenizer_test.moc"
