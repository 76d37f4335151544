#include "core/study/resolve.h"

#include "core/interop/imported_run.h"
#include "core/study/comparison.h"
#include "core/study/plan.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <ATen/ATen.h>
#include <QTest>

using namespace ablate;
using namespace ablate::test;

class ResolveTest : public QObject {
    Q_OBJECT
    TempFolder folder_;

    StudyConfig study(const Json& train) {
        StudyConfig made;
        made.name = "epochs";
        made.baseline = tiny_baseline(write_tiny_tokens(folder_ / "tokens"), 7);
        made.baseline["train"].update(train);
        return made;
    }

  private Q_SLOTS:
    void initTestCase() { model::register_kinds(); }

    // 4000 tokens in steps of 4 x 16: 62.5 an epoch.
    void epochs_become_steps() {
        StudyConfig two = study({{"epochs", 2}}), half = study({{"epochs", 0.5}}), none = study(Json::object());
        const data::PreparedData data = data::prepare_data(expand(two).front().config.data, folder_ / "cache");
        const auto steps = [&](const StudyConfig& study) {
            std::vector<VariantPoint> points = expand(study);
            study::resolve_epochs(points, data);
            return points.front().config.train.steps;
        };
        QCOMPARE(steps(two), std::int64_t{125});
        QCOMPARE(steps(half), std::int64_t{32});
        QCOMPARE(steps(none), std::int64_t{7});
        two.baseline["train"]["warmup"] = 126;
        QVERIFY(is_line_with(input_error([&] { steps(two); }), {"warm-up", "125 steps"}));
    }

    // So that a study is found again whose runs know their steps.
    void steps_that_follow_from_epochs_are_no_part_of_the_hash() {
        RunConfig config = expand(study({{"epochs", 2}})).front().config;
        const std::string before = config_hash(config, "");
        config.train.steps = 125;
        QCOMPARE(config_hash(config, ""), before);
        config.train.epochs = 3;
        QVERIFY(config_hash(config, "") != before);
    }

    // A run of "begun" is found, though what "lost" began from is gone.
    void a_start_that_is_gone_hides_no_other_point() {
        const TempFolder workspace;
        interop::ImportedRun first;
        first.format = "cs336-model";
        first.path = "model_config.json";
        first.config = tiny_config(folder_ / "tokens", 5);
        first.known = {"model", "data.vocab_size", "data.context"};
        first.weights = [](const TensorSpec& tensor) { return at::zeros(tensor.shape); };
        const std::string id = interop::write_imported_run(workspace.path(), first).id();
        std::vector<VariantPoint> points;
        for (const auto& [name, start] : {std::pair<std::string, std::string>("lost", "gone"), {"begun", id}}) {
            VariantPoint point{name, name, name, "", first.config};
            point.config.train.start = start;
            points.push_back(point);
        }
        std::vector<VariantPoint> begun = {points.back()};
        study::resolve_starts(begun, workspace.path());
        run::RunInfo info;
        info.study = "starts";
        info.variant = info.label = "begun";
        info.config = begun.front().config;
        info.config_hash = config_hash(info.config, "");
        run::create_run(workspace.path(), info);
        const run::RunStore store(workspace.path());
        const study::Comparison comparison = study::compare_study(store, "starts", points);
        QCOMPARE(comparison.groups.size(), std::size_t{1});
        const auto noted = [&](const std::string& note) {
            return std::find(comparison.notes.begin(), comparison.notes.end(), note) != comparison.notes.end();
        };
        QVERIFY(noted("lost: no run yet") && !noted("begun: no run yet"));
    }

    void a_plan_knows_where_its_runs_start() {
        const StudyConfig plain = study(Json::object());
        const data::PreparedData data = data::prepare_data(expand(plain).front().config.data, folder_ / "cache");
        const StudyConfig lost = study({{"start", "gone"}});
        const run::RunStore store(folder_.path());
        QVERIFY(is_line_with(input_error([&] { study::plan(lost, {}, data, store); }), {"train.start", "gone"}));
    }
};

QTEST_GUILESS_MAIN(ResolveTest)
#include "resolve_test.moc"
