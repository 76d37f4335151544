#include "core/base/atomic_file.h"
#include "tests/app/ablate/program.h"

#include <QTest>

#include <zlib.h>

#include <cmath>

using namespace ablate;
using namespace ablate::test;

// Generation, scoring and folding of one trained run, and of what it is exported as.
class GenerateCommandTest : public QObject {
    Q_OBJECT

    const TinyStudy study_{60, R"([{"name": "quick", "patch": {"train": {"lr": 0.03}}}])"};
    std::string run_, exported_;

    Output generate(const std::string& model, std::vector<std::string> more) const {
        more.insert(more.begin(), {"generate", model, "--max-tokens", "12"});
        return study_.run(more);
    }

    static void is_refused(const Output& output, const std::string& part) {
        QCOMPARE(output.code, 2);
        QCOMPARE(std::count(output.err.begin(), output.err.end(), '\n'), std::ptrdiff_t{1});
        QVERIFY2(output.err.find(part) != std::string::npos, output.err.c_str());
    }

  private Q_SLOTS:
    void initTestCase() {
        const Output trained = study_.run({"run", study_.file(), "--only", "baseline", "--seeds", "1", "--quiet"});
        QVERIFY2(trained.code == 0, trained.err.c_str());
        run_ = study_.list().at("runs")[0].at("info").at("id").get<std::string>();
        exported_ = (study_.folder() / "exported").string();
        const Output exported = study_.run({"export", "hf", run_, exported_});
        QVERIFY2(exported.code == 0, exported.err.c_str());
    }

    void one_prompt_is_streamed_behind_itself() {
        const Output output = generate(run_, {"--prompt", "the cat"});
        QVERIFY2(output.code == 0, output.err.c_str());
        QVERIFY(output.out.starts_with("the cat") && output.out.ends_with("\n") && output.out.size() > 15);
        const Json json = generate(run_, {"--prompt", "the cat", "--json"}).json();
        QCOMPARE("the cat" + json.at("text").get<std::string>() + "\n", output.out);
        QCOMPARE(json.at("run"), Json(run_));
        QCOMPARE(json.at("completions")[0].at("ids").size(), 12u);
        QCOMPARE(json.at("completions")[0].at("finish"), Json("length"));
        QCOMPARE(generate(run_, {"--prompt", "the cat", "--no-cache"}).out, output.out);
        QCOMPARE(generate(exported_, {"--prompt", "the cat"}).out, output.out);
        QVERIFY(generate(run_, {"--prompt", "the cat", "--temperature", "3", "--min-p", "0.001", "--seed", "7"}).out !=
                output.out);
        QCOMPARE(generate(run_, {"--prompt", "the cat", "--temperature", "3", "--top-k", "1"}).out, output.out);
    }

    void several_prompts_are_a_batch() {
        study_.folder().write("prompts.txt", "the dog\n\n  \nthe king sees\n");
        const Json json = generate(run_, {"--prompt", "a bird", "--prompt", "my", "--prompts",
                                          (study_.folder() / "prompts.txt").string(), "--json"})
                              .json();
        std::vector<std::string> prompts;
        for (const Json& each : json.at("completions")) {
            prompts.push_back(each.at("prompt").get<std::string>());
            QCOMPARE(generate(run_, {"--prompt", prompts.back(), "--json"}).json().at("text"), each.at("text"));
        }
        QCOMPARE(prompts, (std::vector<std::string>{"a bird", "my", "the dog", "the king sees"}));
    }

    void a_stop_string_is_not_shown() {
        const std::string text = generate(run_, {"--prompt", "the cat", "--json"}).json().at("text");
        const std::string stop = text.substr(text.size() / 2, 3);
        const Json json = generate(run_, {"--prompt", "the cat", "--stop", "§§", "--stop", stop, "--json"}).json();
        QCOMPARE(json.at("text").get<std::string>(), text.substr(0, text.find(stop)));
        QCOMPARE(json.at("completions")[0].at("finish"), Json("stop"));
    }

