#include "core/study/resolve.h"

#include "core/study/plan.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

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
