#include "core/data/tokenizers/load.h"
#include "core/io/json_file.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::data;
using namespace std::string_literals;
using test::input_error;
using test::is_line_with;

namespace fs = std::filesystem;

// Folders that AutoTokenizer of transformers 5.24 reads otherwise than the main file says: its ids, or a refusal.
class AutoClassTest : public QObject {
    Q_OBJECT

    using Ids = std::vector<std::int32_t>;

    const fs::path data_ = fs::path(ABLATE_SOURCE_DIR) / "tests/data/tokenizers";
    test::TempFolder folder_;
    int folders_ = 0;

    static Ids encode(const LoadedTokenizer& loaded, std::string_view text) {
        Ids ids;
        loaded.tokenizer->encode(text, ids);
        return ids;
    }
    fs::path new_folder() {
        const fs::path folder = folder_ / std::to_string(++folders_);
        fs::create_directories(folder);
        return folder;
    }
    fs::path with_json(const char* name, const Json& config, const Json& model = Json()) {
        const fs::path folder = new_folder();
        fs::copy_file(data_ / (std::string(name) + ".json"), folder / "tokenizer.json");
        if (!config.is_null()) io::write_json(folder / "tokenizer_config.json", config);
        if (!model.is_null()) io::write_json(folder / "config.json", model);
        return folder;
    }
    // The reference model with more bytes: Protocol Buffers add pieces and replace settings.
    fs::path with_model(const std::string& more, const Json& config) {
        const fs::path folder = new_folder();
        atomic_write(folder / "tokenizer.model", read_file(data_ / "sentencepiece/tokenizer.model") + more);
        if (!config.is_null()) io::write_json(folder / "tokenizer_config.json", config);
        return folder;
    }
    static Json one_member(const char* key, const std::string& value) {
        Json json = Json::object();
        json[key] = value;
        return json;
    }
    static Json class_of(const char* name) { return one_member("tokenizer_class", name); }
    static Json type_of(const char* name) { return one_member("model_type", name); }
    static std::string refusal(const fs::path& folder) {
        return input_error([&] { load_tokenizer(folder); });
    }

  private Q_SLOTS:
    void a_class_that_builds_what_the_file_says_is_read() {
        const Ids gpt2 = {328, 221, 18, 16, 18, 20, 12, 616, 65, 70, 69, 524};
        const std::string text = "in 2024, cafe\u0301";
        for (const fs::path& folder :
             {with_json("gpt2", class_of("GPT2TokenizerFast")), with_json("gpt2", class_of("CodeGenTokenizer")),
              with_json("gpt2", class_of("PreTrainedTokenizerFast"), type_of("qwen3")),
              with_json("gpt2", class_of("LlamaTokenizerFast"), type_of("llama")),
              with_json("gpt2", class_of("Qwen2Tokenizer"), type_of("olmo2")),
              with_json("gpt2", Json(), type_of("gpt2")), with_json("gpt2", class_of("NoSuchTokenizer"))})
            QCOMPARE(encode(load_tokenizer(folder), text), gpt2);
        const fs::path spaced = with_json("gpt2", {{"tokenizer_class", "GPT2Tokenizer"}, {"add_prefix_space", true}});
        QCOMPARE(encode(load_tokenizer(spaced), "in").front(), 307);
        for (const fs::path& folder :
             {with_json("qwen", class_of("Qwen2TokenizerFast")), with_json("qwen", Json(), type_of("qwen3")),
              with_json("qwen", class_of("PreTrainedTokenizerFast"), type_of("qwen2"))})
            QCOMPARE(encode(load_tokenizer(folder), text), (Ids{325, 220, 17, 15, 17, 19, 11, 220, 625}));
        QVERIFY(refusal(with_json("llama3", class_of("PreTrainedTokenizerFast"), type_of("llama"))).empty());
    }

    void a_class_that_builds_something_else_is_refused() {
        QVERIFY(is_line_with(refusal(with_json("llama3", class_of("Qwen2Tokenizer"))),
                             {"tokenizer_class Qwen2Tokenizer splits as Qwen2, tokenizer.json as Llama 3",
                              "set tokenizer_class to PreTrainedTokenizerFast"}));
        QVERIFY(is_line_with(refusal(with_json("gpt2", Json(), type_of("qwen3"))),
                             {"config.json: model_type 'qwen3', whose class Qwen2Tokenizer splits as Qwen2"}));
        QVERIFY(is_line_with(refusal(with_json("gpt2", class_of("PreTrainedTokenizerFast"), type_of("qwen2"))),
                             {"model_type 'qwen2'", "copy tokenizer.json to a separate folder"}));
        QVERIFY(is_line_with(refusal(with_json("gpt2", class_of("GPTNeoXTokenizerFast"))),
                             {"GPTNeoXTokenizer normalizes to NFC, tokenizer.json does not"}));
        QVERIFY(is_line_with(refusal(with_json("qwen", class_of("GPT2Tokenizer"))),
                             {"GPT2Tokenizer splits as GPT-2, tokenizer.json as Qwen2"}));
        for (const char* name : {"RobertaTokenizer", "BartTokenizer", "WhisperTokenizer", "CohereTokenizerFast"})
            QVERIFY(is_line_with(refusal(with_json("gpt2", class_of(name))), {"tokenizer_class ", "not known here"}));
        QVERIFY(is_line_with(
            refusal(with_json("qwen", {{"tokenizer_class", "Qwen2Tokenizer"}, {"add_prefix_space", true}})),
            {"add_prefix_space: true is not known here for Qwen2Tokenizer"}));
        // A folder of tokens that Ablate made was judged before, with a config.json that is not copied.
        const fs::path prepared = with_json("llama3", class_of("GPT2Tokenizer"));
        io::write_json(prepared / "data.json", {{"format", 1}, {"texts", Json::array()}, {"recipe", 2}});
        QVERIFY(refusal(prepared).empty());
    }

