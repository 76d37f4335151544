#include "tests/app/ablate/program.h"

#include <algorithm>
#include <cmath>
#include <fstream>

using ablate::Json;
using ablate::test::Output;
using ablate::test::run_ablate;

namespace fs = std::filesystem;

// A workspace that version 0.1 made (tests/support/make_workspace_0_1.sh) is listed, compared, resumed and reported by
// every later version. `expected` holds what 0.1 itself said.
class Workspace01Test : public QObject {
    Q_OBJECT

    const fs::path made_ = fs::path(ABLATE_SOURCE_DIR) / "tests/data/workspaces/0.1";
    const ablate::test::TempFolder folder_;
    const fs::path workspace_ = folder_ / "workspace";  // moved: not where its files say it was

    Output run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--workspace", workspace_.string()});
        return run_ablate(arguments);
    }
    Json expected(const std::string& name) const {
        return ablate::io::read_json(made_ / "expected" / (name + ".json"), 1 << 20);
    }
    Json listed() const { return run({"list", "--json"}).json().at("runs"); }
    std::string paused_run() const {
        for (const Json& one : expected("list"))
            if (one.at("status") == "paused") return one.at("id");
        return {};
    }
    static bool near(const Json& a, const Json& b) {
        if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
        return std::abs(a.get<double>() - b.get<double>()) <= 1e-9;
    }

  private Q_SLOTS:
    void initTestCase() {
        fs::copy(made_ / "workspace", workspace_, fs::copy_options::recursive);
        for (auto entry = fs::recursive_directory_iterator(workspace_); entry != fs::recursive_directory_iterator();
             ++entry)
            fs::permissions(entry->path(), fs::perms::owner_write, fs::perm_options::add);
    }

    void every_run_is_listed_as_it_was() {
        const Json now = listed(), was = expected("list");
        QCOMPARE(now.size(), was.size());
        for (const Json& before : was) {
            const auto found = std::find_if(
                now.begin(), now.end(), [&](const Json& one) { return one.at("info").at("id") == before.at("id"); });
            QVERIFY(found != now.end());
            QCOMPARE(found->at("status"), before.at("status"));
            QCOMPARE(found->at("info").at("seed"), before.at("seed"));
            QCOMPARE(found->at("state").at("step"), before.at("step"));
        }
    }

    void comparisons_say_what_they_said_data() {
        QTest::addColumn<QString>("study");
        for (const char* study : {"small", "collapse", "grid", "table"}) QTest::newRow(study) << study;
    }
    void comparisons_say_what_they_said() {
        QFETCH(QString, study);
        const std::string name = study.toStdString();
        const Json now = run({"compare", name, "--json"}).json().at("groups");
        const Json was = expected("compare-" + name).at("groups");
        QCOMPARE(now.size(), was.size());
        for (std::size_t i = 0; i < was.size(); ++i) {
            QCOMPARE(now[i].at("name"), was[i].at("name"));
            QCOMPARE(now[i].at("collapsed"), was[i].at("collapsed"));
            QCOMPARE(now[i].at("final_val").at("n"), was[i].at("final_val").at("n"));
            for (const char* key : {"mean", "sd", "half_width"})
                QVERIFY2(near(now[i].at("final_val").at(key), was[i].at("final_val").at(key)), key);
        }
    }

    // 0.1 split the seeds of these imports by save_steps, which changes nothing that is trained.
    void seeds_that_were_saved_at_other_steps_are_one_group() {
        QCOMPARE(expected("compare-others").at("groups").size(), std::size_t(4));
        const Json groups = run({"compare", "others", "--json"}).json().at("groups");
        QCOMPARE(groups.size(), std::size_t(2));
        for (const Json& group : groups) QCOMPARE(group.at("final_val").at("n"), Json(2));
    }

    void studies_are_reported() {
        for (const char* study : {"small", "collapse", "grid", "others"}) {
            const Output output = run({"report", study, "--out", (folder_ / study).string()});
            QVERIFY2(output.code == 0, output.err.c_str());
            QVERIFY(fs::exists(folder_ / study / "report.html"));
        }
    }

    // Neither the text nor the token folder are where they were: the tokens are found in the workspace's own cache.
    void the_paused_run_is_resumed_on_its_own_tokens() {
        const Output output = run({"resume", paused_run()});
        QVERIFY2(output.code == 0, (output.out + output.err).c_str());
        const Json shown = run({"show", paused_run(), "--json"}).json();
        QCOMPARE(shown.at("status"), Json("healthy"));
        const Json summary = shown.at("state").at("summary"), whole = expected("whole-state").at("summary");
        QCOMPARE(summary.at("steps_done"), whole.at("steps_done"));
        // To the bit on the processor that made it; other processors round otherwise.
        QVERIFY(std::abs(summary.at("final_val").at("val").get<double>() -
                         whole.at("final_val").at("val").get<double>()) < 0.05);
    }

    void the_checkpoints_verify() {
        for (const Json& one : listed()) {
            if (one.at("info").contains("source")) continue;
            const Output output = run({"verify", one.at("info").at("id")});
            QVERIFY2(output.code == 0, (output.out + output.err).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(Workspace01Test)
#include "workspace_0_1_test.moc"
