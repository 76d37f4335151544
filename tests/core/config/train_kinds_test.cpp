#include "core/config/train_kinds.h"

#include <QTest>
#include <stdexcept>

using namespace ablate;

// The tables by themselves: nothing is registered in this program but what the tests add.
class TrainKindsTest : public QObject {
    Q_OBJECT

    static OptimizerRow row_with(const char* name, const char* key) {
        OptimizerRow row;
        row.name = name;
        row.options = {option(key, 0.5, "Test option")};
        return row;
    }

  private Q_SLOTS:
    void an_option_named_like_a_shared_one_is_refused() {
        auto& optimizers = TrainKindTable<OptimizerRow>::instance();
        for (const char* shared : {"steps", "lr", "momentum", "lr_min_ratio", "policy"})
            QVERIFY_THROWS_EXCEPTION(std::logic_error, optimizers.add(row_with("first", shared)));
        ScheduleRow schedule;
        schedule.name = "late";
        schedule.options = {option("beta1", 0.5, "Test option")};
        QVERIFY_THROWS_EXCEPTION(std::logic_error, TrainKindTable<ScheduleRow>::instance().add(schedule));
        QVERIFY(optimizers.rows().empty());
        QVERIFY(TrainKindTable<ScheduleRow>::instance().rows().empty());
    }

    void a_name_and_an_option_are_declared_once() {
        auto& optimizers = TrainKindTable<OptimizerRow>::instance();
        optimizers.add(row_with("first", "gamma"));
        QVERIFY(optimizers.find("first")->reads("gamma"));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, optimizers.add(row_with("second", "gamma")));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, optimizers.add(row_with("first", "delta")));
        QCOMPARE(optimizers.names(), std::vector<std::string>{"first"});
    }
};

QTEST_GUILESS_MAIN(TrainKindsTest)
#include "train_kinds_test.moc"
