#include "tests/app/ablate/program.h"
#include "tests/support/synthetic_runs.h"

#include <set>

using namespace ablate;
using namespace ablate::test;

// resources/help/json-output.md is the reference of --json: it names every key that a command prints.
class JsonOutputTest : public QObject {
    Q_OBJECT

    TempFolder workspace_;
    std::string page_, run_;

    Json printed(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--json", "--workspace", workspace_.path().string()});
        return run_ablate(arguments).json();
    }

    // The keys of an object that the page does not name. Anything else has none.
    std::string missing(const Json& object) const {
        std::string keys;
        if (!object.is_object()) return keys;
        for (const auto& [key, value] : object.items())
            if (page_.find("`" + key + "`") == std::string::npos) keys += key + " ";
        return keys;
    }
    // Also those of the objects in it, but of `values`, whose keys are names of sites, sets, tags or options.
    std::string missing_below(const Json& json, const std::set<std::string>& values = {}) const {
        std::string keys = missing(json);
        for (const auto& [key, value] : json.items())
            if (value.is_structured() && !values.contains(key)) keys += missing_below(value, values);
        return keys;
    }

  private Q_SLOTS:
    void initTestCase() {
        page_ = read_file(ABLATE_SOURCE_DIR "/resources/help/json-output.md");
        SyntheticRun run;
        run.study = "made";
        for (run.seed = 1; run.seed <= 2; ++run.seed) run_ = write_synthetic_run(workspace_.path(), run).id();
        run.variant = "nope";
        run.final_loss = 3.7;
        run.patch = {{"model", {{"position", {{"kind", "none"}}}}}};
        for (run.seed = 1; run.seed <= 2; ++run.seed) write_synthetic_run(workspace_.path(), run);
    }

    void a_key_that_the_page_does_not_name_is_found() {
        QCOMPARE(missing_below(Json::parse(R"({"runs": [{"no such key": 1}]})")), std::string("no such key "));
    }

    void tables_are_documented() {
        for (const char* table : {"presets", "schema", "kinds"}) {
            const std::string keys = missing_below(run_ablate({table, "--json"}).json(), {"default"});
            QVERIFY2(keys.empty(), keys.c_str());
        }
    }

    void runs_are_documented() {
        const std::set<std::string> values = {"config", "versions", "events", "final_val", "best_val", "best_step"};
        for (const Json& json : {printed({"list"}), printed({"show", run_}), printed({"verify", run_})}) {
            const std::string keys = missing_below(json, values);
            QVERIFY2(keys.empty(), keys.c_str());
        }
    }

    void comparisons_are_documented() {
        const Json json = printed({"compare", "made"});
        QCOMPARE(json.at("groups").size(), std::size_t{2});
        const std::string keys = missing_below(json, {"before", "after"});
        QVERIFY2(keys.empty(), keys.c_str());
    }

    void previews_are_documented() {
        const TinyStudy study(20, R"([{"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}}])");
        const Json json = study.run({"preview", study.file(), "--json"}).json();
        QCOMPARE(json.at("points").size(), std::size_t{2});
        const std::string keys = missing_below(json, {"by_site", "before", "after", "patch"});
        QVERIFY2(keys.empty(), keys.c_str());
    }
};

QTEST_GUILESS_MAIN(JsonOutputTest)
#include "json_output_test.moc"
