#include "core/plan/resolve.h"

#include "core/compare/comparison.h"
#include "core/interop/imported_run.h"
#include "core/plan/plan.h"
#include "core/train/schedule.h"
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
    void initTestCase() { train::register_kinds(); }

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

    // The learning rate never jumps: between two steps it changes by one decrement at most.
    void the_decay_of_wsd_begins_after_the_warm_up() {
        struct Case {
            std::int64_t steps, warmup;
            double share, planned;
        };
        const std::vector<Case> cases = {
            {100, 50, 0.8, 0.5}, {90, 60, 1, 1.0 / 3}, {80, 80, 0.5, 0}, {100, 50, 0.5, 0.5}, {100, 10, 0.2, 0.2}};
        for (const Case& one : cases) {
            StudyConfig overlapping = study({{"schedule", "wsd"},
                                             {"steps", one.steps},
                                             {"warmup", one.warmup},
                                             {"decay_share", one.share},
                                             {"lr_min_ratio", 0}});
            std::vector<VariantPoint> points = expand(overlapping);
            study::resolve_schedules(points);
            const TrainConfig& train = points.front().config.train;
            QCOMPARE(train.decay_share, one.planned);
            const double decrement = 1.01 / std::max(1.0, one.planned * static_cast<double>(one.steps));
            for (std::int64_t k = one.warmup; k < one.steps; ++k)
                QVERIFY(train::schedule_factor(train, k - 1) - train::schedule_factor(train, k) <= decrement);
            QVERIFY(train::schedule_factor(train, one.warmup) > 0.9);
        }
    }

    // The runs of a study are known by the schedule they were trained on, also where an epoch decides the steps.
    void runs_whose_decay_was_cut_are_found_again() {
        for (const Json& budget : {Json{{"steps", 40}}, Json{{"epochs", 1}}}) {
            const TempFolder workspace;
            Json train = {{"schedule", "wsd"}, {"warmup", 30}, {"decay_share", 0.9}};
            train.update(budget);
            const StudyConfig overlapping = study(train);
            study::ResolvedStudy resolved = study::resolve_study(overlapping);
            resolved.use_data(std::make_shared<const data::PreparedData>(
                data::prepare_data(resolved.points().front().config.data, workspace / "cache")));
            const run::RunStore store(workspace.path());
            const auto planned = study::plan(resolved, store);
            QVERIFY(planned.front().point.config.train.decay_share < 0.9);
            run::create_run(workspace.path(), study::run_info(overlapping, planned.front(), resolved.data()));
            QVERIFY(study::plan(resolved, store).front().open_run.has_value());
            const study::Comparison comparison =
                study::compare_study(store, overlapping.name, expand(overlapping), nullptr);
            QCOMPARE(comparison.runs.size(), std::size_t{1});
            for (const std::string& note : comparison.notes) QVERIFY(note.find("left out") == std::string::npos);
        }
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

    void weights_that_are_gone_are_named() {
        study::ResolvedStudy lost = study::resolve_study(study({{"start", "gone"}}));
        QVERIFY(is_line_with(input_error([&] { lost.find_starts(folder_.path()); }), {"train.start", "gone"}));
    }
};

QTEST_GUILESS_MAIN(ResolveTest)
#include "resolve_test.moc"