    void a_chat_uses_the_folder_s_template() {
        is_refused(generate(exported_, {"--chat", "--prompt", "sees"}), "no chat template");
        atomic_write(exported_ + "/chat_template.jinja",
                     "{% for m in messages %}{{ 'the cat ' if m.role == 'system' }}{{ m.content }}{% endfor %}");
        const Json chat = generate(exported_, {"--chat", "--system", "", "--prompt", "sees", "--json"}).json();
        const Json plain = generate(exported_, {"--prompt", "the cat sees", "--json"}).json();
        QCOMPARE(chat.at("completions")[0].at("prompt_ids"), plain.at("completions")[0].at("prompt_ids"));
        QCOMPARE(chat.at("text"), plain.at("text"));
        QCOMPARE(chat.at("prompt"), Json("sees"));
        const Output streamed = generate(exported_, {"--chat", "--system", "", "--prompt", "sees"});
        QCOMPARE(streamed.out, plain.at("text").get<std::string>() + "\n");  // the answer alone
    }

    void a_folder_scores_as_its_run() {
        study_.folder().write("scored.txt", small_text().substr(0, 4000));
        const std::string text = (study_.folder() / "scored.txt").string();
        const Output of_run = study_.run({"eval", run_, "--text", text, "--json"});
        QVERIFY2(of_run.code == 0, of_run.err.c_str());
        const Output of_folder = study_.run({"eval", exported_, "--text", text, "--json"});
        QVERIFY2(of_folder.code == 0, of_folder.err.c_str());
        const double loss = of_run.json().at("loss"), other = of_folder.json().at("loss");
        QVERIFY2(std::abs(loss - other) < 1e-5, std::to_string(loss - other).c_str());
        QCOMPARE(of_folder.json().at("bytes"), of_run.json().at("bytes"));
        QVERIFY(study_.run({"eval", exported_, "--text", text, "--context", "64", "--json"}).json().at("loss") != loss);
    }

