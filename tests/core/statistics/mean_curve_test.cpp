#include "core/statistics/mean_curve.h"

#include "core/statistics/statistics.h"

#include <QTest>
#include <cmath>

using namespace ablate::study;

class MeanCurveTest : public QObject {
    Q_OBJECT

    using Values = std::vector<double>;

  private Q_SLOTS:
    void it_ends_where_the_first_seed_ends() {
        const Values long_x{0, 1, 2, 3}, long_y{8, 6, 4, 2}, short_x{0, 1, 2}, short_y{10, 8, 6};
        const MeanCurve curve = mean_curve(std::vector<SeedPoints>{{long_x, long_y}, {short_x, short_y}});
        QCOMPARE(curve.seeds, std::int64_t{2});
        QCOMPARE(curve.x, Values({0, 1, 2}));
        QCOMPARE(curve.mean, Values({9, 7, 5}));
        const Interval first = mean_interval(Values{8, 10});
        QCOMPARE(curve.low[0], 9 - *first.half_width);
        QCOMPARE(curve.high[0], 9 + *first.half_width);
    }

    void points_are_those_of_the_seed_with_the_fewest_and_others_are_read_between_theirs() {
        const Values x{0, 4, 8}, y{0, 4, 8}, other_x{0, 2, 6, 8}, other_y{2, 4, 8, 10};
        const MeanCurve curve = mean_curve(std::vector<SeedPoints>{{x, y}, {other_x, other_y}});
        QCOMPARE(curve.x, x);
        QCOMPARE(curve.mean, Values({1, 5, 9}));
    }

    void one_seed_has_no_band_and_seeds_without_points_do_not_count() {
        const Values x{0, 1}, y{3, 2}, none;
        const MeanCurve curve = mean_curve(std::vector<SeedPoints>{{x, y}, {none, none}});
        QCOMPARE(curve.seeds, std::int64_t{1});
        QCOMPARE(curve.mean, y);
        QVERIFY(curve.low.empty() && curve.high.empty());
        QCOMPARE(mean_curve(std::vector<SeedPoints>{}).seeds, std::int64_t{0});
    }

    void beside_a_value_that_is_not_finite_a_reading_is_nan() {
        const Values x{0, 2, 4}, y{1, NAN, 3};
        CurveReader reader(x, y);
        QCOMPARE(reader.value(0), 1.0);
        QVERIFY(std::isnan(reader.value(1)) && std::isnan(reader.value(2)) && std::isnan(reader.value(3)));
        QCOMPARE(reader.value(4), 3.0);
        QVERIFY(std::isnan(reader.value(5)));
    }

    // The quantiles of whole degrees are computed once: a mean curve asks at each point.
    void intervals_of_any_number_of_values_are_those_of_student() {
        QVERIFY(std::abs(*mean_interval(Values{0, 2}).half_width - 12.7062) < 1e-4);
        Values many(80, 0.0);
        for (std::size_t i = 0; i < many.size(); ++i) many[i] = i % 2 == 0 ? -1 : 1;
        // t(79) = 1.9905, sd = sqrt(80 / 79)
        QVERIFY(std::abs(*mean_interval(many).half_width - 1.99045 * std::sqrt(80.0 / 79) / std::sqrt(80.0)) < 1e-5);
    }
};

QTEST_GUILESS_MAIN(MeanCurveTest)
#include "mean_curve_test.moc"
