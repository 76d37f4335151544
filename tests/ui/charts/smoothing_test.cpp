#include "ui/charts/smoothing.h"

#include <QTest>
#include <cmath>
#include <limits>

using ablate::ui::debiased_average;

class SmoothingTest : public QObject {
    Q_OBJECT
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  private Q_SLOTS:
    // Values of TensorBoard's own formula, worked by hand for weight 0.5.
    void agrees_with_tensorboard() {
        const auto smoothed = debiased_average(std::vector<double>{4, 2, 6}, 0.5);
        QCOMPARE(smoothed[0], 4.0);                      // 2 / (1 - 0.5)
        QCOMPARE(smoothed[1], (2.0 * 0.5 + 1) / 0.75);   // 2.667
        QCOMPARE(smoothed[2], (2.0 * 0.5 + 3) / 0.875);  // 4.571
    }

    void non_finite_values_pass_through_and_poison_nothing() {
        const double infinity = std::numeric_limits<double>::infinity();
        const auto with = debiased_average(std::vector<double>{4, nan, 2, infinity, 6}, 0.5);
        const auto without = debiased_average(std::vector<double>{4, 2, 6}, 0.5);
        QVERIFY(std::isnan(with[1]) && std::isinf(with[3]));
        QCOMPARE(with[0], without[0]);
        QCOMPARE(with[2], without[1]);
        QCOMPARE(with[4], without[2]);
    }

    void a_constant_stays_and_no_weight_changes_nothing() {
        const std::vector<double> constant(50, 0.1), ramp{1, 2, 3};
        QCOMPARE(debiased_average(constant, 0.99), constant);
        QCOMPARE(debiased_average(ramp, 0), ramp);
        QVERIFY(debiased_average(std::vector<double>{}, 0.9).empty());
    }
};

QTEST_GUILESS_MAIN(SmoothingTest)
#include "smoothing_test.moc"
