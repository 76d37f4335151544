#include "core/data/tokenizers/load.h"

#include "core/data/prepare.h"
#include "core/data/stories.h"
#include "core/io/json_file.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/vocab_and_merges.h"

#include <QTest>
#include <numeric>

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
    // vocab.json and merges.txt of a tokenizer.json, in their own folder.
    std::filesystem::path two_files(const char* name) {
        std::filesystem::remove_all(folder_ / name);  // what another test put beside them counts
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

        // As transformers 5.24, which puts <s> first where add_bos_token is true.
        const std::filesystem::path llama = folder("llama");
        std::filesystem::copy_file(data_ / "sentencepiece/tokenizer.model", llama / "tokenizer.model");
        const auto before = [&](const Json& config) {
            io::write_json(llama / "tokenizer_config.json", config);
            return load_tokenizer(llama).before;
        };
        QVERIFY(loaded.before.empty() && load_tokenizer(llama).before.empty());
        QVERIFY(before({{"tokenizer_class", "LlamaTokenizer"}}).empty());
        QVERIFY(before({{"tokenizer_class", "LlamaTokenizerFast"}, {"add_bos_token", false}}).empty());
        QCOMPARE(before({{"add_bos_token", true}}), std::vector<std::int32_t>{1});
        QVERIFY(is_line_with(input_error([&] {
                                 before({{"add_bos_token", "yes"}});
                             }),
                             {"add_bos_token", "true or false"}));
    }

    // A .model beside other files: the ids of transformers.
    void what_stands_beside_a_model_counts_data() {
        QTest::addColumn<QString>("name");
        const Json reference = io::read_json(data_ / "sentencepiece/reference.json");
        for (const auto& form : reference["forms"].items()) QTest::newRow(form.key().c_str()) << form.key().c_str();
    }
    void what_stands_beside_a_model_counts() {
        QFETCH(QString, name);
        const Json reference = io::read_json(data_ / "sentencepiece/reference.json");
        const Json& form = reference["forms"][name.toStdString()];
        const std::filesystem::path place = folder(("sp-" + name).toStdString().c_str());
        std::filesystem::copy_file(data_ / "sentencepiece/tokenizer.model", place / "tokenizer.model");
        for (const auto& [file, content] : form["files"].items()) io::write_json(place / file, content);
        const LoadedTokenizer loaded = load_tokenizer(place);
        QVERIFY(loaded.remarks.empty());
        for (std::size_t i = 0; i < reference["texts"].size(); ++i) {
            const auto text = reference["texts"][i].get<std::string>();
            const auto expected = form["ids"][i].get<std::vector<std::int32_t>>();
            QVERIFY2(encode(loaded, text) == expected, text.c_str());
            std::vector<std::int32_t> ids, bytes;
            loaded.tokenizer->encode_with_bytes(text, ids, bytes);
            QCOMPARE(ids, expected);
            QCOMPARE(bytes.size(), ids.size());
        }
    }

    void a_model_alone_is_sentencepieces() {
        const Json reference = io::read_json(data_ / "sentencepiece/reference.json");
        const LoadedTokenizer loaded = load_tokenizer(data_ / "sentencepiece/tokenizer.model");
        for (std::size_t i = 0; i < reference["texts"].size(); ++i) {
            const auto text = reference["texts"][i].get<std::string>();
            QCOMPARE(encode(loaded, text), reference["sentencepiece"][i].get<std::vector<std::int32_t>>());
            std::vector<std::int32_t> ids, bytes;
            loaded.tokenizer->encode_with_bytes(text, ids, bytes);
            QCOMPARE(std::accumulate(bytes.begin(), bytes.end(), std::size_t{0}), text.size());
        }
    }

    void added_tokens_that_contradict_the_model_are_refused() {
        const std::filesystem::path place = folder("contradicts");
        std::filesystem::copy_file(data_ / "sentencepiece/tokenizer.model", place / "tokenizer.model");
        io::write_json(place / "added_tokens.json", {{"<|im_start|>", 7}});
        QVERIFY(
            is_line_with(input_error([&] { load_tokenizer(place); }), {"'<|im_start|>' has the id 7 of the model's"}));
        io::write_json(place / "added_tokens.json", {{"<s>", 430}});
        QVERIFY(
            is_line_with(input_error([&] { load_tokenizer(place); }), {"'<s>' has the id 430, and 1 in the model"}));
        io::write_json(place / "added_tokens.json", {{"<x>", 1 << 30}});
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(place); }), {"added_tokens.json: <x>", "out of reach"}));
        io::write_json(place / "added_tokens.json", {{"<x>", 421}});
        io::write_json(place / "tokenizer_config.json",
                       {{"added_tokens_decoder", {{"420", {{"content", "<y>"}}}}}, {"pad_token", "[PAD]"}});
        const auto remarks = load_tokenizer(place).remarks;
        QCOMPARE(remarks.size(), 2u);
        QVERIFY(is_line_with(remarks[0], {"added_tokens.json", "'<x>'", "added_tokens_decoder"}));
        QVERIFY(is_line_with(remarks[1], {"pad_token", "'[PAD]'", "no id"}));
    }

    // What named tokens are special, by each of the files that may name them.
    void special_tokens_are_found_by_their_names() {
        const std::filesystem::path place = two_files("gpt2");
        Json vocab = io::read_json(place / "vocab.json");
        const auto begin = static_cast<std::int32_t>(vocab.size()) + 20;
        vocab["<begin>"] = begin;
        vocab["<end>"] = begin + 1;
        vocab["<mark>"] = begin + 2;
        vocab["<more>"] = begin + 3;
        io::write_json(place / "vocab.json", vocab);
        io::write_json(place / "tokenizer_config.json", {{"tokenizer_class", "GPT2TokenizerFast"},
                                                         {"bos_token", "<begin>"},
                                                         {"mask_token", {{"content", "<mark>"}, {"lstrip", true}}},
                                                         {"add_bos_token", true}});
        io::write_json(place / "special_tokens_map.json",
                       {{"eos_token", {{"content", "<end>"}}}, {"additional_special_tokens", {"<more>"}}});
        const LoadedTokenizer loaded = load_tokenizer(place);
        QCOMPARE(loaded.before, std::vector<std::int32_t>{begin});
        std::vector<std::int32_t> ids = {begin};
        for (const std::int32_t id : encode(loaded, "a")) ids.push_back(id);
        ids.insert(ids.end(), {begin + 2, begin + 3, begin + 1});
        QCOMPARE(encode(loaded, "<begin>a  <mark><more><end>"), ids);
        for (std::int32_t id = begin; id < begin + 4; ++id) QVERIFY(loaded.tokenizer->is_special(id));
    }

    void the_readable_of_two_main_files_is_taken() {
        const std::filesystem::path place = folder("both");
        std::filesystem::copy_file(data_ / "sentencepiece/tokenizer.model", place / "tokenizer.model");
        const Json reference = io::read_json(data_ / "sentencepiece/reference.json");
        for (const char* unread : {R"({"model": {"type": "Unigram", "vocab": []}})",
                                   "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"}) {
            atomic_write(place / "tokenizer.json", unread);
            const LoadedTokenizer loaded = load_tokenizer(place);
            QCOMPARE(loaded.file, place / "tokenizer.model");
            QCOMPARE(*find_tokenizer(place), place / "tokenizer.model");
            QCOMPARE(tokenizer_files(place).front(), place / "tokenizer.model");
            QCOMPARE(loaded.remarks.size(), 1u);
            QVERIFY(is_line_with(loaded.remarks[0], {"tokenizer.model next to it", "tokenizer.json"}));
            QCOMPARE(encode(loaded, "The old king"), reference["sentencepiece"][0].get<std::vector<std::int32_t>>());
        }
        std::filesystem::remove(place / "tokenizer.model");
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(place); }), {"tokenizer.json"}));
        two_files("gpt2");
        std::filesystem::copy_file(folder_ / "gpt2/vocab.json", place / "vocab.json");  // without merges.txt
        std::filesystem::copy_file(data_ / "sentencepiece/tokenizer.model", place / "tokenizer.model");
        QCOMPARE(load_tokenizer(place).file, place / "tokenizer.model");
    }

    void openais_first_names_are_known() {
        const std::filesystem::path two = two_files("gpt2"), first = folder("openai");
        std::filesystem::copy_file(two / "vocab.json", first / "encoder.json");
        std::filesystem::copy_file(two / "merges.txt", first / "vocab.bpe");
        compare(load_tokenizer(first), load_tokenizer(two));
        compare(load_tokenizer(first / "encoder.json"), load_tokenizer(two));
        DataConfig config;
        config.vocab_size = 800;
        config.tokenizer = first;
        std::string text;
        for (std::uint64_t i = 0; i < 60; ++i) text += story(1, i);
        config.block_lines = 10;
        tokenize(config, {folder_.write("openai.txt", text)}, folder_ / "openai-tokens");
        compare(load_tokenizer(folder_ / "openai-tokens"), load_tokenizer(two));
        std::filesystem::remove(first / "vocab.bpe");
        QVERIFY(is_line_with(input_error([&] { load_tokenizer(first); }), {"encoder.json", "no vocab.bpe next to it"}));
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
            "pretokenizers[1]: only a Split followed by");
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
