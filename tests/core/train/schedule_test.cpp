#include "core/train/schedule.h"

#include "core/io/json_file.h"
#include "core/train/register.h"

#include <QTest>
#include <cmath>
#include <numbers>

using namespace ablate;
using namespace ablate::train;

namespace {

TrainConfig config_of(const char* schedule) {
    TrainConfig config;
    config.steps = 250;
    config.warmup = 25;
    config.lr_min_ratio = 0.1;
    config.schedule = schedule;
    return config;
}

}  // namespace

class ScheduleTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { register_kinds(); }

    void warms_up_linearly() {
        for (const auto& [schedule, row] : TrainKindTable<ScheduleRow>::instance().rows()) {
            const TrainConfig config = config_of(schedule.c_str());
            QCOMPARE(schedule_factor(config, 0), 1.0 / 25);
            QCOMPARE(schedule_factor(config, 23), 24.0 / 25);
            QCOMPARE(schedule_factor(config, 24), 1.0);
        }
    }

    // tests/support/make_train_reference.py: PyTorch's schedulers reach the floor at the first step that is not taken.
    void every_schedule_is_pytorchs() {
        const Json cases = io::read_json(std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/train/expected.json");
        for (const Json& wanted : cases.at("schedules")) {
            TrainConfig config;
            config.schedule = wanted.at("schedule").get<std::string>();
            config.steps = wanted.at("steps").get<std::int64_t>();
            config.warmup = wanted.at("warmup").get<std::int64_t>();
            config.lr_min_ratio = wanted.at("lr_min_ratio").get<double>();
            config.decay_share = wanted.at("decay_share").get<double>();
            const auto factors = wanted.at("factors").get<std::vector<double>>();
            QCOMPARE(static_cast<std::int64_t>(factors.size()), config.steps + 1);
            for (std::size_t k = 0; k < factors.size(); ++k)
                QVERIFY(std::abs(schedule_factor(config, static_cast<std::int64_t>(k)) - factors[k]) < 1e-12);
            QVERIFY(schedule_factor(config, config.steps - 1) > config.lr_min_ratio);
            QVERIFY(std::abs(schedule_factor(config, config.steps) - config.lr_min_ratio) < 1e-12);
        }
    }

    void cosine_is_the_twins() {
        const TrainConfig config = config_of("cosine");
        for (int k = 25; k < 250; ++k)
            QCOMPARE(schedule_factor(config, k), 0.1 + 0.9 * 0.5 * (1 + std::cos(std::numbers::pi * (k - 25) / 225.0)));
    }

    void linear_reaches_its_floor() {
        const TrainConfig config = config_of("linear");
        QCOMPARE(schedule_factor(config, 25), 1.0);
        QCOMPARE(schedule_factor(config, 25 + 45), 1 - 0.9 * 0.2);
        QCOMPARE(schedule_factor(config, 250), 0.1);
    }

    void wsd_holds_and_then_decays() {
        TrainConfig config = config_of("wsd");
        config.decay_share = 0.2;
        QCOMPARE(schedule_factor(config, 200), 1.0);
        QCOMPARE(schedule_factor(config, 225), 0.55);
        QCOMPARE(schedule_factor(config, 250), 0.1);
    }

    void constant_holds_and_no_warmup_starts_at_one() {
        TrainConfig config = config_of("constant");
        QCOMPARE(schedule_factor(config, 249), 1.0);
        config.warmup = 0;
        QCOMPARE(schedule_factor(config, 0), 1.0);
        config.schedule = "cosine";
        QCOMPARE(schedule_factor(config, 0), 1.0);
    }

    void schedule_free_stays_constant_after_the_warmup() {
        TrainConfig config = config_of("cosine");
        config.optimizer = "schedule_free";
        QCOMPARE(schedule_factor(config, 11), 12.0 / 25);
        QCOMPARE(schedule_factor(config, 249), 1.0);
        QCOMPARE(decaying_steps(config), 0.0);
    }

    // One step or less: the factor stays 1 to the end.
    void steps_that_decay_are_counted() {
        TrainConfig config = config_of("wsd");
        config.decay_share = 0.2;
        QCOMPARE(decaying_steps(config), 50.0);
        config.decay_share = 1.0 / 250;
        QVERIFY(decaying_steps(config) <= 1);
        QCOMPARE(schedule_factor(config, 249), 1.0);
        config.schedule = "cosine";
        QCOMPARE(decaying_steps(config), 225.0);
        config.warmup = 249;
        QCOMPARE(decaying_steps(config), 1.0);
        QCOMPARE(schedule_factor(config, 249), 1.0);
        config.schedule = "constant";
        QCOMPARE(decaying_steps(config), 0.0);
    }

    void warmup_of_the_whole_budget_is_finite() {
        TrainConfig config = config_of("cosine");
        config.warmup = config.steps;
        for (int k = 0; k <= 250; ++k) QVERIFY(std::isfinite(schedule_factor(config, k)));
    }
};

QTEST_GUILESS_MAIN(ScheduleTest)
#include "schedule_test.moc"
