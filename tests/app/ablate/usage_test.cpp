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
        QTest::newRow("none can be built")
            << QStringList{"preview", "quick", "--set", "model.heads=3"} << "cannot be trained";
        QTest::newRow("run to import") << QStringList{"import", "run", "/none"} << "/none: No such file or directory";
        QTest::newRow("range") << QStringList{"preview", "quick", "--set", "train.log_every=0"}
                               << "--set train.log_every: 0 is out of range; it must be at least 1";
        QTest::newRow("range of a kind's") << QStringList{"run", "quick", "--set", "model.position.theta=-5"}
                                           << "--set model.position.theta: -5 is out of range";
        QTest::newRow("key of another group")
            << QStringList{"preview", "quick", "--set", "train.context=64"} << "did you mean 'data.context'?";
        QTest::newRow("slip in a number") << QStringList{"run", "quick", "--set", "model.d_ff=13,44"}
                                          << "--set model.d_ff: cannot read '13,44' as a number";
        QTest::newRow("half a range") << QStringList{"run", "quick", "--seeds", "4-"} << "'4-'";
        QTest::newRow("falling range") << QStringList{"run", "quick", "--seeds", "5-2"} << "must ascend";
        QTest::newRow("seed twice") << QStringList{"run", "quick", "--seeds", "1-3,2"} << "seed 2 is given twice";
        QTest::newRow("vast range") << QStringList{"run", "quick", "--seeds", "1-100000"} << "more than 1,000 seeds";
        QTest::newRow("workspace that is a file")
            << QStringList{"preview", "quick", "--workspace", "/etc/hostname"} << "/etc/hostname: is a file";
        QTest::newRow("text") << QStringList{"run", "quick", "--set", "data.text=/none.txt"} << "/none.txt";
        QTest::newRow("validation text without a path")
            << QStringList{"run", "quick", "--set", "data.val.v="} << "data.val.v: is empty";
        QTest::newRow("missing validation text")
            << QStringList{"run", "quick", "--set", "data.val.v=/none.txt"} << "data.val.NAME names it";
        QTest::newRow("text to tokenize") << QStringList{"tokenize", "/none.txt", "--vocab", "99", "--out", "/none"}
                                          << "/none.txt: no such text file or folder";
        QTest::newRow("seed as a setting")
            << QStringList{"run", "quick", "--set", "train.seed=3"} << "seeds are set with --seeds";
        QTest::newRow("thousand seeds") << QStringList{"run", "quick", "--seeds", "1,000"}
                                        << "'000' begins with a zero";
        QTest::newRow("null") << QStringList{"run", "quick", "--set", "train.steps=null"} << "null resets";
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
        const qsizetype set = arguments.indexOf("--set");  // what was set is named once
        if (set >= 0) QVERIFY2(lines.last().count(arguments.at(set + 1).section('=', 0, 0)) <= 1, output.err.c_str());
        QVERIFY(!std::filesystem::exists(workspace / "runs") || std::filesystem::is_empty(workspace / "runs"));
    }

    // The study's own file is checked as --set is.
    void an_unknown_key_of_a_study_file_offers_another_groups_data() {
        QTest::addColumn<QString>("study");
        QTest::addColumn<QString>("part");
        QTest::newRow("baseline") << R"({"name": "s", "baseline": {"data": {"warmup": 5}}})"
                                  << "baseline.data: unknown key 'warmup'; did you mean 'train.warmup'?";
        QTest::newRow("variant") << R"({"name": "s", "variants": [{"name": "a", "patch": {"train": {"d_ff": 5}}}]})"
                                 << "variant a.train: unknown key 'd_ff'; did you mean 'model.d_ff'?";
        QTest::newRow("grid") << R"({"name": "s", "grid": {"model.lr": [1]}})"
                              << "did you mean 'train.lr'?";
        QTest::newRow("grid value") << R"({"name": "s", "grid": {"train.lr": [-1]}})"
                                    << "grid train.lr: -1 is out of";
        QTest::newRow("no name") << "{}"
                                 << "s.json: has no \"name\"";
        QTest::newRow("dotted") << R"({"name": "s", "baseline": {"train.steps": 4}})"
                                << R"(write {"train": {"steps": 4}})";
        QTest::newRow("one of one") << R"({"name": "s", "combine": "leave-one-out"})"
                                    << "combine: leave-one-out needs two variants or more";
        QTest::newRow("grid value twice") << R"({"name": "s", "grid": {"train.lr": [0.1, 0.1]}})"
                                          << "grid train.lr: the value 0.1 is given twice";
        QTest::newRow("not in the baseline") << R"({"name": "s", "steps": 5})"
                                             << "unknown key 'steps'; did you mean 'baseline.train.steps'?";
        QTest::newRow("not in the patch") << R"({"name": "s", "variants": [{"name": "a", "model": {}}]})"
                                          << "unknown key 'model'; did you mean 'patch.model'?";
    }
    void an_unknown_key_of_a_study_file_offers_another_groups() {
        QFETCH(QString, study);
        QFETCH(QString, part);
        const TempFolder folder;
        ablate::atomic_write(folder / "s.json", study.toStdString());
        const Output output = run_ablate({"preview", (folder / "s.json").string(), "--workspace", folder / "new"});
        QCOMPARE(output.code, 2);
        QVERIFY2(output.err.find(part.toStdString()) != std::string::npos, output.err.c_str());
        QCOMPARE(std::count(output.err.begin(), output.err.end(), '\n'), 1);
    }

    void a_preview_needs_no_workspace() {
        const TempFolder folder;
        const Output output = run_ablate({"preview", "quick", "--json", "--workspace", folder / "not" / "there"});
        QCOMPARE(output.code, 0);
        for (const Json& point : output.json().at("points")) {
            QVERIFY(point.at("estimated_seconds").get<double>() > 0);
            QCOMPARE(point.at("estimate_is_rough"), Json(false));
        }
        QVERIFY(!std::filesystem::exists(folder / "not"));
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
        QCOMPARE(quick.at("runs"), Json(18));
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
        QVERIFY(text.find("integer [1, 1048576]") != std::string::npos &&
                text.find("1.04858e+06") == std::string::npos);
    }

    void kinds_state_formula_options_and_parameters() {
        const Json kinds = run_ablate({"kinds", "--json"}).json();
        const Json layer = find(kinds, "label", "LayerNorm");
        QCOMPARE(layer.at("parameters"), Json(1024));
        for (const Json& kind : kinds) QVERIFY2(!kind.at("formula").get<std::string>().empty(), kind.dump().c_str());
        const std::string text = run_ablate({"kinds"}).out;
        for (const char* part : {"RMSNorm", "reads: train.beta1, train.beta2", "precondition_every = 10", "wsd"})
            QVERIFY2(text.find(part) != std::string::npos, part);
        QCOMPARE(find(kinds, "label", "Schedule-free AdamW").at("category"), Json("optimizer"));
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