    void added_tokens_have_the_ids_that_transformers_gives() {
        Json json = io::read_json(data_ / "qwen.json");
        Json token = json["added_tokens"][0];
        token["content"] = "<far>";
        token["id"] = 630;
        json["added_tokens"].push_back(token);
        const fs::path folder = new_folder();
        io::write_json(folder / "tokenizer.json", json);
        QVERIFY(is_line_with(refusal(folder),
                             {"added_tokens[7]", "Transformers gives '<far>' the id 627, the file says 630"}));
        json["added_tokens"][7]["id"] = 627;
        io::write_json(folder / "tokenizer.json", json);
        QCOMPARE(encode(load_tokenizer(folder), "<far>"), Ids{627});
        io::write_json(folder / "added_tokens.json", {{"<next>", 628}, {"<a>", 629}});
        QCOMPARE(encode(load_tokenizer(folder), "<next><a>"), (Ids{628, 629}));
        io::write_json(folder / "added_tokens.json", {{"<next>", 640}});
        QVERIFY(is_line_with(refusal(folder), {"gives '<next>' the id 628, the file says 640"}));

        const Json decoder = {{"added_tokens_decoder", {{"421", {{"content", "<y>"}}}}}};
        QVERIFY(is_line_with(refusal(with_model("", decoder)), {"gives '<y>' the id 420, the file says 421"}));
    }

    // The ids of transformers 5.24 for the model with one more piece.
    void user_defined_pieces_are_cut_out_for_llama() {
        const std::string piece = "\x0a\x10\x0a\x07<extra>\x15\0\0\0\0\x18\x04"s;
        Json config = class_of("LlamaTokenizer");
        config["add_bos_token"] = false;
        for (const bool legacy : {true, false}) {
            config["legacy"] = legacy;
            const LoadedTokenizer loaded = load_tokenizer(with_model(piece, config));
            QCOMPARE(encode(loaded, "<extra><extra>"), (Ids{420, 420}));
            QCOMPARE(encode(loaded, "The<extra>old king"),
                     legacy ? (Ids{325, 420, 328, 298}) : (Ids{325, 420, 345, 326, 298}));
            QCOMPARE(loaded.tokenizer->decode(encode(loaded, "The<extra>old king")), "The<extra>old king"s);
        }
        QCOMPARE(encode(load_tokenizer(with_model(piece, Json())), "<extra><extra>"), (Ids{341, 420, 420}));
    }

    void models_that_llama_reads_otherwise_are_refused() {
        const std::vector<std::pair<std::string, const char*>> settings = {
            {"\x1a\x02\x20\x01"s, "remove_extra_whitespaces"},
            {"\x1a\x02\x28\0"s, "escape_whitespaces"},
            {"\x12\x02\x18\x01"s, "model_type is not BPE"},
            {"\x12\x03\xc0\x01\x01"s, "treat_whitespace_as_suffix"}};
        for (const auto& [bytes, field] : settings)
            QVERIFY(is_line_with(refusal(with_model(bytes, class_of("LlamaTokenizer"))),
                                 {"tokenizer.model", field, "remove tokenizer_class"}));
        QVERIFY(refusal(with_model("\x1a\x02\x20\x01", Json())).empty());  // sentencepiece's own ids
    }

    void other_classes_of_a_model_are_refused() {
        for (const char* name : {"T5Tokenizer", "GemmaTokenizer", "XLNetTokenizer", "PreTrainedTokenizerFast"})
            QVERIFY(is_line_with(refusal(with_model("", class_of(name))),
                                 {"tokenizer_config.json: tokenizer_class: '", "known: LlamaTokenizer"}));
        Json exported = class_of("PreTrainedTokenizerFast");  // as Ablate exports a .model
        for (const char* role : {"bos_token", "eos_token", "unk_token"}) exported[role] = nullptr;
        QVERIFY(refusal(with_model("", exported)).empty());
    }

    void what_llama_puts_before_a_text() {
        const fs::path folder = with_model("", class_of("LlamaTokenizer"));
        const auto silent = load_tokenizer(folder);
        QVERIFY(silent.before.empty());
        QCOMPARE(silent.remarks.size(), std::size_t{1});
        QVERIFY(is_line_with(silent.remarks[0], {"add_bos_token is not set", "no <s>"}));
        io::write_json(folder / "tokenizer.json", Json::parse(R"({"model": {"type": "Unigram"}, "post_processor":
            {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}],
             "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}})"));
        QCOMPARE(load_tokenizer(folder).before, Ids{1});
        io::write_json(folder / "tokenizer_config.json",
                       {{"tokenizer_class", "LlamaTokenizer"}, {"add_bos_token", false}});
        QVERIFY(load_tokenizer(folder).before.empty());
    }

    void a_named_token_without_an_id_is_told() {
        Json config = class_of("LlamaTokenizer");
        config["add_bos_token"] = false;
        config["pad_token"] = "[PAD]";
        const auto remarks = load_tokenizer(with_model("", config)).remarks;
        QCOMPARE(remarks.size(), std::size_t{1});
        QVERIFY(is_line_with(remarks[0], {"pad_token", "'[PAD]'", "Transformers would add it with the next free id"}));
    }
};

QTEST_GUILESS_MAIN(AutoClassTest)
#include "auto_class_test.moc"
