#include "core/data/tokenizers/byte_level_bpe.h"

#include "core/base/random.h"
#include "core/base/sha256.h"
#include "core/data/tokenizers/code_points.h"
#include "core/data/tokenizers/load.h"
#include "core/io/json_file.h"
#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;
using namespace ablate::data;

// Against what tests/support/make_tokenizer_reference.py got from Hugging Face's `tokenizers`.
class ByteLevelBpeTest : public QObject {
    Q_OBJECT

    const std::filesystem::path data_ = std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/tokenizers";
    Json reference_;
    std::map<std::string, LoadedTokenizer> tokenizers_;

    static std::vector<std::int32_t> encode(const Tokenizer& tokenizer, std::string_view text) {
        std::vector<std::int32_t> ids;
        tokenizer.encode(text, ids);
        return ids;
    }
    const Tokenizer& tokenizer(const std::string& name) const { return *tokenizers_.at(name).tokenizer; }
    std::vector<std::string> texts() const { return reference_.at("texts").get<std::vector<std::string>>(); }
    const Json& of(const std::string& name) const { return reference_.at("tokenizers").at(name); }
    std::vector<std::int32_t> expected(const std::string& name, std::size_t text) const {
        return of(name).at("ids").at(text).get<std::vector<std::int32_t>>();
    }

