#include "core/data/tokenizers/load.h"

#include "core/data/prepare.h"
#include "core/data/stories.h"
#include "core/io/json_file.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/vocab_and_merges.h"

#include <QTest>

using namespace ablate;
using namespace ablate::data;
using test::input_error;
using test::is_line_with;

// Which files make a tokenizer, and which are refused.
class LoadTest : public QObject {
    Q_OBJECT

    const std::filesystem::path data_ = std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/tokenizers";
    test::TempFolder folder_;

    static std::vector<std::int32_t> encode(const LoadedTokenizer& loaded, std::string_view text) {
        std::vector<std::int32_t> ids;
        loaded.tokenizer->encode(text, ids);
        return ids;
    }
    std::filesystem::path folder(const char* name) {
        std::filesystem::create_directories(folder_ / name);
        return folder_ / name;
    }
    // vocab.json and merges.txt of a tokenizer.json, in a folder of their own.
    std::filesystem::path two_files(const char* name) {
        const std::filesystem::path two = folder(name);
        test::write_vocab_and_merges(data_ / (std::string(name) + ".json"), two);
        return two;
    }
    void compare(const LoadedTokenizer& loaded, const LoadedTokenizer& reference) {
        const Json texts = io::read_json(data_ / "reference.json").at("texts");
        for (const Json& text : texts)
            QCOMPARE(encode(loaded, text.get<std::string>()), encode(reference, text.get<std::string>()));
    }
    std::string refusal(const Json& json) {
        io::write_json(folder_ / "changed.json", json);
        return input_error([&] { load_tokenizer(folder_ / "changed.json"); });
    }

