#include "core/plan/plan.h"

#include "core/io/json_file.h"
#include "core/plan/kept_study.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QTest>

using namespace ablate;
using namespace ablate::study;
using test::input_error;
using test::is_line_with;

namespace {

struct Fixture {
    test::TempFolder workspace;
    run::RunStore store{workspace.path()};
    StudyConfig study;
    std::shared_ptr<data::PreparedData> data;

    Fixture() {
        train::register_kinds();
        const auto tokens = test::write_tiny_tokens(workspace / "tokens");
        study = study_from_json({{"name", "tiny"},
                                 {"baseline", test::tiny_baseline(tokens, 10)},
                                 {"variants",
                                  {{{"name", "nope"}, {"patch", {{"model", {{"position", {{"kind", "none"}}}}}}}},
                                   {{"name", "silu"}, {"patch", {{"model", {{"ffn", {{"kind", "silu"}}}}}}}}}},
                                 {"seeds", {2, 1}}},
                                "study");
        data = std::make_shared<data::PreparedData>(
            data::prepare_data(expand(study).front().config.data, workspace / "cache"));
    }

    std::vector<PlannedRun> planned(const PlanOptions& options = {}) const {
        ResolvedStudy resolved = resolve_study(study, options);
        resolved.use_data(data);
        return plan(resolved, store);
    }
    run::RunDirectory create(const PlannedRun& planned) const {
        return run::create_run(store.workspace(), run_info(study, planned, *data));
    }
};

std::vector<std::string> names(const std::vector<PlannedRun>& runs) {
    std::vector<std::string> names;
    for (const PlannedRun& run : runs) names.push_back(run.point.name + " " + std::to_string(run.seed));
    return names;
}

void end(const run::RunDirectory& directory, train::Outcome outcome) {
    run::RunState state;
    state.phase = "ended";
    state.verdict = train::Verdict{};
    state.verdict->outcome = outcome;
    directory.write_state(state);
}

using Names = std::vector<std::string>;

}  // namespace

class PlanTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // Where no study file is left, run.json tells of the same configurations.
    void a_study_is_rebuilt_from_its_runs() {
        Fixture fixture;
        fixture.study.grid = {{"train.lr", {Json(0.001), Json(0.02)}}};
        for (const PlannedRun& planned : fixture.planned()) fixture.create(planned);
        const auto rebuilt = study_of_runs(fixture.store.list(), "tiny");
        QVERIFY(rebuilt);
        QVERIFY((rebuilt->seeds == std::vector<std::int64_t>{1, 2}));
        const auto hashes = [](const StudyConfig& study) {
            std::map<std::string, std::string> by_name;
            for (const VariantPoint& point : expand(study)) by_name[point.name] = config_hash(point.config, "");
            return by_name;
        };
        QVERIFY(hashes(*rebuilt) == hashes(fixture.study));
        QVERIFY(!study_of_runs(fixture.store.list(), "another"));
    }

    void a_study_from_a_path_is_kept_as_it_is_run() {
        Fixture fixture;
        const StudySource source{fixture.workspace / "elsewhere.json", false};
        const std::filesystem::path kept = fixture.workspace.path() / "studies" / "tiny.json";
        const auto keep = [&](const PlanOptions& options) {
            return keep_study(resolve_study(fixture.study, options), source, fixture.workspace.path());
        };
        PlanOptions options;
        options.settings = {"train.lr=0.125"};
        options.seeds = {7, 8};
        QCOMPARE(keep(options), std::string());
        QCOMPARE(expand(load_study(kept)).front().config.train.lr, 0.125);
        QVERIFY((load_study(kept).seeds == std::vector<std::int64_t>{7, 8}));
        QCOMPARE(keep({}), std::string());  // what Ablate wrote itself is replaced
        QVERIFY((load_study(kept).seeds == std::vector<std::int64_t>{2, 1}));
        StudyConfig edited = load_study(kept);
        edited.seeds = {5};
        io::write_json(kept, to_json(edited));
        QVERIFY(is_line_with(keep(options), {"tiny.json", "stays as it is"}));
        QVERIFY((load_study(kept).seeds == std::vector<std::int64_t>{5}));
    }

    void presets_and_studies_of_the_workspace_are_there_already() {
        Fixture fixture;
        const StudySource preset{presets_folder() / "quick.json", true};
        QCOMPARE(keep_study(resolve_study(fixture.study), preset, fixture.workspace.path()), std::string());
        QVERIFY(!std::filesystem::exists(fixture.workspace / "studies"));
    }

    void runs_are_ordered_by_seed_then_variant() {
        const Fixture fixture;
        QCOMPARE(names(fixture.planned()), (Names{"baseline 2", "nope 2", "silu 2", "baseline 1", "nope 1", "silu 1"}));
        PlanOptions options;
        options.seeds = {7, 7, 3};
        QCOMPARE(names(fixture.planned(options)).front(), std::string("baseline 7"));
        QCOMPARE(fixture.planned(options).size(), std::size_t{6});
    }

    void a_choice_of_variants_keeps_the_baseline() {
        Fixture fixture;
        PlanOptions options;
        options.only = {"silu"};
        options.seeds = {1};
        QCOMPARE(names(fixture.planned(options)), (Names{"baseline 1", "silu 1"}));
        options.only = {"slu"};
        QVERIFY(
            is_line_with(input_error([&] { fixture.planned(options); }), {"no variant 'slu'", "did you mean 'silu'"}));
        fixture.study.grid = {{"train.lr", {0.01, 0.02}}};
        options.only = {"nope@train.lr=0.02"};
        QCOMPARE(names(fixture.planned(options)),
                 (Names{"baseline@train.lr=0.01 1", "baseline@train.lr=0.02 1", "nope@train.lr=0.02 1"}));
    }

    void what_has_ended_is_found_and_what_can_go_on_is_taken_up() {
        const Fixture fixture;
        const std::vector<PlannedRun> planned = fixture.planned();
        std::vector<run::RunDirectory> runs;
        for (const PlannedRun& run : planned) runs.push_back(fixture.create(run));
        end(runs[0], train::Outcome::healthy);
        end(runs[1], train::Outcome::collapsed);
        end(runs[2], train::Outcome::stopped);
        end(runs[3], train::Outcome::paused);
        end(runs[4], train::Outcome::failed);
        const run::RunLock lock(runs[5].folder());
        const std::vector<PlannedRun> again = fixture.planned();
        for (const std::size_t i : {0, 1, 2}) QCOMPARE(again[i].finished_run.value(), runs[i].id());
        for (const std::size_t i : {3, 4}) {
            QVERIFY(!again[i].finished_run);
            QCOMPARE(again[i].open_run.value(), runs[i].id());
        }
        QVERIFY(!again[5].finished_run && !again[5].open_run);
        QCOMPARE(again[5].running_run.value(), runs[5].id());
        PlanOptions options;
        options.again = true;
        for (const PlannedRun& run : fixture.planned(options))
            QVERIFY(!run.finished_run && !run.open_run && !run.running_run);
    }

    void a_queued_run_is_taken_up() {
        const Fixture fixture;
        const run::RunDirectory queued = fixture.create(fixture.planned()[0]);
        QCOMPARE(fixture.planned()[0].open_run.value(), queued.id());
    }

    void another_configuration_study_or_data_is_another_run() {
        Fixture fixture;
        end(fixture.create(fixture.planned()[0]), train::Outcome::healthy);
        QVERIFY(fixture.planned()[0].finished_run);
        PlanOptions options;
        options.settings = {"train.lr=0.02"};
        QVERIFY(!fixture.planned(options)[0].finished_run);
        options.settings = {"train.stats_every=3"};  // observes only
        QVERIFY(fixture.planned(options)[0].finished_run);
        fixture.study.name = "other";
        QVERIFY(!fixture.planned()[0].finished_run);
        fixture.study.name = "tiny";
        fixture.data->sha256 = "0";
        QVERIFY(!fixture.planned()[0].finished_run);
    }

    void a_run_knows_what_it_is() {
        const Fixture fixture;
        const PlannedRun planned = fixture.planned()[1];
        const run::RunInfo info = fixture.create(planned).info();
        QCOMPARE(info.study, std::string("tiny"));
        QCOMPARE(info.variant, std::string("nope"));
        QCOMPARE(info.seed, std::int64_t{2});
        QCOMPARE(info.config_hash, config_hash(planned.point.config, fixture.data->sha256));
        QCOMPARE(info.data_sha256, fixture.data->sha256);
        QVERIFY(info.unigram_entropy > 3 && info.unigram_entropy < 3.5);  // near ln 32
        // embedding and head 2·32·16; a block 4·16² + 3·16·32 + 2·16; final 16
        QCOMPARE(info.parameters, std::int64_t{2 * 512 + 2 * (1024 + 1536 + 32) + 16});
        QVERIFY(difference(info.config, planned.point.config).empty());
    }
};

QTEST_GUILESS_MAIN(PlanTest)
#include "plan_test.moc"
