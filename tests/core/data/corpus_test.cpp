#include "core/data/corpus.h"

#include "core/data/text_source.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <zlib.h>

#include <QCoreApplication>
#include <QProcess>
#include <QTest>

using namespace ablate;
using namespace ablate::data;
using test::input_error;
using test::is_line_with;

class CorpusTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;

    static std::vector<Document> documents(const std::filesystem::path& text, const DataConfig& config = {}) {
        std::vector<Document> all;
        DocumentReader reader(config, {text});
        for (Document document; reader.next(document);) all.push_back(document);
        return all;
    }
    static std::vector<std::string> texts(const std::filesystem::path& text, const DataConfig& config = {}) {
        std::vector<std::string> all;
        for (const Document& document : documents(text, config)) all.push_back(document.text);
        return all;
    }
    static std::string refusal(const std::filesystem::path& text, const DataConfig& config = {}) {
        return input_error([&] { documents(text, config); });
    }
    static std::string gzip(const std::string& bytes, const std::filesystem::path& file) {
        gzFile out = gzopen(file.c_str(), "wb");
        gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
        gzclose(out);
        return file.string();
    }

  private Q_SLOTS:
    void blocks_of_lines_leave_empty_lines_out() {
        DataConfig config;
        config.block_lines = 2;
        const auto file = folder_.write("blocks.txt", "one\n\n two \n   \nthree\nfour\nfive");
        QCOMPARE(texts(file, config), (std::vector<std::string>{"one\n two \n", "three\nfour\n", "five\n"}));
        QVERIFY(!documents(file, config)[0].bordered);
    }

    void every_nth_block_is_held_out_as_in_the_twin() {
        DataConfig config;  // i % 20 == 10
        config.block_lines = 1;
        std::string text;
        for (int i = 0; i < 60; ++i) text += std::to_string(i) + "\n";
        std::vector<std::string> held_out;
        for (const Document& document : documents(folder_.write("lines.txt", text), config))
            if (document.validation) held_out.push_back(document.text);
        QCOMPARE(held_out, (std::vector<std::string>{"10\n", "30\n", "50\n"}));
    }

    void named_validation_texts_leave_nothing_held_out() {
        DataConfig config;
        config.block_lines = 1;
        config.val_every = 2;
        config.val["other"] = "other.txt";
        for (const Document& document : documents(folder_.write("all.txt", "a\nb\nc\nd\n"), config))
            QVERIFY(!document.validation);
    }

    void borders_split_documents_and_keep_their_empty_lines() {
        const auto file =
            folder_.write("borders.txt",
                          "\xEF\xBB\xBF"
                          "First.\r\n\r\nStill first.\r\n\r\n<|endoftext|>\r\n\r\nSecond.<|endoftext|>Third"
                          "<|endoftext|><|endoftext|>\n");
        QCOMPARE(texts(file), (std::vector<std::string>{"First.\n\nStill first.\n", "Second.\n", "Third\n"}));
        QVERIFY(documents(file)[0].bordered);
    }

    void each_json_line_is_a_document() {
        DataConfig config;
        config.text_field = "story";
        const auto file = folder_.write("a.jsonl", R"({"story": "one\ntwo"})"
                                                   "\n\n"
                                                   R"({"id": 7, "story": "three<|endoftext|>four\n"})"
                                                   "\n"
                                                   R"({"story": ""})"
                                                   "\n");
        QCOMPARE(texts(file, config), (std::vector<std::string>{"one\ntwo\n", "three\n", "four\n"}));
    }

    void folders_are_read_in_path_order_gzip_included() {
        const test::TempFolder folder;
        std::filesystem::create_directory(folder / "b");
        folder.write("b/2.txt", "third\n");
        gzip("second\n", folder / "b/1.txt.gz");
        gzip(R"({"text": "first"})", folder / "a.jsonl.gz");
        folder.write("z.md", "not a text\n");
        QCOMPARE(texts(folder.path()), (std::vector<std::string>{"first\n", "second\n", "third\n"}));
    }

    void bad_texts_are_one_line() {
        QVERIFY(is_line_with(refusal(folder_ / "missing.txt"), {"missing.txt", "no such text"}));
        QVERIFY(is_line_with(refusal(folder_.write("empty.txt", "\n \n")), {"empty.txt", "empty"}));
        QVERIFY(
            is_line_with(refusal(folder_.write("latin.txt", "ok\ncaf\xE9\n")), {"latin.txt:2", "0xE9", "position 4"}));
        QVERIFY(is_line_with(refusal(folder_.write("overlong.txt", "\xC0\xAF")), {"overlong.txt:1", "0xC0"}));
        QVERIFY(is_line_with(refusal(folder_.write("nul.txt", std::string("a\0b", 3))), {"nul.txt:1", "0x00"}));
        QVERIFY(refusal(folder_.write("utf8.txt", "é€😀\n")).empty());
        const test::TempFolder empty;
        QVERIFY(is_line_with(refusal(empty.path()), {"no .txt"}));
    }

    void bad_json_lines_name_file_and_line() {
        QVERIFY(is_line_with(refusal(folder_.write("field.jsonl", "{\"text\":\"a\"}\n{\"txt\":\"b\"}\n")),
                             {"field.jsonl:2", "'text'", "the field txt; set data.text_field=txt"}));
        QVERIFY(
            is_line_with(refusal(folder_.write("type.jsonl", "{\"text\": 3}\n")), {"type.jsonl:1", "not a string"}));
        QVERIFY(is_line_with(refusal(folder_.write("array.jsonl", "[1]\n")), {"array.jsonl:1", "not an object"}));
        QVERIFY(is_line_with(refusal(folder_.write("torn.jsonl", "{\"text\": \"a\n")), {"torn.jsonl:1"}));
    }

    // Told by content: in a .jsonl documents, under another name (C4's shards, instruction data) refused.
    void json_is_read_as_documents_and_never_as_prose() {
        const std::string lines =
            "{\"text\": \"one\\r\\ntwo\", \"url\": \"u\"}\n{\"url\": \"v\", \"text\": \"three\"}\r\n";
        const std::string array =
            "\xEF\xBB\xBF [\n  {\"id\": [1, \"]\"], \"text\": \"a \\\"]\\\" b\"},\n"
            "  {\"text\": \"c\\\\\", \"id\": {}}\n]\n";
        const std::vector<std::string> of_lines = {"one\ntwo\n", "three\n"}, of_array = {"a \"]\" b\n", "c\\\n"};
        QCOMPARE(texts(folder_.write("lines.jsonl", lines)), of_lines);
        QCOMPARE(texts(folder_.write("array.jsonl", array)), of_array);
        QCOMPARE(texts(gzip(lines, folder_ / "lines.jsonl.gz")), of_lines);
        QCOMPARE(texts(gzip(array, folder_ / "array.jsonl.gz")), of_array);
        for (const char* name : {"c4.00001.json", "lines.txt", "no_extension"})
            QVERIFY(is_line_with(refusal(folder_.write(name, lines)), {name, "JSON lines file", "ends in .jsonl,"}));
        for (const char* name : {"alpaca.json", "array.txt"})
            QVERIFY(is_line_with(refusal(folder_.write(name, array)), {name, "JSON array", "ends in .jsonl,"}));
        for (const std::string& json : {lines, array})
            QVERIFY(is_line_with(refusal(gzip(json, folder_ / "c4-train.00007.json.gz")), {"JSON", ".jsonl.gz"}));
        QCOMPARE(texts(folder_.write("one.jsonl", "{\"text\": \"alone\"}\n")), std::vector<std::string>{"alone\n"});
        QVERIFY(documents(folder_ / "one.jsonl")[0].bordered);
        const std::string longer = "{\"text\": \"" + std::string(200000, 'x') + "\"}\n";
        QCOMPARE(texts(folder_.write("long.jsonl", longer + longer)).size(), std::size_t(2));
        QVERIFY(is_line_with(refusal(folder_.write("pretty.json", "{\n \"data\": [\n  {\"text\": \"x\"}\n ]\n}\n")),
                             {"pretty.json", "one JSON object on several lines"}));
        QVERIFY(is_line_with(refusal(folder_.write("later.jsonl", "{\"text\": \"x\"}\nprose\n")), {"later.jsonl:2"}));
        QVERIFY(is_line_with(refusal(folder_.write("open.jsonl", "[{\"text\": \"x\"},\n {\"text\": \"y\"")),
                             {"open.jsonl", "ends within element 1", "line 2"}));
        QVERIFY(is_line_with(refusal(folder_.write("strings.jsonl", "[\"x\", \"y\"]")),
                             {"strings.jsonl:1", "element 0", "not an object"}));
        const std::string python = "{'text': 'x'}\n{'text': 'y'}\n";
        QVERIFY(is_line_with(refusal(folder_.write("python.jsonl", python)), {"python.jsonl:1"}));
        QVERIFY(is_line_with(refusal(folder_.write("python.txt", python)), {"python.txt", "JSON lines file"}));
    }

    void prose_that_begins_with_a_bracket_stays_prose() {
        for (const char* prose : {"[Verse 1]\nLa la\n", "{curly} words\n", "[1] See there.\n", "[] is empty\n"})
            QCOMPARE(texts(folder_.write("prose.txt", prose)), std::vector<std::string>{prose});
    }

    void fields_may_be_nested_and_are_offered() {
        DataConfig nested;
        nested.text_field = "meta.body.en";
        const auto file = folder_.write("nested.jsonl",
                                        "{\"meta\": {\"body\": {\"en\": \"deep\"}}}\n"
                                        "{\"meta.body.en\": \"flat\"}\n");
        QCOMPARE(texts(file, nested), (std::vector<std::string>{"deep\n", "flat\n"}));
        QVERIFY(is_line_with(refusal(file), {"nested.jsonl:1", "'text'", "meta.body.en", "text_field=meta.body.en"}));
        QVERIFY(is_line_with(refusal(folder_.write("x.jsonl", "[{\"url\": \"u\", \"id\": 1, \"content\": \"c\"}]")),
                             {"x.jsonl:1", "the fields content, id, url", "set data.text_field=content"}));
        QVERIFY(is_line_with(refusal(folder_.write("chat.jsonl", "{\"messages\": [{\"role\": \"user\"}]}\n")),
                             {"chat.jsonl:1", "the field messages", "none of them holds a string"}));
        QVERIFY(is_line_with(refusal(folder_.write("null.jsonl", "{\"text\": \"a\"}\n{\"text\": null}\n")),
                             {"null.jsonl:2", "'text' is null"}));
    }

    void tables_and_other_kinds_are_refused_by_name() {
        const std::string reviews = "label,review\n1,\"Good, really\nvery\"\n0,Bad\n";
        for (const char* name : {"reviews.csv", "reviews.txt"})
            QVERIFY(is_line_with(refusal(folder_.write(name, reviews)),
                                 {name, "a table with the columns label, review, not text", "JSON lines"}));
        QVERIFY(is_line_with(refusal(gzip("id\ttext\n1\tx y\n2\tz\n", folder_ / "t.tsv.gz")), {"id, text", "gzip"}));
        QVERIFY(is_line_with(refusal(folder_.write("numbers.csv", "1,2\n3,4\n")), {"numbers.csv", "a table"}));
        QVERIFY(is_line_with(refusal(folder_.write("p.txt", "PAR1\x15\x04\x15")), {"p.txt", "Parquet", "JSON lines"}));
        QVERIFY(is_line_with(refusal(folder_.write("login.txt", "\n<!DOCTYPE html>\n<html></html>")),
                             {"login.txt", "HTML page", "download it again"}));
        QVERIFY(is_line_with(refusal(folder_.write("lfs.txt",
                                                   "version https://git-lfs.github.com/spec/v1\n"
                                                   "oid sha256:00\nsize 1234567\n")),
                             {"Git LFS pointer", "1,234,567 bytes", "git lfs pull"}));
        QVERIFY(texts(folder_.write("p.txt", "Come, said he,\nand see,\n")).size() == 1);
    }

    void other_encodings_are_refused_with_their_position() {
        const std::string little("\xFF\xFEh\0i\0\n\0", 8), bare("h\0e\0l\0l\0o\0", 10);
        QVERIFY(is_line_with(refusal(folder_.write("u.txt", little)), {"u.txt:1: byte 0xFF at position 1", "UTF-16"}));
        QVERIFY(is_line_with(refusal(folder_.write("b.txt", bare)), {"b.txt:1: byte 0x00 at position 2", "UTF-16"}));
        QVERIFY(is_line_with(refusal(folder_.write("l.txt", "a\nb\nna\xEFve\n")),
                             {"l.txt:3: byte 0xEF at position 3", "iconv -f LATIN1"}));
        QVERIFY(is_line_with(refusal(folder_.write("ids.txt", std::string("ab\n") + std::string(64, '\x02'))),
                             {"ids.txt:2: byte 0x02 at position 1", "binary"}));
    }

    void every_line_end_is_a_newline() {
        DataConfig config;
        config.block_lines = 2;
        const std::vector<std::string> expected = {"one\ntwo\n", "three\nfour\n"};
        for (const char* text : {"one\ntwo\nthree\nfour\n", "one\r\ntwo\r\nthree\r\nfour\r\n",
                                 "one\rtwo\rthree\rfour\r", "one\r\ntwo\nthree\rfour"})
            QCOMPARE(texts(folder_.write("ends.txt", text), config), expected);
    }

    void what_a_folder_holds_beside_texts_is_a_remark() {
        const test::TempFolder folder;
        std::filesystem::create_directories(folder / "more/.git");
        folder.write("a.txt", "a\n");
        folder.write("shard.json", "[{\"text\": \"b\"}]");
        folder.write("dataset_info.json", "{\n \"splits\": {}\n}\n");
        folder.write("more/x.csv", "a,b\n1,2\n");
        folder.write("more/y.CSV", "a,b\n1,2\n");
        folder.write("more/README", "read me\n");
        folder.write("more/.git/index", "DIRC");
        QCOMPARE(texts(folder.path()), std::vector<std::string>{"a\n"});
        DataConfig config;
        const std::vector<std::string> remarks = text_remarks(config, {folder.path()});
        QCOMPARE(remarks.size(), std::size_t(1));
        QVERIFY(is_line_with(remarks[0], {"5 files of this folder are not read: 2 .csv, 2 .json, 1 without"}));
        config.val["v"] = folder / "more";
        QCOMPARE(text_remarks(config, {folder / "a.txt"}).size(), std::size_t(1));
        QVERIFY(is_line_with(refusal(folder / "more"), {"x.csv", "a table"}));
        const test::TempFolder tables;
        tables.write("t.md", "not a text\n");
        QVERIFY(is_line_with(refusal(tables.path()), {"no .txt or .jsonl", "it holds 1 .md"}));
    }

    void a_damaged_gzip_is_refused() {
        const auto file = folder_ / "torn.txt.gz";
        gzip(std::string(100000, 'x') + "\n", file);
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
        QVERIFY(is_line_with(refusal(file), {"torn.txt.gz"}));
    }

    void borders_are_searched_as_far_as_asked() {
        DataConfig config;
        config.block_lines = 2;
        const auto file = folder_.write("late.txt", "a\nb\nc\n<|endoftext|>\nd\n");
        const auto first = [&](std::uint64_t search_bytes) {
            DocumentReader reader(config, {file}, search_bytes);
            Document document;
            return reader.next(document) ? document.text : std::string();
        };
        QCOMPARE(first(1000), std::string("a\nb\nc\n"));
        QCOMPARE(first(4), std::string("a\nb\n"));
    }

    void the_share_read_ends_at_one() {
        DocumentReader reader({}, {folder_.write("share.txt", "some\nlines\n")});
        Document document;
        while (reader.next(document)) QVERIFY(reader.share() >= 0 && reader.share() <= 1);
        QCOMPARE(reader.share(), 1.0);
    }

    void the_text_is_the_users_or_says_what_it_is() {
        const auto file = folder_.write("mine.txt", "mine\n");
        DataConfig config;
        config.text = file;
        QCOMPARE(find_text(config, folder_.path()).origin, TextOrigin::given);
        QVERIFY(find_text(config, folder_.path()).note.empty());
        config.text = folder_ / "none.txt";
        QVERIFY(is_line_with(input_error([&] { find_text(config, folder_.path()); }), {"data.text", "none.txt"}));

        qputenv("ABLATE_TEXT", QByteArray::fromStdString(file));
        const TextSource standin = find_text({}, folder_.path());
        QCOMPARE(standin.path, file);
        QCOMPARE(standin.origin, TextOrigin::standin);
        QVERIFY(is_line_with(standin.note, {"data.text is not set", "ABLATE_TEXT"}));
        qputenv("ABLATE_TEXT", "/no/such/file");
        QVERIFY(is_line_with(input_error([&] { find_text({}, folder_.path()); }), {"$ABLATE_TEXT", "/no/such/file"}));
        qunsetenv("ABLATE_TEXT");
    }

    // A copy of this program in a folder that has no .deps above it.
    void stories_stand_in_where_there_is_no_text() {
        if (qEnvironmentVariableIsSet("ABLATE_TEST_ALONE")) {
            const TextSource source = find_text({}, std::filesystem::current_path() / "cache");
            QCOMPARE(source.origin, TextOrigin::stories);
            QVERIFY(is_line_with(source.note, {"built-in generator", "say nothing about real text"}));
            QVERIFY(documents(source.path).size() > 5000);
            return;
        }
        const QString copy = QString::fromStdString(folder_ / "copy");
        QVERIFY(QFile::copy(QCoreApplication::applicationFilePath(), copy));
        QProcess process;
        process.setWorkingDirectory(QString::fromStdString(folder_.path()));
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("ABLATE_TEST_ALONE", "1");
        environment.remove("ABLATE_TEXT");
        process.setProcessEnvironment(environment);
        process.start(copy, {"stories_stand_in_where_there_is_no_text"});
        QVERIFY(process.waitForFinished(60000));
        QVERIFY2(process.exitCode() == 0, process.readAllStandardOutput());
    }
};

QTEST_GUILESS_MAIN(CorpusTest)
#include "corpus_test.moc"