  private Q_SLOTS:
    void two_files_of_gpt2() {
        const std::filesystem::path two = two_files("gpt2");
        Json one = io::read_json(data_ / "gpt2.json");
        one["added_tokens"] = {one["added_tokens"][0]};
        one["pre_tokenizer"]["add_prefix_space"] = false;
        io::write_json(folder_ / "one.json", one);
        compare(load_tokenizer(two), load_tokenizer(folder_ / "one.json"));
        compare(load_tokenizer(two / "vocab.json"), load_tokenizer(folder_ / "one.json"));
        const auto loaded = load_tokenizer(two);
        QVERIFY(loaded.tokenizer->is_special(loaded.tokenizer->end_of_document_id()));

        const std::string merges = read_file(two / "merges.txt");
        atomic_write(two / "merges.txt", merges + "Ġthe quokka\n");
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(two); }), {"merges.txt: line ", "'quokka'"}));
        atomic_write(two / "merges.txt", "#version: 0.2\nĠ t h\n");
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(two); }), {"merges.txt: line 2", "no merge"}));
        std::filesystem::remove(two / "merges.txt");
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(two); }), {"vocab.json", "merges.txt"}));
    }

    void two_files_of_qwen() {
        const std::filesystem::path two = two_files("qwen");
        Json config = test::qwen_tokenizer_config(data_ / "qwen.json");
        io::write_json(two / "tokenizer_config.json", config);
        compare(load_tokenizer(two), load_tokenizer(data_ / "qwen.json"));

        config["tokenizer_class"] = "BloomTokenizerFast";
        io::write_json(two / "tokenizer_config.json", config);
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(two); }), {"tokenizer_config.json", "'BloomTokenizer'"}));
        config = {{"added_tokens_decoder", {{"99999999", {{"content", "x"}}}}}};
        io::write_json(two / "tokenizer_config.json", config);
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(two); }), {"added_tokens_decoder", "99999999"}));
    }

    void a_folder_is_what_it_holds() {
        const std::filesystem::path mixed = two_files("gpt2");
        std::filesystem::copy_file(data_ / "llama3.json", mixed / "tokenizer.json");
        QCOMPARE(load_tokenizer(mixed).file, mixed / "tokenizer.json");
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(folder("empty")); }), {"empty", "no tokenizer"}));
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(folder_ / "none.json"); }), {"none.json"}));
    }

    void a_sentencepiece_model() {
        std::string text;
        for (std::uint64_t i = 0; i < 600; ++i) text += story(1, i);
        DataConfig config;
        config.vocab_size = 600;
        config.byte_fallback = true;
        tokenize(config, {folder_.write("text.txt", text)}, folder_ / "tokens");
        const auto loaded = load_tokenizer(folder_ / "tokens");
        QCOMPARE(loaded.file, folder_ / "tokens/tokenizer.model");
        for (const char* line : {"", "Lily found a key.", "naïve café 日本 😀"})
            QCOMPARE(loaded.tokenizer->decode(encode(loaded, line)), std::string(line));

        // As transformers, which puts <s> first for a LlamaTokenizer that does not say otherwise.
        const auto before = [&](const Json& config) {
            io::write_json(folder_ / "tokens/tokenizer_config.json", config);
            return load_tokenizer(folder_ / "tokens").before;
        };
        QVERIFY(loaded.before.empty());
        QCOMPARE(before({{"tokenizer_class", "LlamaTokenizer"}}), std::vector<std::int32_t>{1});
        QVERIFY(before({{"tokenizer_class", "LlamaTokenizerFast"}, {"add_bos_token", false}}).empty());
        QCOMPARE(before({{"add_bos_token", true}}), std::vector<std::int32_t>{1});
        QVERIFY(before({{"tokenizer_class", "T5Tokenizer"}}).empty());
        QVERIFY(is_line_with(input_error([&] {
                                 before({{"add_bos_token", "yes"}});
                             }),
                             {"add_bos_token", "true or false"}));
    }

    void what_is_not_known_is_refused_by_name_data() {
        QTest::addColumn<QString>("patch");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* patch, const char* part) { QTest::newRow(part) << patch << part; };
        row(R"({"normalizer": {"type": "Lowercase"}})", "normalizer.type: 'Lowercase'");
        row(R"({"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Prepend"}]}})",
            "normalizer.normalizers[1].type: 'Prepend'");
        row(R"({"pre_tokenizer": null})", "pre_tokenizer: there is no ByteLevel");
        row(R"({"pre_tokenizer": {"type": "Metaspace", "replacement": "_"}})", "pre_tokenizer.type: 'Metaspace'");
        row(R"({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split",
                "pattern": {"Regex": "\\w+|\\s+"}, "behavior": "Isolated", "invert": false}]}})",
            "pretokenizers[0].pattern.Regex: '\\w+|\\s+' is not known");
        row(R"({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split",
                "pattern": {"String": " "}, "behavior": "Isolated", "invert": false}]}})",
            "pretokenizers[0].pattern: only a Regex");
        row(R"({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "ByteLevel"}]}})",
            "pretokenizers[1]: only a Split and a ByteLevel");
        row(R"({"decoder": {"type": "WordPiece"}})", "decoder.type: 'WordPiece'");
        row(R"({"post_processor": {"type": "RobertaProcessing"}})", "post_processor.type: 'RobertaProcessing'");
        row(R"({"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}],
                "special_tokens": {}}})",
            "single[0]: the token is not among");
        row(R"({"post_processor": {"type": "TemplateProcessing", "single": [], "special_tokens": {}}})",
            "single: the template has no place");
        row(R"({"model": {"type": "Unigram"}})", "model.type: 'Unigram'");
        row(R"({"model": null})", "model: there is no model");
        row(R"({"model": {"byte_fallback": true}})", "model.byte_fallback");
        row(R"({"model": {"dropout": 0.1}})", "model.dropout");
        row(R"({"model": {"end_of_word_suffix": "</w>"}})", "model.end_of_word_suffix");
        row(R"({"model": {"unk_token": "<nothing>"}})", "model.unk_token: the vocabulary has no such");
        row(R"({"model": {"vocab": []}})", "model.vocab: a vocabulary is expected");
        row(R"({"model": {"vocab": {"a": -1}}})", "model.vocab.a: a token id is expected");
        row(R"({"model": {"vocab": {"a": 2147483647}}})", "model.vocab.a: the id 2147483647 is out of reach");
        row(R"({"model": {"vocab": {"Ġ": 5}}})", "have the same id 5");
        row(R"({"model": {"merges": {}}})", "model.merges: a list");
        row(R"({"model": {"merges": [["a", "b", "c"]]}})", "model.merges[0]: a merge is");
        row(R"({"model": {"merges": ["a b", "a  b"]}})", "model.merges[");
        row(R"({"model": {"merges": [["Ġ", "Ω"]]}})", "model.merges[0]: the vocabulary has no token 'Ω'");
        row(R"({"added_tokens": [{"id": 5, "content": "<new>"}]})", "added_tokens[0]: '<new>' has the id 5 of");
        row(R"({"added_tokens": [{"id": 99999, "content": "<new>"}]})", "added_tokens[0].id: the id 99999");
        row(R"({"added_tokens": [{"id": 621}]})", "added_tokens[0].content: a text is expected");
        row(R"({"added_tokens": [{"id": 621, "content": "x", "lstrip": 1}]})", "lstrip: true or false");
    }

    void what_is_not_known_is_refused_by_name() {
        QFETCH(QString, patch);
        QFETCH(QString, part);
        Json json = io::read_json(data_ / "qwen.json");
        QVERIFY(refusal(json).empty());
        Json change = Json::parse(patch.toStdString());
        if (change.contains("model") && change["model"].is_object() && change["model"].value("type", "") != "Unigram") {
            for (const auto& [key, value] : change["model"].items()) {
                Json& member = json["model"][key];
                if (value.is_object() && member.is_object() && !value.empty())
                    member.update(value);
                else
                    member = value;
            }
        } else {
            json.update(change);
        }
        QVERIFY2(is_line_with(refusal(json), {"changed.json: ", part.toStdString().c_str()}), refusal(json).c_str());
    }

    // Each mutant is refused in one line or works, whatever it holds; none makes a table much larger than itself.
    void damaged_files_do_no_harm() {
        std::vector<std::string> corpus;
        for (const char* name : {"gpt2", "qwen", "llama3", "few_bytes"})
            corpus.push_back(read_file(data_ / (std::string(name) + ".json")));
        test::Mutator mutator(5, corpus);
        int sound = 0;
        for (int i = 0; i < test::mutant_count(); ++i) {
            const auto file = folder_.write("mutant.json", mutator.next());
            const std::string message = input_error([&] {
                const auto loaded = load_tokenizer(file);
                QVERIFY(loaded.tokenizer->vocab_size() < 20'000);
                auto ids = encode(loaded, "It's  <|endoftext|> cafe\u0301 [B] 123\r\n\xFF 世界");
                for (std::int32_t id = 0; id < loaded.tokenizer->vocab_size(); ++id) ids.push_back(id);
                loaded.tokenizer->decode(ids);
                ++sound;
            });
            QVERIFY2(message.empty() || is_line_with(message, {"mutant.json"}), message.c_str());
        }
        QVERIFY(sound > 0 && sound < test::mutant_count());
    }
};

QTEST_GUILESS_MAIN(LoadTest)
#include "load_test.moc"
