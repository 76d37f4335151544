#include "core/run/plan_record.h"
#include "tests/app/ablate/program.h"
#include "tests/support/synthetic_runs.h"

using namespace ablate;
using namespace ablate::test;

class NoteCommandTest : public QObject {
    Q_OBJECT

    TempFolder workspace_;
    std::string id_;
    Output run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--workspace", workspace_.path().string()});
        return run_ablate(arguments);
    }

  private Q_SLOTS:
    void init() {
        if (id_.empty()) id_ = write_synthetic_run(workspace_.path(), {}).id();
    }

    void a_note_and_tags_are_written_and_shown() {
        QVERIFY(run({"list"}).out.find("tags") == std::string::npos);
        const Output written =
            run({"note", id_, "--text", "The one\nto keep", "--tag", "keep", "--tag", "paper", "--json"});
        QCOMPARE(written.code, 0);
        QCOMPARE(written.json(), Json::parse(R"({"text": "The one\nto keep", "tags": ["keep", "paper"]})"));
        const std::string shown = run({"show", id_}).out;
        for (const char* part : {"keep, paper", "The one\n", "to keep\n"})
            QVERIFY2(shown.find(part) != std::string::npos, shown.c_str());
        QVERIFY(run({"list"}).out.find("keep, paper") != std::string::npos);

        QCOMPARE(run({"note", id_, "--untag", "keep"}).code, 0);
        const Json listed = run({"list", "--json"}).json().at("runs").at(0);
        QCOMPARE(listed.at("notes"), Json::parse(R"({"text": "The one\nto keep", "tags": ["paper"]})"));
        QCOMPARE(listed.at("problems"), Json::array());
        QCOMPARE(run({"note", id_, "--text", ""}).code, 0);
        QVERIFY(run({"show", id_}).out.find("The one") == std::string::npos);
    }

    void a_run_is_excluded_with_its_reason_and_included_again() {
        const auto excluded = [&] {
            return ablate::run::read_plan_record(workspace_.path(), "quick").value().excluded;
        };
        QCOMPARE(run({"note", id_, "--exclude", "the disk was full"}).code, 0);
        QCOMPARE(excluded().size(), std::size_t{1});
        QCOMPARE(excluded().front().run, id_);
        QCOMPARE(excluded().front().reason, std::string("the disk was full"));
        QCOMPARE(run({"note", id_, "--exclude", ""}).code, 2);
        QCOMPARE(run({"note", id_, "--include"}).code, 0);
        QVERIFY(excluded().empty());
    }

    void what_cannot_be_written_is_one_line_with_exit_code_2() {
        for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
                 {"note", id_}, {"note", id_, "--tag", "a,b"}, {"note", "nosuchrun", "--text", "x"}}) {
            const Output output = run(words);
            QCOMPARE(output.code, 2);
            QCOMPARE(std::count(output.err.begin(), output.err.end(), '\n'), std::ptrdiff_t{1});
        }
        workspace_.write("runs/" + id_ + "/notes.json", "{");
        const Output refused = run({"note", id_, "--text", "x"});
        QCOMPARE(refused.code, 2);
        QVERIFY2(refused.err.find("notes.json") != std::string::npos, refused.err.c_str());
        QVERIFY(run({"show", id_}).out.find("notes.json") != std::string::npos);  // the run is shown, and what is wrong
    }
};

QTEST_GUILESS_MAIN(NoteCommandTest)
#include "note_command_test.moc"
