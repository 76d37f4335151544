#include "tests/app/ablate/program.h"

#include <algorithm>
#include <cmath>

using ablate::Json;
using ablate::test::Output;
using ablate::test::run_ablate;
using ablate::test::TempFolder;

// What a user meets before any run: wrong words, help, the tables, the preview.
class UsageTest : public QObject {
    Q_OBJECT

    static Json find(const Json& list, const char* key, const std::string& value) {
        for (const Json& item : list)
            if (item.at(key) == value) return item;
        return {};
    }

  private Q_SLOTS:
    void bad_words_are_one_line_with_exit_code_2_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("part");
        QTest::newRow("no command") << QStringList{} << "name a command";
        QTest::newRow("command") << QStringList{"lst"} << "did you mean 'list'?";
        QTest::newRow("option") << QStringList{"run", "quick", "--job", "2"} << "did you mean '--jobs'?";
        QTest::newRow("argument") << QStringList{"list", "all"} << "unexpected argument 'all'";
        QTest::newRow("missing") << QStringList{"run"} << "STUDY";
        QTest::newRow("number") << QStringList{"run", "quick", "--jobs", "two"} << "--jobs";
        QTest::newRow("preset") << QStringList{"preview", "quik"} << "did you mean 'quick'?";
        QTest::newRow("study file") << QStringList{"run", "./none.json"} << "none.json";
        QTest::newRow("key") << QStringList{"preview", "quick", "--set", "train.stps=3"}
                             << "did you mean 'train.steps'?";
        QTest::newRow("kind") << QStringList{"preview", "quick", "--set", "model.ffn.kind=swiglo"}
                              << "did you mean 'swiglu'?";
        QTest::newRow("value") << QStringList{"preview", "quick", "--set", "train.lr=fast"} << "train.lr";
        QTest::newRow("heads") << QStringList{"run", "quick", "--set", "model.heads=3"} << "not divisible by 3 heads";
        QTest::newRow("memory") << QStringList{"run", "quick", "--set", "model.d_model=1048576"} << "memory";
        QTest::newRow("run") << QStringList{"show", "00000000"} << "no run";
        QTest::newRow("variant") << QStringList{"run", "quick", "--only", "nop"} << "did you mean 'nope'?";
        QTest::newRow("study last") << QStringList{"run", "--only", "nop", "quick"} << "did you mean 'nope'?";
        QTest::newRow("resume what") << QStringList{"resume"} << "--all";
        QTest::newRow("text") << QStringList{"run", "quick", "--set", "data.text=/none.txt"} << "/none.txt";
    }

    void bad_words_are_one_line_with_exit_code_2() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, part);
        const TempFolder workspace;
        qputenv("ABLATE_WORKSPACE", workspace.path().c_str());
        std::vector<std::string> words;
        for (const QString& word : arguments) words.push_back(word.toStdString());
        const Output output = run_ablate(words);
        const bool resources = QString(QTest::currentDataTag()) == "memory";
        QCOMPARE(output.code, resources ? 3 : 2);
        // Progress and notes may come before; the error is the last line and the only one that begins so.
        const QStringList lines = QString::fromStdString(output.err).trimmed().split('\n');
        QCOMPARE(lines.filter(QRegularExpression("^ablate: ")).size(), 1);
        QVERIFY2(lines.last().startsWith("ablate: ") && lines.last().contains(part), output.err.c_str());
        QVERIFY(!std::filesystem::exists(workspace / "runs") || std::filesystem::is_empty(workspace / "runs"));
    }

    void help_lists_the_commands_and_run_the_keys() {
        const Output help = run_ablate({"--help"});
        QCOMPARE(help.code, 0);
        for (const char* word : {"run", "resume", "verify", "doctor", "Exit codes"})
            QVERIFY2(help.out.find(word) != std::string::npos, word);
        const Output run = run_ablate({"run", "--help"});
        QCOMPARE(run.code, 0);
        for (const char* word : {"--set", "train.lr", "model.norm.attn_in.kind", "data.context"})
            QVERIFY2(run.out.find(word) != std::string::npos, word);
    }

    void the_version_is_the_projects() { QCOMPARE(run_ablate({"--version"}).out, std::string("ablate 0.1.0\n")); }

    void presets_are_listed() {
        QVERIFY(run_ablate({"presets"}).out.find("tinystories-22m") != std::string::npos);
        const Json quick = find(run_ablate({"presets", "--json"}).json(), "name", "quick");
        QCOMPARE(quick.at("runs"), Json(12));
        QCOMPARE(quick.at("variants"), Json::parse(R"(["post-norm", "no-norm", "nope", "silu", "qk-norm"])"));
    }

    void the_schema_has_every_key_with_its_range() {
        const Json fields = run_ablate({"schema", "--json"}).json();
        const Json lr = find(fields, "key", "train.lr");
        QCOMPARE(lr.at("type"), Json("real"));
        QCOMPARE(lr.at("min"), Json(0.0));
        QCOMPARE(lr.at("min_excluded"), Json(true));
        const Json norm = find(fields, "key", "model.norm.attn_in.kind");
        QVERIFY(std::find(norm.at("choices").begin(), norm.at("choices").end(), "dyt") != norm.at("choices").end());
        const std::string text = run_ablate({"schema"}).out;
        for (const Json& field : fields) QVERIFY(text.find(field.at("key").get<std::string>()) != std::string::npos);
    }

    void kinds_state_formula_options_and_parameters() {
        const Json kinds = run_ablate({"kinds", "--json"}).json();
        const Json layer = find(kinds, "label", "LayerNorm");
        QCOMPARE(layer.at("parameters"), Json(1024));
        for (const Json& kind : kinds) QVERIFY2(!kind.at("formula").get<std::string>().empty(), kind.dump().c_str());
        QVERIFY(run_ablate({"kinds"}).out.find("RMSNorm") != std::string::npos);
    }

    void the_preview_of_tinystories_has_the_reports_parameter_counts() {
        const Json preview = run_ablate({"preview", "tinystories-22m", "--json"}).json();
        const auto parameters = [&](const char* name) {
            return find(preview.at("points"), "name", name).at("parameters").at("unique").get<std::int64_t>();
        };
        QCOMPARE(parameters("baseline"), std::int64_t(22'696'448));
        QCOMPARE(parameters("silu"), std::int64_t(22'827'520));
        QVERIFY(!find(preview.at("findings"), "variant", "silu").is_null());  // its parameters differ by 0.58 %
    }

    void the_preview_as_text_names_the_differences() {
        const std::string text = run_ablate({"preview", "quick"}).out;
        QVERIFY2(text.find("1,315,968") != std::string::npos, text.c_str());
        QVERIFY2(text.find("RoPE → NoPE") != std::string::npos, text.c_str());
    }

    void the_doctor_looks_at_everything() {
        const TempFolder workspace;
        const Output output = run_ablate({"doctor", "--json", "--workspace", workspace.path()});
        const Json report = output.json();
        QCOMPARE(output.code, report.at("fit").get<bool>() ? 0 : 1);
        for (const char* name :
             {"libtorch", "devices", "threads", "bf16", "allocator", "memory", "disk", "workspace", "text"})
            QVERIFY2(!find(report.at("checks"), "name", name).is_null(), name);
        QVERIFY(find(report.at("checks"), "name", "libtorch").at("ok").get<bool>());
    }
};

QTEST_GUILESS_MAIN(UsageTest)
#include "usage_test.moc"
