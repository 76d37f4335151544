#include "tests/app/ablate/program.h"

#include "tests/support/contains.h"

using ablate::Json;
using ablate::test::contains;
using ablate::test::Output;
using ablate::test::TinyStudy;

class PreviewCommandTest : public QObject {
    Q_OBJECT

    const TinyStudy study_{20, R"([
        {"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}},
        {"name": "huge", "patch": {"model": {"d_model": 131072, "layers": 2000}}}])"};

  private Q_SLOTS:
    void a_variant_that_cannot_be_trained_hides_no_times() {
        const Output json = study_.run({"preview", study_.file(), "--json"});
        QCOMPARE(json.code, 2);
        const Json points = json.json().at("points");
        QCOMPARE(points.size(), std::size_t{3});
        for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
            QVERIFY(points[i].at("estimated_seconds").get<double>() > 0);
            QCOMPARE(points[i].at("estimate_is_rough"), Json(false));
        }
        QVERIFY(points[2].at("estimated_seconds").is_null());
        QCOMPARE(points[2].at("estimate_is_rough"), Json(true));
        const Output table = study_.run({"preview", study_.file()});
        QVERIFY(contains(table.out, "–"));
        QVERIFY(table.out.find("NaN") == std::string::npos);
        QVERIFY(contains(table.out, "from a step measured on this machine"));
    }

    void findings_say_what_would_mend_them() {
        const Json findings = study_.run({"preview", study_.file(), "--json"}).json().at("findings");
        const auto found = std::find_if(findings.begin(), findings.end(), [](const Json& finding) {
            return finding.at("text").get<std::string>().starts_with("a run of 20 steps is too short");
        });
        QVERIFY(found != findings.end());
        const Json& mend = found->at("mends").at(0);
        QCOMPARE(mend.at("title").get<std::string>(), std::string("Set steps to 50"));
        QCOMPARE(mend.at("patch"), (Json{{"baseline", {{"train", {{"steps", 50}}}}}}));
    }

    void a_pilot_tells_what_the_seeds_can_find() {
        const TinyStudy study(20, R"([{"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}}])");
        const Json before = study.run({"preview", study.file(), "--json"}).json().at("power");
        QCOMPARE(before.at("spread_from"), Json("none"));
        QVERIFY(contains(study.run({"preview", study.file()}).out, "--pilot"));

        const Output output =
            study.run({"preview", study.file(), "--pilot", "--smallest-difference", "1e-9", "--json"});
        QCOMPARE(output.code, 0);
        QCOMPARE(study.list().at("runs").size(),
                 std::size_t{6});  // three seeds of the baseline and of the first variant
        const Json power = output.json().at("power");
        QCOMPARE(power.at("spread_from"), Json("workspace"));
        QCOMPARE(power.at("earlier_differences"), Json(3));
        QCOMPARE(power.at("seeds"), Json(2));
        QVERIFY(power.at("detectable_difference").get<double>() > 1e-9);
        const Json findings = output.json().at("findings");
        QVERIFY(std::any_of(findings.begin(), findings.end(), [](const Json& finding) {
            return contains(finding.at("text").get<std::string>(), "1.0e-09 nats");
        }));
    }

    void a_smallest_difference_that_is_none_is_refused() {
        for (const char* value : {"0", "-0.1", "nan"}) {
            const Output output = study_.run({"preview", study_.file(), std::string("--smallest-difference=") + value});
            QCOMPARE(output.code, 2);
            QVERIFY(contains(output.err, "--smallest-difference"));
        }
    }

    void a_utilization_that_is_no_number_is_refused() {
        const Output output = study_.run({"preview", study_.file(), "--mfu", "0.5,nan"});
        QCOMPARE(output.code, 2);
        QVERIFY(contains(output.err, "--mfu"));
        QVERIFY(output.out.empty());
    }

    void what_is_not_read_of_a_folder_is_told_once() {
        const TinyStudy study(20, R"([{"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}}])");
        std::filesystem::create_directory(study.folder() / "texts");
        study.folder().write("texts/text.txt", ablate::test::small_text());
        study.folder().write("texts/table.csv", "a,b\n1,2\n");
        const std::string text = "data.text=" + (study.folder() / "texts").string(),
                          remark = "one file of this folder is";
        for (const bool step_zero : {false, true}) {
            std::vector<std::string> arguments{"preview", study.file(), "--set", text};
            if (step_zero) arguments.emplace_back("--step0");
            const Output output = study.run(arguments);
            QVERIFY2(output.code == 0, output.err.c_str());
            QVERIFY2(contains(output.out, remark), output.out.c_str());
            QCOMPARE(output.out.find(remark), output.out.rfind(remark));
            QCOMPARE(output.out.find("step 0 (ln V = ") != std::string::npos, step_zero);
        }
    }

    void missing_data_are_told_before_the_run() {
        const Output output = study_.run({"preview", study_.file(), "--set", "data.text=/none.txt"});
        QCOMPARE(output.code, 2);
        QVERIFY(contains(output.out, "error: data.text: /none.txt: no such file or folder"));
        QVERIFY(contains(output.err, "its data cannot be read"));
    }
};

QTEST_GUILESS_MAIN(PreviewCommandTest)
#include "preview_command_test.moc"
