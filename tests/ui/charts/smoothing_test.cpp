#include "ui/charts/smoothing.h"

#include <QTest>
#include <cmath>
#include <limits>

using ablate::ui::debiased_average;
using ablate::ui::usual_distance;

class SmoothingTest : public QObject {
    Q_OBJECT
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    static std::vector<double> every(double unit, std::size_t count) {
        std::vector<double> x;
        for (std::size_t i = 0; i < count; ++i) x.push_back(unit * static_cast<double>(i));
        return x;
    }

  private Q_SLOTS:
    // Values of TensorBoard's own formula, worked by hand for weight 0.5.
    void agrees_with_tensorboard_where_points_are_evenly_apart() {
        for (const double unit : {1.0, 250.0}) {
            const auto smoothed = debiased_average(every(unit, 3), std::vector<double>{4, 2, 6}, 0.5, unit);
            QCOMPARE(smoothed[0], 4.0);                      // 2 / (1 - 0.5)
            QCOMPARE(smoothed[1], (2.0 * 0.5 + 1) / 0.75);   // 2.667
            QCOMPARE(smoothed[2], (2.0 * 0.5 + 3) / 0.875);  // 4.571
        }
    }

    // The weight of what is ten units back is that of ten points one unit apart, however few points are between.
    void a_gap_weighs_as_its_length() {
        const auto smoothed = debiased_average(std::vector<double>{0, 1, 11}, std::vector<double>{4, 4, 6}, 0.5, 1);
        const double kept = std::pow(0.5, 10);
        QVERIFY(std::abs(smoothed[2] - (3 * kept + 6 * (1 - kept)) / (1 - 0.25 * kept)) < 1e-12);
        QVERIFY(smoothed[2] > 5.99);  // by points it would be 5.14
    }

    // Of a curve that keeps its course, every tenth line tells the same.
    void thinning_a_log_hardly_moves_its_smoothed_curve() {
        std::vector<double> x, y, thin_x, thin_y;
        for (int i = 0; i < 1000; ++i) {
            x.push_back(i), y.push_back(5 - 0.002 * i);
            if (i % 10 == 0) thin_x.push_back(i), thin_y.push_back(y.back());
        }
        const auto dense = debiased_average(x, y, 0.98, 1), thin = debiased_average(thin_x, thin_y, 0.98, 1);
        QVERIFY(std::abs(dense[990] - thin[99]) < 0.02);  // by points the thin one lags by 0.9
    }

    void two_points_are_not_smoothed() {
        const std::vector<double> two{8, 2}, with_nan{8, nan, 2};
        QCOMPARE(debiased_average(every(1, 2), two, 0.99, 1), two);
        QCOMPARE(debiased_average(every(1, 3), with_nan, 0.99, 1)[2], 2.0);
    }

    void values_at_one_place_enter_as_their_mean() {
        const auto twice = debiased_average(std::vector<double>{0, 1, 1, 2}, std::vector<double>{4, 1, 3, 6}, 0.5, 1);
        QCOMPARE(twice[1], (2.0 * 0.5 + 1) / 0.75);
        QCOMPARE(twice[2], twice[1]);
        QCOMPARE(twice[3], (2.0 * 0.5 + 3) / 0.875);
    }

    void non_finite_values_pass_through_and_poison_nothing() {
        const double infinity = std::numeric_limits<double>::infinity();
        const std::vector<double> x{0, 1, 2, 3, 4}, without_x{0, 2, 4};
        const auto with = debiased_average(x, std::vector<double>{4, nan, 2, infinity, 6}, 0.5, 1);
        const auto without = debiased_average(without_x, std::vector<double>{4, 2, 6}, 0.5, 1);
        QVERIFY(std::isnan(with[1]) && std::isinf(with[3]));
        QCOMPARE(with[0], without[0]);
        QCOMPARE(with[2], without[1]);
        QCOMPARE(with[4], without[2]);
    }

    void a_constant_stays_and_no_weight_changes_nothing() {
        const std::vector<double> constant(50, 0.1), ramp{1, 2, 3};
        QCOMPARE(debiased_average(every(1, 50), constant, 0.99, 1), constant);
        QCOMPARE(debiased_average(every(1, 3), ramp, 0, 1), ramp);
        QCOMPARE(debiased_average(every(0, 3), ramp, 0.9, 0), ramp);  // all at one place
        QVERIFY(debiased_average({}, {}, 0.9, 1).empty());
    }

    void the_usual_distance_is_the_median_of_those_apart() {
        QCOMPARE(usual_distance(std::vector<double>{0, 1, 2, 3, 500}), 1.0);
        QCOMPARE(usual_distance(std::vector<double>{7, 7, 17}), 10.0);
        QCOMPARE(usual_distance(std::vector<double>{7}), 0.0);
    }
};

QTEST_GUILESS_MAIN(SmoothingTest)
#include "smoothing_test.moc"
