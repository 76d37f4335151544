#include "ui/charts/axis.h"

#include <QTest>
#include <cmath>

using namespace ablate::ui;

class AxisTest : public QObject {
    Q_OBJECT

    static QStringList texts(const Axis& axis, int wanted) {
        QStringList list;
        for (const Tick& tick : axis.ticks(wanted))
            if (!tick.text.isEmpty()) list += tick.text;
        return list;
    }

  private Q_SLOTS:
    void ticks_read_as_people_write_numbers() {
        QCOMPARE(texts(Axis(Scale::linear, {0, 40000}, 0, 400), 4), QStringList({"0", "10k", "20k", "30k", "40k"}));
        QCOMPARE(texts(Axis(Scale::linear, {0, 1.2e6}, 0, 400), 4), QStringList({"0", "0.5M", "1.0M"}));
        QCOMPARE(texts(Axis(Scale::linear, {0, 20000}, 0, 400), 4), QStringList({"0", "5k", "10k", "15k", "20k"}));
        QCOMPARE(texts(Axis(Scale::linear, {0.05, 0.45}, 0, 400), 4), QStringList({"0.1", "0.2", "0.3", "0.4"}));
        QCOMPARE(texts(Axis(Scale::linear, {-2, 2}, 0, 400), 4), QStringList({"-2", "-1", "0", "1", "2"}));
        QCOMPARE(texts(Axis(Scale::linear, {2.99, 3.06}, 0, 400), 4), QStringList({"3.00", "3.02", "3.04", "3.06"}));
    }

    void decades_and_their_parts_on_a_logarithmic_axis() {
        QCOMPARE(texts(Axis(Scale::logarithmic, {1, 10000}, 0, 400), 5), QStringList({"1", "10", "100", "1k", "10k"}));
        QCOMPARE(texts(Axis(Scale::logarithmic, {1, 20}, 0, 400), 5), QStringList({"1", "2", "5", "10", "20"}));
        QCOMPARE(texts(Axis(Scale::logarithmic, {1e-6, 1e-2}, 0, 400), 5),
                 QStringList({"1e-6", "1e-5", "0.0001", "0.001", "0.01"}));
        QVERIFY(texts(Axis(Scale::logarithmic, {3.0, 3.3}, 0, 400), 4).size() >= 3);  // within one decade too
        QVERIFY(texts(Axis(Scale::logarithmic, {1e-30, 1e30}, 0, 400), 6).size() <= 8);
    }

    void pixels_and_values_are_inverse() {
        const Axis linear(Scale::linear, {-3, 9}, 400, 40), logarithmic(Scale::logarithmic, {1, 1000}, 0, 300);
        QCOMPARE(linear.pixel(-3), 400.0);
        QCOMPARE(linear.pixel(9), 40.0);
        QCOMPARE(linear.value(linear.pixel(2.5)), 2.5);
        QCOMPARE(logarithmic.pixel(10), 100.0);
        QCOMPARE(logarithmic.pixel(100), 200.0);
        QVERIFY(std::abs(logarithmic.value(150) - std::pow(10, 1.5)) < 1e-9);
        QVERIFY(!std::isfinite(logarithmic.pixel(0)));
    }

    void a_range_is_never_empty() {
        for (const Scale scale : {Scale::linear, Scale::logarithmic})
            for (const double value : {1e-9, 1.0, 3.7e8}) {
                const Range range = padded(scale, {value, value}, 0.05);
                QVERIFY(range.low < value && value < range.high);
            }
        const Range zero = padded(Scale::linear, {0, 0}, 0);
        QVERIFY(zero.low < 0 && zero.high > 0);
        QVERIFY(padded(Scale::logarithmic, {0, 5}, 0).low > 0);
    }

    void a_tiny_range_far_from_zero_ends() {
        QVERIFY(Axis(Scale::linear, {1e15, 1e15 + 4}, 0, 400).ticks(5).size() < 20);
    }
};

QTEST_GUILESS_MAIN(AxisTest)
#include "axis_test.moc"