    static std::string utf8(std::int32_t code) {
        std::string text;
        const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
        if (code < 0x80) return text += static_cast<char>(code), text;
        if (code < 0x800) return text += static_cast<char>(0xC0 | code >> 6), tail(0), text;
        if (code < 0x10000) return text += static_cast<char>(0xE0 | code >> 12), tail(6), tail(0), text;
        return text += static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0), text;
    }

    template <class Each>
    void for_each_assigned(const Each& each) const {
        for (const Json& range : reference_.at("assigned"))
            for (auto code = range[0].get<std::int32_t>(); code < range[1].get<std::int32_t>(); ++code) each(code);
    }

  private Q_SLOTS:
    void initTestCase() {
        reference_ = io::read_json(data_ / "reference.json");
        for (const char* name : {"gpt2", "qwen", "llama3", "few_bytes"})
            tokenizers_[name] = load_tokenizer(data_ / (std::string(name) + ".json"));
        QVERIFY(texts().size() > 300);
    }

    void ids_are_those_of_the_reference() {
        const std::vector<std::string> texts = this->texts();
        for (const auto& [name, loaded] : tokenizers_)
            for (std::size_t i = 0; i < texts.size(); ++i)
                if (encode(*loaded.tokenizer, texts[i]) != expected(name, i))
                    QFAIL((name + ": " + Json(texts[i]).dump()).c_str());
    }

    // Each code point that Unicode 14 assigns: after a letter and before one, after a space, alone on a line, twice.
    void every_character_has_the_ids_of_the_reference() {
        for (const char* name : {"gpt2", "qwen", "llama3"}) {
            std::map<std::int32_t, Sha256> blocks;
            for_each_assigned([&](std::int32_t code) {
                const std::string c = utf8(code);
                const auto ids = encode(tokenizer(name), "a" + c + "b " + c + "1\n" + c + c + " ");
                blocks[code >> 12].update(ids.data(), ids.size() * sizeof ids[0]);
            });
            const Json& sweep = of(name).at("sweep");
            QCOMPARE(blocks.size(), sweep.size());
            for (auto& [block, digest] : blocks)
                if (digest.hex() != sweep.at(std::to_string(block)))
                    qWarning("%s: block U+%X000", name, block), QTest::qFail("differs", __FILE__, __LINE__);
        }
    }

    void every_mark_among_others_has_the_ids_of_the_reference() {
        for (const char* name : {"gpt2", "qwen", "llama3"}) {
            Sha256 digest;
            for (const Json& mark : reference_.at("marks")) {
                const std::string c = utf8(mark.get<std::int32_t>());
                const auto ids = encode(tokenizer(name), "a\u0301" + c + "\u0323\u0334 \u0938" + c + "\u093C");
                digest.update(ids.data(), ids.size() * sizeof ids[0]);
            }
            QCOMPARE(digest.hex(), of(name).at("mark_sweep").get<std::string>());
        }
    }

    // As the reference decodes, but for an added token with letters that also stand for bytes in GPT-2's alphabet.
    void texts_come_back() {
        const std::vector<std::string> texts = this->texts();
        for (const char* name : {"gpt2", "qwen", "llama3"})
            for (std::size_t i = 0; i < texts.size(); ++i) {
                std::string text = of(name).at("decoded").value(std::to_string(i), texts[i]);
                for (auto at = text.find("caf\uFFFD"); at != std::string::npos; at = text.find("caf\uFFFD"))
                    text.replace(at, 6, "café");
                if (const std::string decoded = tokenizer(name).decode(expected(name, i)); decoded != text)
                    QFAIL((name + std::string(": ") + Json(decoded).dump() + " for " + Json(text).dump()).c_str());
            }
    }

    void what_stands_around_a_text_is_the_template() {
        for (const auto& [name, loaded] : tokenizers_) {
            std::vector<std::int32_t> around = loaded.before;
            around.insert(around.end(), loaded.after.begin(), loaded.after.end());
            QCOMPARE(around, of(name).at("around_nothing").get<std::vector<std::int32_t>>());
        }
        QCOMPARE(tokenizers_.at("llama3").before.size(), std::size_t{1});
    }

    void bytes_that_are_no_utf8_come_back() {
        RandomStream random(7, "bytes");
        for (int i = 0; i < 300; ++i) {
            std::string bytes;
            for (std::uint64_t k = random.below(40); k > 0; --k) bytes += static_cast<char>(random.below(256));
            for (const char* name : {"gpt2", "llama3"})
                QCOMPARE(tokenizer(name).decode(encode(tokenizer(name), bytes)), bytes);
        }
        for (const char* bytes : {"\xFF\xFE", "a\x80z \x80", "\xC3", "\xE2\x82 x", "\xED\xA0\x80", "\xF5\x80\x80\x80"})
            QCOMPARE(tokenizer("qwen").decode(encode(tokenizer("qwen"), bytes)), std::string(bytes));
    }

    void bytes_of_tokens_are_those_of_the_text() {
        for (const std::string& text : texts()) {
            std::int64_t bytes = 0;
            for (const std::int32_t id : encode(tokenizer("llama3"), text))
                bytes += tokenizer("llama3").is_special(id)
                             ? static_cast<std::int64_t>(tokenizer("llama3").decode({&id, 1}).size())
                             : tokenizer("llama3").byte_length(id);
            QCOMPARE(bytes, static_cast<std::int64_t>(text.size()));
        }
        const std::int32_t border = tokenizer("qwen").end_of_document_id();
        QCOMPARE(tokenizer("qwen").decode({&border, 1}), std::string("<|endoftext|>"));
        QVERIFY(tokenizer("qwen").is_special(border));
        QCOMPARE(tokenizer("qwen").byte_length(border), 0);
        QVERIFY(!tokenizer("qwen").is_special(encode(tokenizer("qwen"), "<think>").at(0)));
        QCOMPARE(tokenizer("few_bytes").unknown_id(), encode(tokenizer("few_bytes"), "\x01").back());
    }

    void ids_outside_the_vocabulary_decode_to_a_mark() {
        const std::vector<std::int32_t> ids = {-1, static_cast<std::int32_t>(tokenizer("gpt2").vocab_size()), 1 << 30};
        QCOMPARE(tokenizer("gpt2").decode(ids), std::string("\uFFFD\uFFFD\uFFFD"));
        QVERIFY(tokenizer("gpt2").is_special(-1));
        QCOMPARE(tokenizer("gpt2").byte_length(1 << 30), 0);
    }

    void long_runs_are_encoded() {
        for (const char* unit : {"^", "a", " ", "\n", "1", "é", "<", " \n", "[B]"}) {
            std::string run;
            while (run.size() < 1'000'000) run += unit;
            for (const char* name : {"gpt2", "qwen", "llama3"})
                QCOMPARE(tokenizer(name).decode(encode(tokenizer(name), run)), run);
        }
    }

    void a_word_is_the_same_the_second_time() {
        const std::vector<std::string> all = texts();
        for (int time = 0; time < 2; ++time)
            for (std::size_t i = 0; i < all.size(); ++i)
                QCOMPARE(encode(tokenizer("qwen"), all[i]), expected("qwen", i));
    }

    // U+0958 always decomposes, so that nothing before it is passed over as normal already.
    void text_passed_over_is_in_normal_form() {
        std::string buffer;
        const auto normal = [&](const std::string& text) { return std::string(nfc(text, buffer)); };
        const std::string decomposed = normal("\u0958");
        QCOMPARE(decomposed, std::string("\u0915\u093C"));
        for_each_assigned([&](std::int32_t code) {
            const std::string c = utf8(code);
            for (const char* before : {"", "A", "가", "か"})
                if (const std::string text = before + c; normal(text) + decomposed != normal(text + "\u0958"))
                    QFAIL(QByteArray::number(code, 16));
        });
        QCOMPARE(normal("e\u0301 \xFF\u0301e\u0301"), std::string("é \xFF\u0301é"));
    }
};

QTEST_GUILESS_MAIN(ByteLevelBpeTest)
#include "byte_level_bpe_test.moc"
