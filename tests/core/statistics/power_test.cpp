#include "core/statistics/power.h"

#include "core/io/json_file.h"

#include <QtTest>
#include <cmath>

using namespace ablate;
using namespace ablate::study;

namespace {

// What tests/support/make_statistics_reference.py wrote with SciPy and statsmodels.
const Json& reference() {
    static const Json expected =
        io::read_json(std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/statistics/expected.json");
    return expected;
}

bool near(double value, double expected) { return std::abs(value - expected) <= 1e-10 * std::abs(expected) + 1e-15; }

SpreadOfVariant spread(const Json& json) { return {json[0], json[1]}; }

PlannedFamily of(double error, double deviation) { return {.error = error, .deviation = deviation}; }

}  // namespace

class PowerTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void planning_deviations_are_scipys() {
        for (const Json& row : reference()["planning"]) {
            std::vector<SpreadOfVariant> pooled;
            for (const Json& one : row["pool"]) pooled.push_back(spread(one));
            std::optional<SpreadOfVariant> own;
            if (!row["own"].is_null()) own = spread(row["own"]);
            const std::optional<double> deviation = planning_deviation(pooled, own);
            QVERIFY2(deviation && near(*deviation, row["deviation"]), row.dump().c_str());
        }
    }

    void no_deviation_without_a_variance() {
        QVERIFY(!planning_deviation({}));
        const std::vector<SpreadOfVariant> empty{{1e-6, 0}, {std::nan(""), 2}}, equal{{0, 2}};
        QVERIFY(!planning_deviation(empty));
        QVERIFY(!planning_deviation(equal));
        QVERIFY(planning_deviation({}, SpreadOfVariant{1e-6, 2}).has_value());
    }

    void powers_are_scipys() {
        for (const Json& row : reference()["powers"]) {
            PlannedFamily family = of(row["error"], 0.004);
            QVERIFY2(near(power_of(row["difference"], row["n"], family), row["power"]), row.dump().c_str());
            QVERIFY2(near(power_of(-row["difference"].get<double>(), row["n"], family), row["power"]), "sign");
            family.block_deviation = 0.003;
            QVERIFY2(near(power_of(row["difference"], row["n"], family), row["with_text"]), row.dump().c_str());
            // Both ways of computing it agree where the text adds next to nothing.
            family.block_deviation = 1e-14;
            QVERIFY2(std::abs(power_of(row["difference"], row["n"], family) - row["power"].get<double>()) < 1e-9,
                     row.dump().c_str());
        }
    }

    void detectable_differences_are_scipys() {
        for (const Json& row : reference()["detectable"]) {
            const double difference = detectable_difference(row[0], of(row[1], 0.004));
            QVERIFY2(near(difference / 0.004, row[2]), row.dump().c_str());
            QVERIFY(std::abs(power_of(difference, row[0], of(row[1], 0.004)) - 0.8) < 1e-10);
        }
    }

    void edges() {
        QVERIFY(std::isinf(detectable_difference(1, of(0.05, 0.004))));
        QCOMPARE(power_of(0.1, 1, of(0.05, 0.004)), 0.0);
        QCOMPARE(power_of(0, 3, of(0.01, 0.004)), 0.01);
        QCOMPARE(detectable_difference(3, of(0.05, 0)), 0.0);
    }

    // The fewest seeds: one fewer does not find it.
    void seeds_to_find_a_difference() {
        const PlannedFamily family = of(0.01, 0.004);
        for (double difference : {0.002, 0.004, 0.01, 0.1}) {
            const std::optional<std::int64_t> seeds = seeds_to_detect(difference, family);
            QVERIFY(seeds.has_value());
            QVERIFY(power_of(difference, *seeds, family) >= 0.8);
            QVERIFY(*seeds == 2 || power_of(difference, *seeds - 1, family) < 0.8);
        }
        QVERIFY(!seeds_to_detect(1e-5, family));
        QVERIFY(!seeds_to_detect(0.004, family, 0.8, 3));
    }

    void seeds_for_a_half_width() {
        const PlannedFamily family = of(0.01, 0.004);
        const std::int64_t seeds = *seeds_for_half_width(0.004, family);
        QCOMPARE(seeds, 11);  // t(10, 0.005) / sqrt(11) = 0.956, t(9, 0.005) / sqrt(10) = 1.028
        QVERIFY(!seeds_for_half_width(0.004, family, 10));
        QCOMPARE(*seeds_for_half_width(1, family), 2);
    }

    // Where the noise of the text alone is wider than the difference, no number of seeds helps.
    void no_seeds_against_the_noise_of_the_text() {
        PlannedFamily family = of(0.01, 0.004);
        family.block_deviation = 0.004;
        const double alone = half_width_of_blocks(family);
        QVERIFY(near(alone, 2.86093460646498 * 0.004 / std::sqrt(20.0)));  // t(19, 0.005)
        QVERIFY(!seeds_for_half_width(0.9 * alone, family));
        QVERIFY(!seeds_to_detect(0.5 * alone, family));
        QVERIFY(seeds_for_half_width(1.5 * alone, family).has_value());
        QVERIFY(detectable_difference(3, family) > detectable_difference(3, of(0.01, 0.004)));
        QCOMPARE(half_width_of_blocks(of(0.01, 0.004)), 0.0);
    }
};

QTEST_GUILESS_MAIN(PowerTest)
#include "power_test.moc"
