#include "tests/app/ablate/program.h"

using namespace ablate;
using namespace ablate::test;

namespace fs = std::filesystem;

// What a name on the command line stands for: a study, a run, or a run in the trash.
class NamesTest : public QObject {
    Q_OBJECT

    const TinyStudy study_{8, R"([{"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}}])"};
    // A copied run is known by the folder it is in, so this id begins with the study's name.
    const std::string alike_ = "tiny0001";

    fs::path runs() const { return fs::path(study_.workspace()) / "runs"; }
    std::string copy_of_the_first(const std::string& id) const {
        const std::string first = study_.list().at("runs").at(0).at("info").at("id");
        fs::copy(runs() / first, runs() / id, fs::copy_options::recursive);
        return id;
    }
    static void is_refused(const Output& output, const std::string& part) {
        QCOMPARE(output.code, 2);
        QCOMPARE(output.out, std::string());
        QVERIFY2(output.err.find(part) != std::string::npos, output.err.c_str());
    }

  private Q_SLOTS:
    void initTestCase() {
        const Output trained = study_.run({"run", study_.file(), "--seeds", "1", "--quiet"});
        QVERIFY2(trained.code == 0, trained.err.c_str());
        copy_of_the_first(alike_);
    }

    void a_study_whose_name_begins_an_id_is_the_study() {
        const Output by_name = study_.run({"compare", "tiny", "--json"});
        QVERIFY2(by_name.code == 0, by_name.err.c_str());
        QCOMPARE(by_name.json().at("groups").size(), std::size_t(2));
        const Output report = study_.run({"report", "tiny"});
        QVERIFY2(report.out.find("reports/tiny") != std::string::npos, (report.out + report.err).c_str());
        // A longer word is the run.
        QCOMPARE(study_.run({"compare", "tiny0", "--json"}).json().at("groups").size(), std::size_t(1));
        QCOMPARE(study_.run({"compare", alike_, "--json"}).json().at("groups").size(), std::size_t(1));
    }

    void all_runs_are_found_before_one_is_deleted() {
        const std::string id = copy_of_the_first("dead0001");
        is_refused(study_.run({"delete", "zzz"}), "no run 'zzz'");
        is_refused(study_.run({"delete", id, "zzz"}), "no run 'zzz'");
        QVERIFY(fs::exists(runs() / id));
        const Output twice = study_.run({"delete", id, id.substr(0, 6)});
        QVERIFY2(twice.code == 0, twice.err.c_str());
        QCOMPARE(twice.out, "moved to " + study_.workspace() + "/trash/" + id + "\n");
        is_refused(study_.run({"compare", id}), "run 'dead0001' is in the trash");
        is_refused(study_.run({"compare", "dead", alike_}), "run 'dead0001' is in the trash");
    }
};

QTEST_GUILESS_MAIN(NamesTest)
#include "names_test.moc"
