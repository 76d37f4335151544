#include "core/statistics/statistics.h"

#include <QtTest>
#include <array>

using namespace ablate::study;

namespace {

bool near(double value, double expected, double tolerance) { return std::abs(value - expected) <= tolerance; }

}  // namespace

class StatisticsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // t(0.975, 2) = 4.30265: the table of any textbook.
    void interval_of_three() {
        const std::array values{1.0, 2.0, 3.0};
        const Interval interval = mean_interval(values);
        QCOMPARE(interval.n, 3);
        QCOMPARE(interval.mean, 2.0);
        QCOMPARE(interval.sd, 1.0);
        QVERIFY(near(*interval.half_width, 4.302652729911275 / std::sqrt(3.0), 1e-9));
    }

    void no_interval_below_two() {
        const std::array one{3.5};
        const Interval interval = mean_interval(one);
        QCOMPARE(interval.n, 1);
        QCOMPARE(interval.mean, 3.5);
        QVERIFY(std::isnan(interval.sd));
        QVERIFY(!interval.half_width);
        QVERIFY(std::isnan(mean_interval({}).mean));
    }

    // The measured NoPE runs: +0.0815, sd 0.0023, three seeds; half width t(0.975, 2) * sd / sqrt(3).
    void nope_against_its_baseline() {
        const std::array nope{3.7404, 3.7335, 3.7247}, baseline{3.6582, 3.6502, 3.6458};
        const PairedInterval delta = paired_interval(nope, baseline);
        QVERIFY(near(delta.mean, 0.0814667, 1e-6));
        QVERIFY(near(delta.sd, 0.00228983, 1e-7));
        QVERIFY(near(*delta.half_width, 4.3026527 * 0.00228983 / std::sqrt(3.0), 1e-6));
        QVERIFY(delta.distinguishable());
        // t = 61.6 at 2 degrees: p = 1 - t / sqrt(t^2 + 2), which is exact for two degrees of freedom.
        const double t = delta.mean / (delta.sd / std::sqrt(3.0));
        QVERIFY(near(*delta.p_value, 1 - t / std::sqrt(t * t + 2), 1e-9));
    }

    void a_spread_that_covers_zero() {
        const std::array variant{3.0, 3.2, 3.1}, baseline{3.1, 3.1, 3.1};
        const PairedInterval delta = paired_interval(variant, baseline);
        QVERIFY(!delta.distinguishable());
        QVERIFY(near(*delta.p_value, 1.0, 1e-9));
    }

    void equal_values() {
        const std::array values{3.0, 3.1};
        const PairedInterval same = paired_interval(values, values);
        QCOMPARE(*same.half_width, 0.0);
        QCOMPARE(*same.p_value, 1.0);
        QVERIFY(!same.distinguishable());
        const std::array constant{2.0, 2.0}, lower{1.5, 1.5};
        const PairedInterval shifted = unpaired_interval(constant, lower);
        QCOMPARE(shifted.mean, 0.5);
        QCOMPARE(*shifted.p_value, 0.0);
    }

    void sides_of_unequal_length_are_a_programming_error() {
        const std::array two{1.0, 2.0};
        const std::array one{1.0};
        QVERIFY_THROWS_EXCEPTION(std::logic_error, paired_interval(two, one));
    }

    // scipy.stats.ttest_ind([1, 2, 3, 4], [2, 4, 6], equal_var=False): t = -1.13389, degrees 3.23472, p = 0.333824.
    void welch() {
        const std::array a{1.0, 2.0, 3.0, 4.0};
        const std::array b{2.0, 4.0, 6.0};
        const PairedInterval delta = unpaired_interval(a, b);
        QCOMPARE(delta.n, 3);
        QVERIFY(near(delta.mean, -1.5, 1e-12));
        QVERIFY(near(*delta.p_value, 0.333823700077501, 1e-9));
        QVERIFY(!delta.distinguishable());
        const std::array one{1.0};
        QVERIFY(!unpaired_interval(a, one).half_width);
    }

    // Three seeds do not resolve a mean of one deviation: 4.303 / sqrt(3) = 2.48; seven do: 2.447 / sqrt(7) = 0.925.
    void seeds_needed() {
        QCOMPARE(*seeds_to_resolve(1.0, 1.0), 7);
        QCOMPARE(*seeds_to_resolve(-1.0, 0.0), 2);
        QVERIFY(!seeds_to_resolve(0.0, 1.0));
    }

    void medians() {
        QCOMPARE(median({3, 1, 2}), 2.0);
        QCOMPARE(median({4, 1, 3, 2}), 2.5);
        QVERIFY(std::isnan(median({})));
    }
};

QTEST_GUILESS_MAIN(StatisticsTest)
#include "statistics_test.moc"
