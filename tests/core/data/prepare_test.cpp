#include "core/data/prepare.h"

#include "core/base/sha256.h"
#include "core/data/stories.h"
#include "core/data/tokenizers/load.h"
#include "core/io/bytes.h"
#include "core/io/json_file.h"
#include "core/io/npy.h"
#include "core/train/register.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/vocab_and_merges.h"

#include <sys/wait.h>

#include <QProcess>
#include <QTest>
#include <cmath>
#include <sstream>
#include <thread>

using namespace ablate;
using namespace ablate::data;
using test::input_error;
using test::is_line_with;
namespace fs = std::filesystem;

class PrepareTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;
    fs::path lines_, bordered_;  // the same stories

    static std::vector<std::int64_t> all(const TokenFile& file) {
        std::vector<std::int64_t> ids(static_cast<std::size_t>(file.size()));
        file.read(0, ids);
        return ids;
    }
    static DataConfig config(const fs::path& text) {
        DataConfig config;
        config.text = text;
        config.vocab_size = 500;
        config.context = 32;
        config.block_lines = 10;
        return config;
    }
    static DataConfig of_tokens(const fs::path& tokens) {
        DataConfig given = config({});
        given.text.clear();
        given.tokens = tokens;
        return given;
    }
    std::string refusal(const DataConfig& wrong) const {
        return input_error([&] { prepare_data(wrong, folder_ / "cache"); });
    }
    // A folder of tokens as another program may have written it.
    fs::path foreign(const std::string& name, const std::map<std::string, std::vector<std::uint16_t>>& sets) const {
        fs::create_directory(folder_ / name);
        for (const auto& [file, ids] : sets) {
            std::string bytes =
                file.ends_with(".npy") ? io::npy_header_1d("u2", static_cast<std::int64_t>(ids.size())) : "";
            for (const std::uint16_t id : ids) io::store(bytes, id);
            folder_.write(name + "/" + file, bytes);
        }
        return folder_ / name;
    }
    static void make_old(const fs::path& file) {
        fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::seconds(10));
    }
    // The bytes of a whole set as bits per byte counts them, in windows without overlap.
    static std::int64_t bytes_of(const PreparedData& data, const TokenFile& tokens) {
        const auto ids = all(tokens);
        const Batch whole{1, tokens.size() - 1, {ids.begin(), ids.end() - 1}, {ids.begin() + 1, ids.end()}, {0}};
        const auto is_set = [&](const ValidationSet& set) { return set.tokens.get() == &tokens; };
        const auto set = std::find_if(data.validation.begin(), data.validation.end(), is_set);
        return data.line_start_bytes[static_cast<std::size_t>(ids.front())] +
               target_bytes(data, set == data.validation.end() ? ValidationSet() : *set, whole);
    }

  private Q_SLOTS:
    void initTestCase() {
        std::string lines, bordered;
        for (std::uint64_t i = 0; i < 300; ++i) {
            lines += story(1, i);
            bordered += story(1, i) + "\nMore of it.\n<|endoftext|>\n";
        }
        lines_ = folder_.write("lines.txt", lines);
        bordered_ = folder_.write("bordered.txt", bordered);
    }

    // spm_train and spm_encode with the flags of the quick study's PyTorch twin, on the same split.
    void tokens_are_those_of_sentencepieces_own_programs() {
        const QString programs = ABLATE_SOURCE_DIR "/.deps/sentencepiece/bin/";
        const PreparedData data = prepare_data(config(lines_), folder_ / "cache");
        std::string train, val;
        std::istringstream in(read_file(lines_));
        int number = 0;
        for (std::string line; std::getline(in, line); ++number)
            ((number / 10) % 20 == 10 ? val : train) += line + "\n";
        const auto train_file = folder_.write("train.txt", train);
        const auto model = QString::fromStdString(folder_ / "twin");
        QCOMPARE(
            QProcess::execute(
                programs + "spm_train",
                {"--input=" + QString::fromStdString(train_file), "--model_prefix=" + model, "--vocab_size=500",
                 "--model_type=bpe", "--character_coverage=1.0", "--byte_fallback=false", "--user_defined_symbols=\n",
                 "--normalization_rule_name=identity", "--bos_id=-1", "--eos_id=-1", "--add_dummy_prefix=false",
                 "--remove_extra_whitespaces=false", "--num_threads=2", "--minloglevel=2"}),
            0);
        for (const auto& [text, tokens] :
             {std::pair(train, data.train), std::pair(val, data.validation.at(0).tokens)}) {
            QProcess encode;
            encode.start(programs + "spm_encode", {"--model=" + model + ".model", "--output_format=id",
                                                   QString::fromStdString(folder_.write("set.txt", text))});
            QVERIFY(encode.waitForFinished());
            std::vector<std::int64_t> expected;
            std::istringstream output(encode.readAllStandardOutput().toStdString());
            for (std::string line; std::getline(output, line);) {
                std::istringstream words(line);
                for (std::int64_t id; words >> id;) expected.push_back(id);
                expected.push_back(1);  // the newline piece
            }
            QCOMPARE(all(*tokens), expected);
        }
    }

    void bytes_are_those_of_the_text() {
        for (const fs::path& text : {lines_, bordered_}) {
            const PreparedData data = prepare_data(config(text), folder_ / "cache");
            const Json described = io::read_json(data.folder / "data.json");
            QCOMPARE(data.unknown_tokens, 0);
            QCOMPARE(bytes_of(data, *data.train), described["sets"]["train"]["bytes"].get<std::int64_t>());
            const Json& val = described["sets"]["val"];
            QCOMPARE(bytes_of(data, *data.validation[0].tokens), val["bytes"].get<std::int64_t>());
            QCOMPARE(data.validation[0].tokens->size(), val["tokens"].get<std::int64_t>());
        }
    }

    void tokens_decode_to_the_documents() {
        const PreparedData data = prepare_data(config(bordered_), folder_ / "cache");
        const auto ids = all(*data.validation[0].tokens);
        std::string expected;
        DocumentReader reader(config(bordered_), {bordered_});
        std::int64_t documents = 0;
        for (Document document; reader.next(document);)
            if (document.validation) expected += document.text + "<|endoftext|>", ++documents;
        QCOMPARE(data.tokenizer->decode(std::vector<std::int32_t>(ids.begin(), ids.end())), expected);
        QCOMPARE(std::count(ids.begin(), ids.end(), data.tokenizer->end_of_document_id()), documents);
        QCOMPARE(ids.back(), data.tokenizer->end_of_document_id());
    }

    void words_of_every_shape_are_encoded_as_lines_are() {
        const std::string odd =
            "  two  spaces \n\ttab\ta\nword" + std::string(5000, 'x') + " 日本 語\u2581mark\u3000wide\n . ! \n";
        std::string text = read_file(lines_);
        for (int i = 0; i < 40; ++i) text += odd;
        const PreparedData data = prepare_data(config(folder_.write("odd.txt", text)), folder_ / "cache");
        std::vector<std::int32_t> ids;
        DocumentReader reader(config(folder_ / "odd.txt"), {folder_ / "odd.txt"});
        for (Document document; reader.next(document);)
            if (!document.validation) data.tokenizer->encode(document.text, ids);
        QCOMPARE(all(*data.train), std::vector<std::int64_t>(ids.begin(), ids.end()));
    }

    // Characters of the held-out text alone: unknown, fused where they are adjacent.
    void the_bytes_of_unknown_tokens_are_counted() {
        std::string news = "日本語 text\n";
        for (std::uint64_t i = 0; i < 40; ++i) news += story(5, i) + "naïve – “quoted” 世界 and so on\n世\n";
        DataConfig named = config(lines_);
        named.val["news"] = folder_.write("news.txt", news);
        const PreparedData data = prepare_data(named, folder_ / "cache");
        const Json set = io::read_json(data.folder / "data.json")["sets"]["news"];
        QCOMPARE(set["unknown_tokens"].get<std::int64_t>(), data.unknown_tokens);
        QVERIFY(data.unknown_tokens > 100);
        const auto whole = set["bytes"].get<std::int64_t>();
        const auto first = static_cast<std::int64_t>(std::string_view("日本語").size());  // never a target
        QCOMPARE(bytes_of(data, *data.validation[0].tokens), whole - first);
        // Windows count what is in them.
        std::int64_t sum = 0;
        const std::int64_t size = data.validation[0].tokens->size();
        for (std::int64_t begin = 0; begin + 1 < size; begin += 7) {
            const std::int64_t length = std::min<std::int64_t>(7, size - 1 - begin);
            std::vector<std::int64_t> ids(static_cast<std::size_t>(length + 1));
            data.validation[0].tokens->read(begin, ids);
            sum += target_bytes(data, data.validation[0],
                                {1, length, {ids.begin(), ids.end() - 1}, {ids.begin() + 1, ids.end()}, {begin}});
        }
        QCOMPARE(sum, whole - first);
        QCOMPARE(data.findings.size(), 1u);
        QVERIFY(is_line_with(data.findings[0], {"unknown token", "data.byte_fallback", "count the bytes"}));
        QCOMPARE(early_findings(named, folder_ / "cache"), std::vector<std::string>());  // a text of a moment ago
        for (const fs::path& file : {lines_, folder_ / "news.txt"}) make_old(file);
        prepare_data(named, folder_ / "cache");
        QCOMPARE(early_findings(named, folder_ / "cache"), data.findings);
    }

    // They are known where the folder of the set tells them, for the tokens and the tokenizer that it tells of.
    void bytes_are_known_from_the_folder_of_the_set() {
        std::string news;
        for (std::uint64_t i = 0; i < 40; ++i) news += story(6, i) + "世界 and so on\n";
        DataConfig named = config(lines_);
        named.val["news"] = folder_.write("other-news.txt", news);
        const fs::path made = prepare_data(named, folder_ / "cache").folder;
        const auto copied = [&](const char* name) {
            fs::copy(made, folder_ / name, fs::copy_options::recursive);
            return folder_ / name;
        };
        const auto check = [&](const fs::path& tokens, const decltype(DataConfig::val)& val, bool known) {
            DataConfig given = of_tokens(tokens);
            given.val = val;
            const PreparedData data = prepare_data(given, folder_ / "cache");
            const ValidationSet& set = data.validation.at(0);
            return data.unknown_tokens > 0 && set.knows_bytes == known && set.byte_corrections.empty() != known &&
                   is_line_with(data.findings.at(0), {known ? "count the bytes of the text" : "count them as 0 bytes"});
        };
        const fs::path whole = copied("whole"), no_table = copied("no-table"), other = folder_ / "other-tokenizer";
        QVERIFY(check(whole, {}, true));
        fs::remove_all(no_table / "bytes");
        QVERIFY(check(no_table, {}, false));
        QVERIFY(check(no_table, {{"b", whole / "news.npy"}}, true));
        QVERIFY(check(whole, {{"b", no_table / "news.npy"}}, false));
        const fs::path damaged = copied("damaged");
        folder_.write("damaged/bytes/news.npy", "damaged");
        QVERIFY(check(damaged, {}, false));
        std::string tokens = read_file(whole / "news.npy");
        tokens.replace(tokens.size() - 2, 2, tokens.substr(tokens.size() - 4, 2));
        const fs::path exchanged = copied("exchanged");
        folder_.write("exchanged/news.npy", tokens);
        QVERIFY(check(exchanged, {}, false));
        tokenize(named, {bordered_}, other);
        QVERIFY(check(other, {{"b", whole / "news.npy"}}, false));
    }

    void unknown_bytes_of_one_set_are_told() {
        std::string news;
        for (std::uint64_t i = 0; i < 40; ++i) news += story(7, i) + "世界\n";
        DataConfig named = config(lines_);
        named.val = {{"a", folder_.write("a.txt", news)}, {"b", folder_.write("b.txt", news + "more\n")}};
        const fs::path copy = folder_ / "half-known";
        fs::copy(prepare_data(named, folder_ / "cache").folder, copy, fs::copy_options::recursive);
        fs::remove(copy / "bytes/b.npy");
        const PreparedData data = prepare_data(of_tokens(copy), folder_ / "cache");
        QVERIFY(data.validation.at(0).knows_bytes && !data.validation.at(1).knows_bytes);
        QVERIFY(is_line_with(data.findings.at(1), {"'b'", "count them as 0 bytes"}));
    }

    void a_validation_set_that_is_the_training_set_is_told() {
        DataConfig same = config(lines_);
        same.val["twin"] = folder_.write("twin.txt", read_file(lines_));
        same.val["other"] = bordered_;
        const auto told = prepare_data(same, folder_ / "cache").findings;
        QCOMPARE(told.size(), 1u);
        QVERIFY(is_line_with(told[0], {"'twin'", "is the training set", "data.val"}));
        QCOMPARE(early_findings(same, folder_ / "nothing here"), told);
        QVERIFY(!fs::exists(folder_ / "nothing here"));
        fs::create_directory(folder_ / "seen");
        for (const fs::path& file : {lines_, folder_ / "twin.txt"}) make_old(file);
        QCOMPARE(early_findings(same, folder_ / "seen"), told);
        QVERIFY(io::read_json(folder_ / "seen/hashes.json").size() >= 2);  // not hashed again by the next preview
        DataConfig given;
        given.tokens = foreign("same-tokens", {{"train.npy", {1, 2, 3, 4}}, {"val.npy", {1, 2, 3, 4}}});
        given.context = 2;
        QVERIFY(is_line_with(prepare_data(given, folder_ / "cache").findings.at(0), {"'val'", "is the training set"}));
        QCOMPARE(early_findings(given, folder_ / "cache").size(), 1u);
    }

    // The tokens that version 0.1 made: opened while they are what the run recorded, wherever the workspace is.
    void an_old_run_meets_its_own_tokens() {
        train::register_kinds();
        const fs::path kept = fs::path(ABLATE_SOURCE_DIR) / "tests/data/workspaces/0.1";
        const test::TempFolder place;
        fs::copy(kept / "workspace/cache", place / "cache", fs::copy_options::recursive);
        fs::copy_file(kept / "text.txt", place / "text.txt");
        Json run;
        for (const auto& entry : fs::directory_iterator(kept / "workspace/runs")) {
            run = io::read_json(entry.path() / "run.json");
            if (!run.contains("source")) break;
        }
        const RecordedTokens recorded{run.at("data").at("folder"), run.at("data").at("sha256")};
        DataConfig config = run_config_from_json(run.at("config"), "run.json").data;
        config.text = place / "text.txt";
        const PreparedData old = prepare_recorded(config, recorded, place / "cache");
        QCOMPARE(old.sha256, recorded.sha256);
        QVERIFY(encodes_by_lines(old.folder));
        const auto ids = [&](const char* text) {
            std::vector<std::int32_t> encoded;
            old.tokenizer->encode(text, encoded);
            return encoded;
        };
        std::vector<std::int32_t> lines = ids("the cat");
        lines.push_back(ids("\n").at(0));
        for (const std::int32_t id : ids("the dog")) lines.push_back(id);
        QCOMPARE(ids("the cat\nthe dog"), lines);

        // A study that goes on reads them too; a new one does not.
        QCOMPARE(prepare_data(config, place / "cache", {}, {recorded}).sha256, recorded.sha256);
        const PreparedData fresh = prepare_data(config, place / "cache");
        QVERIFY(fresh.sha256 != recorded.sha256 && !encodes_by_lines(fresh.folder));
        DataConfig changed = config;
        changed.val_every = 7;
        QVERIFY(prepare_data(changed, place / "cache", {}, {recorded}).folder != old.folder);

        fs::remove(old.folder / "train.npy");
        const std::string refusal = input_error([&] { prepare_recorded(config, recorded, place / "cache"); });
        QVERIFY2(is_line_with(refusal, {recorded.sha256.substr(0, 12).c_str(), "start a new run"}), refusal.c_str());
    }

    // Version 0.1 named the folder by other files of a tokenizer that is given as a file.
    void an_old_folder_is_found_with_a_tokenizer_that_is_a_file() {
        const fs::path given = fs::path(ABLATE_SOURCE_DIR) / "tests/data/tokenizers/qwen.json";
        fs::create_directory(folder_ / "file");
        fs::copy_file(given, folder_ / "file/tokenizer.json");
        io::write_json(folder_ / "file/tokenizer_config.json", test::qwen_tokenizer_config(given));
        DataConfig config = PrepareTest::config(lines_);
        config.vocab_size = 700;
        config.tokenizer = folder_ / "file/tokenizer.json";
        const Json key = {{"recipe", 1},
                          {"text", sha256_file(lines_)},
                          {"vocab_size", config.vocab_size},
                          {"text_field", config.text_field},
                          {"block_lines", config.block_lines},
                          {"val_every", config.val_every},
                          {"tokenizer", {{"tokenizer.json", sha256_file(config.tokenizer)}}}};
        const fs::path old = folder_ / "cache/tokens" / sha256_hex(key.dump());
        fs::copy(prepare_data(config, folder_ / "cache").folder, old, fs::copy_options::recursive);
        Json described = io::read_json(old / "data.json");
        described.erase("recipe");
        io::write_json(old / "data.json", described);
        DataConfig tokens = of_tokens(old);
        tokens.vocab_size = config.vocab_size;
        const RecordedTokens recorded{old, prepare_data(tokens, folder_ / "cache").sha256};
        QCOMPARE(prepare_data(config, folder_ / "cache", {}, {recorded}).folder, old);
    }

    void the_cache_of_a_run_is_found_however_it_is_written() {
        for (const char* run : {"/w/runs/one", "/w/runs/one/", "/w/runs/one/.", "/w/runs/../runs/one//"})
            QCOMPARE(cache_of_run(run), fs::path("/w/cache"));
    }

    void data_json_tells_what_the_files_are() {
        const PreparedData data = prepare_data(config(lines_), folder_ / "cache");
        const Json described = io::read_json(data.folder / "data.json");
        QCOMPARE(described["vocab_size"].get<int>(), 500);
        QCOMPARE(described["sets"]["train"]["tokens"].get<std::int64_t>(), data.train->size());
        QCOMPARE(described["files"]["val.npy"].get<std::string>(), data.validation[0].sha256);
        QCOMPARE(described["texts"][0]["path"].get<std::string>(), lines_.string());
        QCOMPARE(described["unigram_entropy"].get<double>(), data.unigram_entropy);
        QVERIFY(data.unigram_entropy > 3 && data.unigram_entropy < std::log(500));
    }

    void the_same_text_is_tokenized_once() {
        const test::TempFolder cache;
        const PreparedData first = prepare_data(config(lines_), cache.path());
        std::vector<std::string> said;
        const auto copy = folder_.write("copy.txt", read_file(lines_));
        const PreparedData again =
            prepare_data(config(copy), cache.path(), [&](const std::string& what, double) { said.push_back(what); });
        QCOMPARE(again.folder, first.folder);
        QCOMPARE(again.sha256, first.sha256);
        QCOMPARE(said, std::vector<std::string>{"checking the tokens"});

        for (const auto& change : std::vector<std::function<void(DataConfig&)>>{
                 [](DataConfig& c) { c.vocab_size = 400; }, [](DataConfig& c) { c.block_lines = 11; },
                 [](DataConfig& c) { c.val_every = 10; }, [&](DataConfig& c) { c.text = bordered_; }}) {
            DataConfig other = config(lines_);
            change(other);
            QVERIFY(prepare_data(other, cache.path()).sha256 != first.sha256);
        }
        const test::TempFolder elsewhere;
        QCOMPARE(prepare_data(config(lines_), elsewhere.path()).sha256, first.sha256);
    }

    void a_text_that_changed_is_tokenized_anew() {
        const auto file = folder_.write("changing.txt", read_file(lines_));
        const std::string before = prepare_data(config(file), folder_ / "cache").sha256;
        std::string text = read_file(lines_);
        text[0] = 'Z';  // the same size
        folder_.write("changing.txt", text);
        QVERIFY(prepare_data(config(file), folder_ / "cache").sha256 != before);
    }

    void a_damaged_cache_is_made_anew() {
        const PreparedData sound = prepare_data(config(lines_), folder_ / "cache");
        for (const char* name : {"train.npy", "tokenizer.model", "data.json"}) {
            std::string bytes = read_file(sound.folder / name);
            bytes[bytes.size() / 2] ^= 1;
            atomic_write(sound.folder / name, bytes);
            make_old(sound.folder / name);
            QCOMPARE(prepare_data(config(lines_), folder_ / "cache").sha256, sound.sha256);
        }
        fs::remove(sound.folder / "val.npy");
        QCOMPARE(prepare_data(config(lines_), folder_ / "cache").sha256, sound.sha256);
        folder_.write("cache/hashes.json", "{\"damaged\": ");
        QCOMPARE(prepare_data(config(lines_), folder_ / "cache").sha256, sound.sha256);
    }

    void processes_and_threads_prepare_at_once() {
        const test::TempFolder cache;
        std::vector<pid_t> children;
        for (int i = 0; i < 3; ++i) {
            const pid_t child = fork();
            if (child == 0) {
                try {
                    prepare_data(config(lines_), cache.path());
                    _exit(0);
                } catch (...) {
                    _exit(1);
                }
            }
            children.push_back(child);
        }
        std::vector<std::string> hashes(3);
        {
            std::vector<std::jthread> threads;
            for (auto& hash : hashes)
                threads.emplace_back([&] { hash = prepare_data(config(lines_), cache.path()).sha256; });
        }
        for (const pid_t child : children) {
            int status = 1;
            waitpid(child, &status, 0);
            QCOMPARE(status, 0);
        }
        for (const auto& hash : hashes) QCOMPARE(hash, prepare_data(config(lines_), folder_ / "cache").sha256);
        int folders = 0;
        for (const auto& entry : fs::directory_iterator(cache / "tokens")) folders += entry.is_directory();
        QCOMPARE(folders, 1);
    }

    void abandoned_work_leaves_nothing() {
        for (const std::string stage :
             {"reading the text for the tokenizer", "training the tokenizer", "encoding other"}) {
            const test::TempFolder cache;
            DataConfig abandoned = config(lines_);
            std::string big;
            while (big.size() < 3 << 20) big += read_file(lines_);
            abandoned.val["other"] = folder_.write("big.txt", big);
            const auto abandon = [&](const std::string& what, double) {
                if (what == stage) throw std::runtime_error("enough");
            };
            QVERIFY_THROWS_EXCEPTION(std::runtime_error, prepare_data(abandoned, cache.path(), abandon));
            for (const auto& entry : fs::directory_iterator(cache / "tokens")) QVERIFY(!entry.is_directory());
        }
    }

    void validation_texts_have_names() {
        DataConfig named = config(lines_);
        named.val["stories"] = bordered_;
        named.val["a-few"] = folder_.write("few.txt", story(9, 1) + story(9, 2) + story(9, 3));
        const PreparedData data = prepare_data(named, folder_ / "cache");
        QCOMPARE(data.validation.size(), 2u);
        QCOMPARE(data.validation[0].name, std::string("a-few"));
        QCOMPARE(data.validation[1].name, std::string("stories"));
        QVERIFY(data.train->size() > prepare_data(config(lines_), folder_ / "cache").train->size());
        named.val["../evil"] = lines_;
        QVERIFY(is_line_with(refusal(named), {"data.val", "../evil"}));
    }

    void token_folders_are_used_as_they_are() {
        DataConfig given;
        given.tokens = foreign("tokens", {{"train.bin", std::vector<std::uint16_t>(100, 7)},
                                          {"val.npy", std::vector<std::uint16_t>(50, 1)},
                                          {"code.npy", std::vector<std::uint16_t>(60, 2)}});
        given.vocab_size = 8;
        given.context = 10;
        const PreparedData data = prepare_data(given, folder_ / "cache");
        QCOMPARE(data.train->size(), 100);
        QCOMPARE(data.validation.at(0).name, std::string("val"));
        QCOMPARE(data.validation.at(1).name, std::string("code"));
        QVERIFY(!data.tokenizer && data.token_bytes.empty() && data.remarks.empty());
        QCOMPARE(data.unigram_entropy, 0.0);
        QCOMPARE(target_bytes(data, data.validation[0], training_batch(*data.train, 2, 10, 1, 0)), 0);

        given.vocab_size = 7;
        QVERIFY(is_line_with(refusal(given), {"train.bin", "token 0 is 7", "vocabulary of 7"}));
        given.vocab_size = 8;
        given.context = 50;
        QVERIFY(is_line_with(refusal(given), {"data.context 50", "the validation text has 50"}));
        given.context = 4096;
        QVERIFY(is_line_with(refusal(given), {"data.context 4096", "the training text has 100"}));
    }

    // data.tokenizer in each of its forms: what is encoded, and what the folder of tokens is read with later, is what
    // the given files say.
    void a_given_tokenizer_stays_what_it_is() {
        const fs::path given = fs::path(ABLATE_SOURCE_DIR) / "tests/data/tokenizers";
        const fs::path two = folder_ / "two", one = folder_ / "one";
        fs::create_directory(two);
        fs::create_directory(one);
        test::write_vocab_and_merges(given / "qwen.json", two);
        Json settings = test::qwen_tokenizer_config(given / "qwen.json");
        io::write_json(two / "tokenizer_config.json", settings);
        fs::copy_file(given / "qwen.json", one / "tokenizer.json");

        std::string text;  // "e\u0301" is one character to Qwen's NFC, two to GPT-2's files
        for (int i = 0; i < 1000; ++i) text += "In 1984 Lily's cafe\u0301 sold 12345 cakes.\n";
        DataConfig config = PrepareTest::config(folder_.write("numbers.txt", text));
        config.vocab_size = 700;
        std::vector<std::int64_t> expected;
        for (const fs::path& form : {given / "qwen.json", one / "tokenizer.json", one, two, two / "vocab.json"}) {
            config.tokenizer = form;
            const PreparedData data = prepare_data(config, folder_ / "cache");
            if (expected.empty()) expected = all(*data.train);
            QVERIFY2(all(*data.train) == expected, form.c_str());
            std::vector<std::int32_t> now, before;
            data.tokenizer->encode(text, now);
            load_tokenizer(form).tokenizer->encode(text, before);
            QVERIFY2(now == before, form.c_str());
        }

        const std::string hash = prepare_data(config, folder_ / "cache").sha256;
        settings["added_tokens_decoder"]["627"] = {{"content", "<|unseen|>"}};
        io::write_json(two / "tokenizer_config.json", settings);
        const PreparedData another = prepare_data(config, folder_ / "cache");
        QVERIFY(another.sha256 != hash && all(*another.train) == expected);
        fs::remove(two / "tokenizer_config.json");  // GPT-2's from here on
        QVERIFY(all(*prepare_data(config, folder_ / "cache").train) != expected);

        config.tokenizer = given / "gpt2.json";
        config.vocab_size = 600;
        std::vector<std::string> said;
        const std::string refused = input_error([&] {
            prepare_data(config, folder_ / "cache", [&](const std::string& what, double) { said.push_back(what); });
        });
        QVERIFY(is_line_with(refused, {"gpt2.json", "704 tokens", "data.vocab_size 600"}));
        QVERIFY(said.empty());
    }

    void what_tokenize_wrote_is_a_token_folder() {
        tokenize(config(lines_), {lines_}, folder_ / "out");
        DataConfig given = of_tokens(folder_ / "out");
        const PreparedData data = prepare_data(given, folder_ / "cache");
        QCOMPARE(data.sha256, prepare_data(config(lines_), folder_ / "cache").sha256);
        QCOMPARE(data.token_bytes.size(), 500u);
        given.vocab_size = 512;  // padded
        QVERIFY(prepare_data(given, folder_ / "cache").special[511]);
        given.vocab_size = 499;
        QVERIFY(is_line_with(refusal(given), {"its tokenizer has 500 tokens", "data.vocab_size = 499"}));
        QVERIFY(is_line_with(input_error([&] { tokenize(config(lines_), {lines_}, folder_ / "out"); }),
                             {"exists already"}));
    }

    void bad_token_folders_are_one_line() {
        DataConfig given;
        given.tokens = folder_ / "nowhere";
        QVERIFY(is_line_with(refusal(given), {"data.tokens", "nowhere", "no such folder"}));
        given.tokens = foreign("no-train", {{"val.npy", {1, 2}}});
        QVERIFY(is_line_with(refusal(given), {"no train.npy or train.bin"}));
        given.context = 1;
        given.tokens = foreign("no-val", {{"train.npy", {1, 2}}});
        QVERIFY(is_line_with(refusal(given), {"no val.npy or val.bin"}));
        given.val["x"] = "x.txt";
        QVERIFY(is_line_with(refusal(given), {"data.val: x.txt", "where data.tokens is set"}));
    }

    void vocabularies_the_text_cannot_give_are_refused() {
        DataConfig wrong = config(lines_);
        wrong.vocab_size = 60000;
        QVERIFY(is_line_with(refusal(wrong), {"lines.txt", "too small for a vocabulary of 60,000", "at most"}));
        wrong.vocab_size = 20;
        QVERIFY(is_line_with(refusal(wrong), {"lines.txt", "too many characters", "at least"}));
        wrong.vocab_size = 3;
        QVERIFY(is_line_with(refusal(wrong), {"data.vocab_size = 3", "6 is the least"}));
        wrong.vocab_size = 200;
        wrong.byte_fallback = true;
        QVERIFY(is_line_with(refusal(wrong), {"data.vocab_size = 200", "262 is the least"}));
    }

    void the_largest_vocabulary_named_is_right() {
        DataConfig wrong = config(lines_);
        wrong.vocab_size = 60000;
        const std::string message = refusal(wrong);
        const auto at = message.find("can be ") + 7;
        std::string most = message.substr(at, message.find(' ', at) - at);
        std::erase(most, ',');
        wrong.vocab_size = std::stoll(most);
        QVERIFY(refusal(wrong).empty());
        ++wrong.vocab_size;
        QVERIFY(!refusal(wrong).empty());
    }

    void a_text_without_held_out_documents_is_refused() {
        DataConfig wrong = config(lines_);
        wrong.block_lines = 1000;
        QVERIFY(is_line_with(refusal(wrong), {"lines.txt", "2 documents", "data.val_every"}));
    }

    void a_text_of_overlong_lines_trains_a_tokenizer() {
        std::string text = read_file(lines_);
        std::replace(text.begin(), text.end(), '\n', ' ');
        std::string json;
        for (int i = 0; i < 12; ++i)
            json += Json{{"text", text.substr(0, 20000) + std::string(70000, 'y')}}.dump() + "\n";
        const PreparedData data = prepare_data(config(folder_.write("long.jsonl", json)), folder_ / "cache");
        QCOMPARE(data.tokenizer->vocab_size(), 500);
        QCOMPARE(data.unknown_tokens, 0);
    }
};

QTEST_GUILESS_MAIN(PrepareTest)
#include "prepare_test.moc"