    // As `tokenize` makes a validation set of the same file: borders, empty lines and line ends included.
    void a_text_is_scored_as_it_would_be_trained_on_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("plain") << "plain.txt" << QByteArray("the cat sees a bird .\n\nthe dog finds the king .");
        QTest::newRow("line ends") << "ends.txt" << QByteArray("\xEF\xBB\xBFthe cat sees .\r\nthe dog finds .\r\n");
        QTest::newRow("borders") << "borders.txt"
                                 << QByteArray("the cat sees .\n<|endoftext|>\nthe dog\n\nfinds .\n<|endoftext|>\n");
        QTest::newRow("json lines") << "lines.jsonl"
                                    << QByteArray("{\"text\": \"the cat sees .\"}\n{\"text\": \"the dog\"}\n");
    }
    void a_text_is_scored_as_it_would_be_trained_on() {
        QFETCH(QString, name);
        QFETCH(QByteArray, bytes);
        const std::string file = study_.folder().write(name.toStdString(), bytes.toStdString()).string();
        const std::string tokens = (study_.folder() / (name.toStdString() + ".tokens")).string();
        std::string tokenizer;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(study_.workspace()))
            if (entry.path().filename() == "tokenizer.model") tokenizer = entry.path().string();
        const Output made = run_ablate({"tokenize", (study_.folder() / "text.txt").string(), "--tokenizer", tokenizer,
                                        "--val", "scored=" + file, "--out", tokens, "--quiet"});
        QVERIFY2(made.code == 0, made.err.c_str());
        const Output of_text = study_.run({"eval", run_, "--text", file, "--json"});
        QVERIFY2(of_text.code == 0, of_text.err.c_str());
        const Output of_tokens = study_.run({"eval", run_, "--tokens", tokens + "/scored.npy", "--json"});
        QVERIFY2(of_tokens.code == 0, of_tokens.err.c_str());
        for (const char* key : {"tokens", "loss"}) QCOMPARE(of_text.json().at(key), of_tokens.json().at(key));

        const std::string packed = file + ".gz";
        gzFile out = gzopen(packed.c_str(), "wb");
        gzwrite(out, bytes.constData(), static_cast<unsigned>(bytes.size()));
        gzclose(out);
        QCOMPARE(study_.run({"eval", run_, "--text", packed, "--json"}).json().at("loss"), of_text.json().at("loss"));
    }

    void what_is_no_text_is_not_scored() {
        const auto scored = [&](const char* name, std::string_view bytes, std::vector<std::string> more = {}) {
            more.insert(more.begin(), {"eval", run_, "--text", study_.folder().write(name, bytes).string()});
            return study_.run(more);
        };
        is_refused(scored("a.json", "[{\"text\": \"the cat\"}]"), ".jsonl");
        is_refused(scored("utf16.txt", std::string_view("\xFF\xFEt\0h\0e\0", 8)), "UTF-16");
        is_refused(scored("binary.txt", std::string_view("\x7F"
                                                         "ELF\0\1\2\3",
                                                         8)),
                   "binary.txt");
        is_refused(scored("latin1.txt", "the cat\nsees caf\xE9 .\n"), "latin1.txt:2: byte 0xE9");
        is_refused(scored("body.jsonl", "{\"body\": \"the cat sees\"}\n"), "no field 'text'");
        QCOMPARE(scored("body.jsonl", "{\"body\": \"the cat sees\"}\n", {"--text-field", "body"}).code, 0);
        is_refused(study_.run({"eval", run_, "--text", "/nowhere.txt"}), "--text: /nowhere.txt: no such file");
    }

    void numbers_are_read_as_settings_are() {
        for (const char* option : {"--temperature", "--top-p", "--min-p", "--repetition-penalty", "--top-k"})
            is_refused(generate(run_, {"--prompt", "x", option, "nan"}),
                       std::string(option) + ": cannot read 'nan' as a number");
        is_refused(generate(run_, {"--prompt", "x", "--top-k", "-1"}),
                   "--top-k: -1 is out of range; it must be at least 0");
        is_refused(generate(run_, {"--prompt", "x", "--temperature", "inf"}), "--temperature: cannot read 'inf'");
        is_refused(generate(run_, {"--prompt", "x", "--min-p", "1.5"}), "at least 0 and at most 1");
        is_refused(study_.run({"generate", run_, "--prompt", "x", "--max-tokens", "1,00"}), "--max-tokens");
        // More than the vocabulary has, and so all.
        const Output all = generate(run_, {"--prompt", "the cat", "--temperature", "3", "--top-k", "0"});
        QVERIFY2(all.code == 0, all.err.c_str());
        for (const char* thousand : {"1000", "1,000", "1 000", "1e3"})
            QCOMPARE(generate(run_, {"--prompt", "the cat", "--temperature", "3", "--top-k", thousand}).out, all.out);
    }

    void an_empty_stop_string_is_refused_before_anything_is_printed() {
        const Output output = generate(run_, {"--prompt", "the cat", "--stop", ""});
        QCOMPARE(output.code, 2);
        QCOMPARE(output.out, std::string());
    }

    void a_run_can_be_folded() {
        const std::string out = (study_.folder() / "folded").string();
        const Output folded = study_.run({"flashnorm", run_, "--out", out, "--verify", "--json"});
        QVERIFY2(folded.code == 0, folded.err.c_str());
        const Json verification = folded.json().at("verification");
        QCOMPARE(verification.at("exact"), Json(true));
        QCOMPARE(verification.at("text_folded"), verification.at("text_source"));
        QVERIFY(!verification.at("text_source").get<std::string>().empty());
        QVERIFY(read_file(out + "/README.md").find(run_) != std::string::npos);
        QCOMPARE(generate(out, {"--prompt", "the cat"}).out, generate(run_, {"--prompt", "the cat"}).out);
        for (const std::string& name : study_.folder().names())
            QVERIFY2(name.find("source") == std::string::npos, name.c_str());
    }

    void what_cannot_be_done_is_one_line() {
        is_refused(generate(run_, {}), "a prompt is needed");
        is_refused(generate(run_, {"--prompt", "x", "--system", "y"}), "--chat");
        is_refused(generate(run_, {"--prompts", "/nowhere"}), "/nowhere");
        is_refused(generate("nothing", {"--prompt", "x"}), "nothing");
        is_refused(generate(exported_, {"--prompt", "x", "--step", "3"}), "checkpoints");
        is_refused(generate(run_, {"--prompt", "x", "--stop", ""}), "stop string");
        is_refused(generate(run_, {"--prompt", "x", "--top-p", "2"}), "--top-p");
    }
};

QTEST_GUILESS_MAIN(GenerateCommandTest)
#include "generate_command_test.moc"
