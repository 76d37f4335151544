#include "core/run/plan_record.h"
#include "tests/app/ablate/program.h"

using ablate::Json;
using ablate::test::Output;
using ablate::test::TinyStudy;

// Seeds are added to what is undecided, at looks that are declared beforehand.
class UntilResolvedTest : public QObject {
    Q_OBJECT

    const TinyStudy study_{20, R"([{"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}},
                                   {"name": "slow", "patch": {"train": {"lr": 0.00001}}}])"};

    static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
    ablate::run::PlanRecord plan() const { return ablate::run::read_plan_record(study_.workspace(), "tiny").value(); }

  private Q_SLOTS:
    void looks_are_declared_and_recorded() {
        const Output output = study_.run({"run", study_.file(), "--until-resolved", "--looks", "2,3", "--jobs", "2"});
        QVERIFY2(output.code == 0, output.err.c_str());
        QVERIFY2(has(output.err, "look 1 of 2, 2 seeds: "), output.err.c_str());
        QVERIFY2(has(output.err, "no margin, so a variant that changes nothing is trained to the last look"),
                 output.err.c_str());
        QCOMPARE(plan().looks, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(plan().seeds, (std::vector<std::int64_t>{1, 2}));
        QVERIFY(!plan().looked.empty());
        QCOMPARE(plan().looked.front().seeds, std::int64_t{2});
        const auto additions = plan().additions;
        for (const auto& addition : additions) QVERIFY(addition.planned);  // they cost nothing more
    }

    // Every variant has the seeds of the look at which it was decided, and the baseline as many as any.
    void only_what_is_undecided_gets_more_seeds() {
        std::map<std::string, std::size_t> seeds;
        const Json runs = study_.list().at("runs");
        for (const Json& run : runs) ++seeds[run.at("info").at("variant").get<std::string>()];
        const std::vector<std::string> first = plan().looked.front().decided;
        const Json compared = study_.run({"compare", "tiny", "--json"}).json();
        for (const Json& group : compared.at("groups")) {
            if (group.at("is_baseline") == true) continue;
            const std::string name = group.at("variant");
            bool decided_first = false;
            for (const std::string& decided : first) decided_first |= decided.starts_with(name + ": ");
            QCOMPARE(seeds.at(name), decided_first ? std::size_t{2} : std::size_t{3});
            if (decided_first) QVERIFY(group.at("judged").at("outcome") != Json("undecided"));
        }
        QCOMPARE(compared.at("family").at("looks"), Json(2));
    }

    void a_sequence_is_resumed_with_its_own_looks() {
        const std::size_t runs = study_.list().at("runs").size();
        const Output again = study_.run({"run", study_.file(), "--until-resolved", "--looks", "2,3"});
        QVERIFY2(again.code == 0, again.err.c_str());
        QCOMPARE(study_.list().at("runs").size(), runs);
        const std::size_t looked = plan().looked.size();
        const Output other = study_.run({"run", study_.file(), "--until-resolved", "--looks", "2,4"});
        QCOMPARE(other.code, 2);
        QVERIFY2(has(other.err, "its plan declares looks at 2,3 seeds"), other.err.c_str());
        QCOMPARE(plan().looked.size(), looked);
    }

    void what_cannot_be_meant_is_one_line() {
        for (const std::vector<std::string>& words :
             std::vector<std::vector<std::string>>{{"run", study_.file(), "--looks", "2,3"},
                                                   {"run", study_.file(), "--until-resolved", "--looks", "3,2"},
                                                   {"run", study_.file(), "--until-resolved", "--budget", "soon"}}) {
            const Output output = study_.run(words);
            QCOMPARE(output.code, 2);
            QVERIFY2(std::count(output.err.begin(), output.err.end(), '\n') == 1, output.err.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(UntilResolvedTest)
#include "until_resolved_test.moc"
