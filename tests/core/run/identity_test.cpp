#include "core/run/identity.h"

#include "core/run/known_keys.h"
#include "core/train/register.h"

#include <QTest>

using namespace ablate;
using run::RunInfo;

class IdentityTest : public QObject {
    Q_OBJECT

    static RunInfo imported(Json stated) {
        RunInfo info;
        info.study = "s";
        info.variant = "v";
        info.source = {{"format", "hf-trainer"}, {"config", std::move(stated)}};
        return info;
    }
    static RunInfo trained() {
        RunInfo info;
        info.id = "0123abcd";
        info.data_sha256 = "d";
        info.config_hash = "whatever the file says";
        return info;
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void imported_runs_are_grouped_without_bookkeeping_options() {
        const std::string of_500 = run::identity_hash(imported({{"max_steps", 100}, {"save_steps", 500}}));
        QCOMPARE(run::identity_hash(imported({{"max_steps", 100}, {"save_steps", 1000}, {"logging_steps", 7}})),
                 of_500);
        QCOMPARE(run::identity_hash(imported({{"max_steps", 100}})), of_500);
        QVERIFY(run::identity_hash(imported({{"max_steps", 200}, {"save_steps", 500}})) != of_500);
        // At any depth, and only whole names.
        QCOMPARE(
            run::identity_hash(imported({{"train_config", {{"output_dir", "a"}, {"lr", 1}}}})),
            run::identity_hash(imported({{"train_config", {{"output_dir", "b"}, {"hub_model_id", "x"}, {"lr", 1}}}})));
        QVERIFY(run::identity_hash(imported({{"train_config", {{"lr", 1}}}})) !=
                run::identity_hash(imported({{"train_config", {{"lr", 2}}}})));
        QVERIFY(!run::is_bookkeeping("steps") && !run::is_bookkeeping("save_steps_ratio"));
    }

    void identity_is_computed_when_a_run_is_read() {
        const RunInfo read = run::run_info_from_json(to_json(trained()), "run.json");
        QCOMPARE(read.config_hash, config_hash(RunConfig{}, "d"));
    }

    // A run made before an option existed is one with the option's first default.
    void options_that_came_later_make_no_strangers() {
        Json earlier = run::to_json(trained());
        earlier["config"]["train"].erase("eval_windows");
        earlier["config"]["train"].erase("epochs");
        earlier["config"]["data"].erase("token_type");
        QCOMPARE(run::run_info_from_json(earlier, "run.json").config_hash,
                 run::run_info_from_json(to_json(trained()), "run.json").config_hash);
    }

    // Kinds that an earlier version called otherwise are in one group with today's.
    void kinds_of_earlier_versions_make_no_strangers() {
        const auto hash = [](const Json& run) { return run::run_info_from_json(run, "run.json").config_hash; };
        Json earlier = run::to_json(trained()), now = earlier;
        earlier["config"]["model"]["position"] = {
            {"kind", "rope_linear"}, {"theta", 10000.0}, {"factor", 4.0}, {"layout", "half"}};
        now["config"]["model"]["position"]["scaling"] = "linear";
        now["config"]["model"]["position"]["factor"] = 4.0;
        QCOMPARE(hash(now), hash(earlier));
        QVERIFY(hash(now) != hash(run::to_json(trained())));
        for (const char* site : {"q", "k"}) {
            earlier["config"]["model"]["norm"][site] = {{"kind", "henry"}, {"eps", 1e-12}};
            now["config"]["model"]["norm"][site] = {{"kind", "qk_l2"}, {"eps", 1e-12}};
        }
        QCOMPARE(hash(now), hash(earlier));
    }
};

QTEST_GUILESS_MAIN(IdentityTest)
#include "identity_test.moc"
