#include "core/plan/step_timing.h"

#include "core/base/text.h"
#include "core/plan/throughput.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;
using namespace ablate::study;

class StepTimingTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;

    static RunConfig small(std::int64_t context) {
        train::register_kinds();
        const Json model = {{"d_model", 256}, {"layers", 2}, {"heads", 2}, {"d_ff", 512}};
        return patched(RunConfig(),
                       {{"model", model},
                        {"data", {{"vocab_size", 256}, {"context", context}}},
                        {"train", {{"batch", 2}, {"precision", "fp32"}, {"device", "cpu"}}}},
                       "small");
    }

  private Q_SLOTS:
    void initTestCase() { qputenv("XDG_CACHE_HOME", folder_.path().c_str()); }

    void a_context_of_usual_length_is_timed_whole() {
        const RunConfig config = small(128);
        QVERIFY(!known_step_time(config));
        const StepTime time = measured_step_time(config);
        QVERIFY(time.seconds > 0 && !time.rough);
        const auto known = known_step_time(config);
        QVERIFY(known && known->seconds == time.seconds && !known->rough);
    }

    // One sequence of it would take minutes.
    void a_vast_context_is_timed_on_a_shorter_one() {
        const RunConfig config = small(200'000);
        const StepTime time = measured_step_time(config);
        QVERIFY(time.rough);
        // 1,562 times the tokens, and attention over all of them makes each take many times longer.
        QVERIFY(time.seconds > 5'000 * measured_step_time(small(128)).seconds);
        const auto known = known_step_time(config);
        QVERIFY(known && known->rough && known->seconds == time.seconds);
    }

    void only_runs_that_have_ended_tell_a_time() {
        const test::TempFolder workspace;
        test::write_synthetic_run(workspace.path(), {});
        run::RunList runs = run::RunStore(workspace.path()).list();
        const RunConfig config = runs.runs.at(0).info.config;
        const double steps = static_cast<double>(config.train.steps), seconds = tokens_per_step(config) / 20000;
        QCOMPARE(timed_step_seconds(config, runs).value(), seconds);
        QCOMPARE(known_time(config, runs)->seconds, steps * seconds);
        QVERIFY(!known_time(config, runs)->rough);

        run::ListedRun training = runs.runs[0];
        training.status = run::Status::running;
        training.state.phase = "training";
        training.state.summary = Json::object();
        training.state.tokens_per_second = 10;
        runs.runs.push_back(training);
        QCOMPARE(timed_step_seconds(config, runs).value(), seconds);
        QVERIFY(known_time(config, runs)->rough);  // something trains here now
        runs.runs.erase(runs.runs.begin());
        QVERIFY(!timed_step_seconds(config, runs));
    }
};

QTEST_GUILESS_MAIN(StepTimingTest)
#include "step_timing_test.moc"
