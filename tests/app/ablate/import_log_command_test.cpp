#include "core/run/run_store.h"
#include "tests/app/ablate/program.h"
#include "tests/core/interop/logs/marin_files.h"
#include "tests/support/contains.h"

using namespace ablate;
namespace fs = std::filesystem;

// `ablate import log`: what it prints, what list, compare and report show afterwards, and its exit codes.
class ImportLogCommandTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

    static std::string reference(const std::string& name) {
        return (fs::path(ABLATE_SOURCE_DIR) / "tests/data/logs" / name).string();
    }
    test::Output run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--workspace", (folder_ / "workspace").string()});
        return test::run_ablate(arguments);
    }

  private Q_SLOTS:
    void a_hidden_collapse_beside_a_healthy_run() {
        test::Output out = run({"import", "log", reference("hf-healthy"), "--study", "norms", "--variant", "baseline"});
        QCOMPARE(out.code, 0);
        const std::string healthy = out.out.substr(0, 8);
        QVERIFY(test::contains(out.err, "hf-trainer log of") && test::contains(out.err, "healthy"));
        QVERIFY(test::contains(out.err, "not a final loss"));
        out = run({"import", "log", reference("hf-collapsed"), "--study", "norms", "--variant", "no-norm", "--seed",
                   "3", "--json"});
        QCOMPARE(out.code, 0);
        const Json imported = out.json()[0];
        QCOMPARE(imported["status"], Json("collapsed"));
        QCOMPARE(imported["info"]["seed"], Json(3));
        QCOMPARE(imported["info"]["source"]["format"], Json("hf-trainer"));
        QCOMPARE(imported["state"]["verdict"]["step"], Json(10));

        out = run({"list"});
        QVERIFY(test::contains(out.out, "collapsed") && test::contains(out.out, "60/60"));
        out = run({"show", healthy});
        QVERIFY(test::contains(out.out, "known of the configuration"));
        out = run({"compare", "norms"});
        QCOMPARE(out.code, 0);
        QVERIFY(test::contains(out.out, "step 10") && test::contains(out.out, "imported logs"));
        out = run({"report", "norms", "--out", (folder_ / "report").string()});
        QCOMPARE(out.code, 0);
        const std::string report = read_file(folder_ / "report/report.md");
        QVERIFY(test::contains(report, "not finite from step 10 on"));
        out = run({"verify", healthy});
        QCOMPARE(out.code, 0);

        // The same contents again.
        out = run({"import", "log", reference("hf-healthy")});
        QCOMPARE(out.code, 0);
        QVERIFY(test::contains(out.err, "there already as run " + healthy) && out.out == healthy + "\n");
        QCOMPARE(run({"import", "log", reference("hf-healthy"), "--json"}).json()[0]["info"]["id"], Json(healthy));
        QCOMPARE(run({"list", "--json"}).json()["runs"].size(), std::size_t{2});
        QCOMPARE(run({"import", "log", reference("hf-healthy"), "--again"}).code, 0);
        QCOMPARE(run({"list", "--json"}).json()["runs"].size(), std::size_t{3});

        for (const char* command : {"resume", "generate"}) {
            std::vector<std::string> arguments = {command, imported["info"]["id"].get<std::string>()};
            if (std::string(command) == "generate") arguments.insert(arguments.end(), {"--prompt", "a"});
            out = run(arguments);
            QCOMPARE(out.code, 2);
            QCOMPARE(std::count(out.err.begin(), out.err.end(), '\n'), 1);
        }
        QVERIFY(test::contains(run({"resume", healthy}).err, "imported log"));
    }

    void grid_points_and_columns() {
        for (const test::Speedrun& one : test::speedruns()) {
            if (one.size != std::string("130m") && one.size != std::string("520m")) continue;
            const bool llama = std::string(one.architecture) == "llama";
            const std::string variant = std::string(llama ? "baseline" : "qwen3") + "@" + one.size;
            QCOMPARE(run({"import", "log", test::write_speedrun(folder_ / "marin", one).string(), "--study", "qk",
                          "--variant", variant})
                         .code,
                     0);
        }
        const test::Output out = run({"compare", "qk"});
        for (const char* part : {"bits per byte", "-0.0036", "-0.0021", "(+16.0 %)", "(+19.9 %)"})
            QVERIFY(test::contains(out.out, part));
        folder_.write("t.csv", "t,cost\n0,3\n1,2\n");
        const std::string table = (folder_ / "t.csv").string();
        QCOMPARE(run({"import", "log", table}).code, 2);
        QCOMPARE(run({"import", "log", "--column", "step=t", "--column", "loss=cost", table}).code, 0);
    }

    void bad_input_is_one_line_and_leaves_nothing() {
        folder_.write("bad.json", "{\"log_history\": [1]}");
        const std::size_t before = run({"list", "--json"}).json()["runs"].size();
        const std::string bad = (folder_ / "bad.json").string();
        for (const std::vector<std::string>& arguments :
             {std::vector<std::string>{"import", "log", bad},
              {"import", "log", bad + "x"},
              {"import", "log", reference("hf-healthy"), "--format", "hff"},
              {"import", "log", reference("hf-healthy"), "--variant", "a b", "--again"},
              {"import", "log", reference("hf-healthy"), "--column", "los=x"},
              {"import", "log", reference("hf-healthy"), "--column", "loss=los", "--again"},
              {"import", "log", reference("hf-healthy"), "--column", "loss"}}) {
            const test::Output out = run(arguments);
            QCOMPARE(out.code, 2);
            QVERIFY(out.out.empty());
            QCOMPARE(std::count(out.err.begin(), out.err.end(), '\n'), 1);
        }
        QCOMPARE(run({"list", "--json"}).json()["runs"].size(), before);
    }
};

QTEST_GUILESS_MAIN(ImportLogCommandTest)
#include "import_log_command_test.moc"
