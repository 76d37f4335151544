#include "core/data/prepare.h"
#include "core/data/sampled_unknown.h"
#include "core/data/stories.h"
#include "core/data/tokenizers/load.h"
#include "core/io/bytes.h"
#include "core/io/json_file.h"
#include "core/io/npy.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <chrono>

using namespace ablate;
using namespace ablate::data;
using test::input_error;
using test::is_line_with;
namespace fs = std::filesystem;

class DataFindingsTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;

    static DataConfig config(const fs::path& text) {
        DataConfig config;
        config.text = text;
        config.vocab_size = 500;
        config.context = 16;
        config.block_lines = 10;
        return config;
    }
    static std::string stories(std::uint64_t seed) {
        std::string text;
        for (std::uint64_t i = 0; i < 100; ++i) text += story(seed, i);
        return text;
    }

  private Q_SLOTS:
    // A few unknown tokens of a large training set must not hide that most of a small set is unknown.
    void each_set_with_unknown_tokens_has_a_finding() {
        std::string foreign;
        for (int i = 0; i < 40; ++i) foreign += "世 the 界\n";
        DataConfig named = config(folder_.write("text.txt", stories(1)));
        named.val = {{"known", folder_.write("known.txt", stories(1) + "more\n")},
                     {"odd", folder_.write("odd.txt", stories(1) + "世\n")},
                     {"val", folder_.write("val.txt", foreign)}};
        const PreparedData data = prepare_data(named, folder_ / "cache");
        QCOMPARE(data.findings.size(), std::size_t{2});
        QVERIFY(is_line_with(data.findings[0], {"80 of ", "of the validation set 'val' are the unknown token"}));
        QVERIFY(is_line_with(data.findings[1], {"1 of ", "of the validation set 'odd'", "count the bytes"}));
        QCOMPARE(data.validation.at(0).name, std::string("val"));
        QCOMPARE(data.validation[0].unknown_tokens, 80);
        QCOMPARE(data.unknown_tokens, 81);
        const fs::file_time_type earlier = fs::file_time_type::clock::now() - std::chrono::seconds(10);
        for (const char* name : {"text.txt", "known.txt", "odd.txt", "val.txt"})
            fs::last_write_time(folder_ / name, earlier);
        prepare_data(named, folder_ / "cache");
        QCOMPARE(early_findings(named, folder_ / "cache"), data.findings);
    }

    void a_missing_text_of_the_environment_is_told_early() {
        qputenv("ABLATE_TEXT", "/no/such/file");
        const auto missing = missing_data(config(""), folder_ / "cache");
        qunsetenv("ABLATE_TEXT");
        QCOMPARE(missing, std::vector<std::string>{"$ABLATE_TEXT: /no/such/file: no such file or folder"});
    }

    // Before a text is tokenized, its beginning tells of unknown tokens; so do the first tokens of files.
    void beginnings_tell_of_unknown_tokens() {
        const PreparedData english = prepare_data(config(folder_.write("en.txt", stories(3))), folder_ / "cache");
        std::string foreign;
        for (int i = 0; i < 40; ++i) foreign += "世 the 界\n";
        DataConfig named = config(folder_.write("text.txt", stories(3) + "more\n"));
        named.tokenizer = english.folder / "tokenizer.model";
        named.vocab_size = english.tokenizer->vocab_size();
        named.val = {{"odd", folder_.write("odd.txt", foreign)}};
        const auto findings = early_findings(named, folder_ / "another cache");
        QCOMPARE(findings.size(), std::size_t{1});
        QVERIFY(is_line_with(findings[0], {"80 of the first ", "of the validation set 'odd' are the unknown token"}));
        DataConfig tokens = config("");
        tokens.tokens = prepare_data(named, folder_ / "cache").folder;
        tokens.vocab_size = named.vocab_size;
        QCOMPARE(early_findings(tokens, folder_ / "another cache"), findings);
    }

    void a_tokenizer_is_kept_for_previews_until_it_changes() {
        const fs::path made = prepare_data(config(folder_.write("kept.txt", stories(4))), folder_ / "cache").folder;
        const fs::path file = folder_ / "kept.model";
        fs::copy_file(made / "tokenizer.model", file);
        const auto first = tokenizer_with_unknown(file);
        QVERIFY(first && first->unknown_id() >= 0);
        QVERIFY(tokenizer_with_unknown(file) == first);
        fs::last_write_time(file, fs::last_write_time(file) - std::chrono::seconds(10));
        const auto second = tokenizer_with_unknown(file);
        QVERIFY(second != first);
        folder_.write("config.json", "{}");  // next to it; a model type there may name another class
        QVERIFY(tokenizer_with_unknown(file) != second);
        // Its tokens are bytes, so it has no unknown token.
        QVERIFY(!tokenizer_with_unknown(fs::path(ABLATE_SOURCE_DIR) / "tests/data/tokenizers/llama3.json"));
    }

    // A document longer than the sample is not cut within a character, which would count as an unknown token.
    void a_sample_ends_between_two_characters() {
        std::string umlauts, line;
        for (int i = 0; i < 40; ++i) umlauts += "ü the ü\n";
        const DataConfig plain = config(folder_.write("umlauts.txt", stories(5) + umlauts));
        const auto tokenizer = load_tokenizer(prepare_data(plain, folder_ / "cache").folder).tokenizer;
        for (int i = 0; i < 100'000; ++i) line += "ü ";  // of three bytes: 256 KiB end within a ü
        auto samples = sample_text(plain, folder_.write("long.txt", line + "\n"), *tokenizer);
        QVERIFY(samples["train"].tokens > 0);
        QCOMPARE(samples["train"].unknown, 0);
    }

    // config.json says that the file counts, whatever class is named, and it is not copied to the tokens.
    void a_copied_tokenizer_is_read_as_the_original() {
        const fs::path from = folder_ / "olmo2";
        fs::create_directory(from);
        fs::copy_file(fs::path(ABLATE_SOURCE_DIR) / "tests/data/tokenizers/llama3.json", from / "tokenizer.json");
        io::write_json(from / "tokenizer_config.json", {{"tokenizer_class", "GPT2Tokenizer"}});
        io::write_json(from / "config.json", {{"model_type", "olmo2"}});
        DataConfig given = config(folder_.write("olmo.txt", stories(2)));
        given.tokenizer = from;
        given.vocab_size = load_tokenizer(from).tokenizer->vocab_size();
        const PreparedData data = prepare_data(given, folder_ / "cache");
        std::vector<std::int32_t> ids, expected;
        data.tokenizer->encode("It's 2026.", ids);
        load_tokenizer(from).tokenizer->encode("It's 2026.", expected);
        QCOMPARE(ids, expected);
    }

    void unknown_tokens_of_the_training_set_are_its_own() {
        const fs::path made =
            prepare_data(config(folder_.write("plain.txt", stories(3) + stories(4))), folder_ / "cache").folder;
        DataConfig other = config(folder_.write("other.txt", stories(3) + "世 and 界\n"));
        other.tokenizer = made;
        other.val = {{"val", folder_.write("plain-val.txt", stories(4))}};
        const PreparedData data = prepare_data(other, folder_ / "cache");
        QCOMPARE(data.findings.size(), std::size_t{1});
        QVERIFY(
            is_line_with(data.findings[0], {"2 of ", "of the training set are the unknown token", "byte-level one"}));
        QVERIFY(data.findings[0].find("its per byte") == std::string::npos);  // it has none
    }

    // A window holds one target more than the context is long.
    void a_context_as_long_as_the_text_is_one_too_long() {
        const auto tokens = [&](const std::string& file, std::int64_t count) {
            std::string bytes = io::npy_header_1d("u2", count);
            for (std::int64_t i = 0; i < count; ++i) io::store(bytes, static_cast<std::uint16_t>(i % 7));
            folder_.write(file, bytes);
        };
        fs::create_directory(folder_ / "tokens");
        tokens("tokens/train.npy", 1000);
        tokens("tokens/val.npy", 427);
        DataConfig given;
        given.tokens = folder_ / "tokens";
        given.context = 427;
        QVERIFY(is_line_with(input_error([&] { prepare_data(given, folder_ / "cache"); }),
                             {"data.context 427 needs 428 tokens", "the validation text has 427"}));
        given.context = 426;
        QCOMPARE(prepare_data(given, folder_ / "cache").validation.at(0).tokens->size(), 427);
    }
};

QTEST_GUILESS_MAIN(DataFindingsTest)
#include "data_findings_test.moc"
