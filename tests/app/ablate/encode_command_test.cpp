#include "tests/app/ablate/program.h"

#include <algorithm>
#include <sstream>

using namespace ablate;
using test::Output;
using test::run_ablate;

// `ablate encode` and `ablate decode`: a line in, a line out.
class EncodeCommandTest : public QObject {
    Q_OBJECT

    const std::string data_ = ABLATE_SOURCE_DIR "/tests/data/tokenizers/";

  private Q_SLOTS:
    void every_reference_text_there_and_back() {
        const Json reference = io::read_json(data_ + "reference.json");
        std::string input;
        for (const Json& text : reference.at("texts")) input += text.dump() + "\n";
        const Output encoded = run_ablate({"encode", "--tokenizer", data_ + "llama3.json", "--json", "--plain"}, input);
        QCOMPARE(encoded.code, 0);
        std::istringstream lines(encoded.out);
        std::string line;
        for (const Json& ids : reference.at("tokenizers").at("llama3").at("ids")) {
            QVERIFY(std::getline(lines, line));
            QCOMPARE(Json::parse(line), ids);
        }
        const Output decoded = run_ablate({"decode", "--tokenizer", data_ + "llama3.json", "--json"}, encoded.out);
        QCOMPARE(decoded.code, 0);
        std::istringstream texts(decoded.out);
        for (const Json& text : reference.at("texts")) {
            QVERIFY(std::getline(texts, line));
            QCOMPARE(Json::parse(line), text);
        }
    }

    void lines_are_texts_without_their_ends() {
        const std::string input = "Hello world\n\n tab\tand \xFF byte\r\nno end";
        const Output encoded = run_ablate({"encode", "--tokenizer", data_ + "gpt2.json"}, input);
        QCOMPARE(encoded.code, 0);
        QCOMPARE(std::count(encoded.out.begin(), encoded.out.end(), '\n'), 4);
        const Output decoded = run_ablate({"decode", "--tokenizer", data_ + "gpt2.json"}, encoded.out);
        QCOMPARE(decoded.out, input + "\n");
    }

    void what_a_model_expects_around_a_text() {
        const std::string file = data_ + "llama3.json";
        QCOMPARE(run_ablate({"encode", "--tokenizer", file}, "\n").out, std::string("[642]\n"));
        QCOMPARE(run_ablate({"encode", "--tokenizer", file, "--plain"}, "\n").out, std::string("[]\n"));
        QCOMPARE(run_ablate({"decode", "--tokenizer", file}, "[642]\n").out, std::string("<|begin_of_text|>\n"));
        QCOMPARE(run_ablate({"decode", "--tokenizer", file, "--plain"}, "[642]\n").out, std::string("\n"));
    }

    void bad_lines_are_one_line_with_exit_code_2_data() {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("input");
        QTest::addColumn<QString>("part");
        QTest::newRow("json") << "decode"
                              << "[1]\n[1, 2"
                              << "standard input, line 2";
        QTest::newRow("array") << "decode"
                               << "7"
                               << "a JSON array of token ids";
        QTest::newRow("id") << "decode"
                            << "[5, 704]"
                            << "704 is not a token id; ids are 0 to 703";
        QTest::newRow("negative") << "decode"
                                  << "[-1]"
                                  << "-1 is not a token id";
        QTest::newRow("number") << "decode"
                                << "[\"a\"]"
                                << "\"a\" is not a token id";
        QTest::newRow("string") << "encode"
                                << "\"a\"\n[]"
                                << "line 2: a JSON string is expected";
    }

    void bad_lines_are_one_line_with_exit_code_2() {
        QFETCH(QString, command);
        QFETCH(QString, input);
        QFETCH(QString, part);
        const Output output =
            run_ablate({command.toStdString(), "--tokenizer", data_ + "gpt2.json", "--json"}, input.toStdString());
        QCOMPARE(output.code, 2);
        const QString error = QString::fromStdString(output.err);
        QVERIFY2(error.startsWith("ablate: ") && error.contains(part) && error.count('\n') == 1, output.err.c_str());
    }

    void no_tokenizer_is_one_line() {
        const Output output = run_ablate({"encode", "--tokenizer", "/nowhere/tokenizer.json"}, "");
        QCOMPARE(output.code, 2);
        QVERIFY(output.err.starts_with("ablate: ") && output.err.find("/nowhere/tokenizer.json") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(EncodeCommandTest)
#include "encode_command_test.moc"
