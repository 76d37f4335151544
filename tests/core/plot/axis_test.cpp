#include "core/plot/axis.h"

#include <QSet>
#include <QTest>
#include <cmath>

using namespace ablate::plot;

class AxisTest : public QObject {
    Q_OBJECT

    static QStringList texts(const Axis& axis, int wanted) {
        QStringList list;
        for (const Tick& tick : axis.ticks(wanted))
            if (!tick.text.empty()) list += QString::fromStdString(tick.text);
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

    void what_is_far_is_a_power_of_ten() {
        QCOMPARE(texts(Axis(Scale::linear, {0, 2e18}, 0, 400), 2), QStringList({"0", "10¹⁸", "2·10¹⁸"}));
        QCOMPARE(texts(Axis(Scale::linear, {-1e15, 1e15}, 0, 400), 2), QStringList({"-10¹⁵", "0", "10¹⁵"}));
        QCOMPARE(texts(Axis(Scale::linear, {0, 4e14}, 0, 400), 2), QStringList({"0", "200T", "400T"}));
        QCOMPARE(texts(Axis(Scale::logarithmic, {1, 1e18}, 0, 400), 3), QStringList({"1", "10⁶", "10¹²", "10¹⁸"}));
        QCOMPARE(texts(Axis(Scale::logarithmic, {1e-4, 1e-2}, 0, 400), 5),
                 QStringList({"0.0001", "0.0002", "0.0005", "0.001", "0.002", "0.005", "0.01"}));
    }

    void neighbors_never_read_alike() {
        for (const Range& range :
             {Range{1.0001e-5, 1.0004e-5}, Range{0, 5e-5}, Range{-3e-7, 2e-7}, Range{2e-12, 2.5e-12},
              Range{3.43100001, 3.43100004}, Range{1e12, 1e12 + 40}, Range{1e15, 1e15 + 4000}, Range{-1e18, -0.999e18},
              Range{2147483640, 2147483690}, Range{-9e299, 9e299}}) {
            const QStringList ticks = texts(Axis(Scale::linear, range, 0, 400), 5);
            QVERIFY2(ticks.size() >= 2, qPrintable(QString::number(range.low)));
            QCOMPARE(QSet<QString>(ticks.begin(), ticks.end()).size(), ticks.size());
        }
        for (const Range& range : {Range{2e-12, 2.5e-12}, Range{0.4, 2.3}, Range{1, 150}, Range{1e6, 1e6 + 90},
                                   Range{3e-7, 4e5}, Range{1e-300, 1e300}}) {
            const QStringList ticks = texts(Axis(Scale::logarithmic, range, 0, 400), 5);
            QVERIFY2(ticks.size() >= 2, qPrintable(QString::number(range.low)));
            QCOMPARE(QSet<QString>(ticks.begin(), ticks.end()).size(), ticks.size());
        }
        QCOMPARE(texts(Axis(Scale::linear, {1e6, 1e6 + 90}, 0, 400), 5)[1], QString("1.00002M"));
        QCOMPARE(texts(Axis(Scale::linear, {1e-5, 3e-5}, 0, 400), 4),
                 QStringList({"1.0·10⁻⁵", "1.5·10⁻⁵", "2.0·10⁻⁵", "2.5·10⁻⁵", "3.0·10⁻⁵"}));
        QCOMPARE(texts(Axis(Scale::linear, {0, 2e-4}, 0, 400), 4),
                 QStringList({"0", "0.00005", "0.00010", "0.00015", "0.00020"}));
    }

    void ticks_say_what_they_stand_at() {
        for (const Range& range : {Range{1.23e-9, 7.7e-9}, Range{-4e-5, 6e-5}, Range{4.2e9, 4.9e9}, Range{3e-4, 0.2}})
            for (const Scale scale : {Scale::linear, Scale::logarithmic}) {
                if (scale == Scale::logarithmic && range.low <= 0) continue;
                for (const Tick& tick : Axis(scale, range, 0, 400).ticks(5)) {
                    if (tick.text.empty()) continue;
                    QString number = QString::fromStdString(tick.text);
                    double unit = 1;
                    if (number.endsWith('B')) unit = 1e9, number.chop(1);
                    if (const auto at = number.indexOf("10⁻"); at >= 0) {
                        unit = std::pow(10, -(QString("⁰¹²³⁴⁵⁶⁷⁸⁹").indexOf(number.back())));
                        number = at == 0 ? QString("1") : number.left(at - 1);
                    }
                    const double off = std::abs(number.toDouble() * unit - tick.value);
                    QVERIFY2(off <= 1e-9 * std::abs(tick.value), tick.text.c_str());
                }
            }
    }

    void values_of_any_size_have_an_axis() {
        for (const auto& [low, high] : {std::pair(1e-300, 1e300), std::pair(5e-324, 1e-310), std::pair(1e-3, 1e300)}) {
            const Axis axis(Scale::logarithmic, padded(Scale::logarithmic, {low, high}, 0.05), 0, 400);
            QVERIFY(std::isfinite(axis.pixel(low)) && std::isfinite(axis.pixel(high)));
            QVERIFY(!texts(axis, 5).isEmpty());
        }
        for (const Range& range :
             {Range{-1e300, 1e300}, Range{0, 1e-310}, Range{-5e-324, 5e-324}, Range{1e300, 1e300}}) {
            const Axis axis(Scale::linear, padded(Scale::linear, range, 0.05), 0, 400);
            QVERIFY(std::isfinite(axis.pixel(range.low)) && std::isfinite(axis.pixel(range.high)));
            QVERIFY(texts(axis, 5).size() >= 2);
        }
        QVERIFY(has_place(Scale::linear, -3) && !has_place(Scale::logarithmic, -3));
        QVERIFY(has_place(Scale::logarithmic, 1e-320) && !has_place(Scale::logarithmic, 0));
        QVERIFY(!has_place(Scale::linear, 1e301) && !has_place(Scale::linear, std::nan("")));
    }

    void decades_and_their_parts_on_a_logarithmic_axis() {
        QCOMPARE(texts(Axis(Scale::logarithmic, {1, 10000}, 0, 400), 5), QStringList({"1", "10", "100", "1k", "10k"}));
        QCOMPARE(texts(Axis(Scale::logarithmic, {1, 20}, 0, 400), 5), QStringList({"1", "2", "5", "10", "20"}));
        QCOMPARE(texts(Axis(Scale::logarithmic, {1e-6, 1e-2}, 0, 400), 5),
                 QStringList({"10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²"}));
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
        QCOMPARE(linear.first_pixel(), 400.0);
        QCOMPARE(linear.last_pixel(), 40.0);
        QCOMPARE(Axis(Scale::logarithmic, {1e-300, 1e300}, 0, 600).pixel(1), 300.0);
    }

    void a_few_values_far_above_do_not_set_the_axis() {
        std::vector<double> values(100, 4);
        for (std::size_t i = 0; i < 50; ++i) values[i] = 3;
        QCOMPARE(robust_limit(values, {}), 14.0);    // 4 + 10 (4 - 3)
        QCOMPARE(robust_limit(values, {27}), 33.0);  // 27 and a quarter of 24
        values[99] = 1e9;
        QCOMPARE(robust_limit(values, {}), 14.0);
        QVERIFY(std::isinf(robust_limit({1, 2, 3}, {})));
        QVERIFY(std::isinf(robust_limit(std::vector<double>(100, 3), {3})));
    }

    void a_curve_that_crosses_zero_ends_its_axis_near_the_median() {
        QCOMPARE(cut_beside_zero({3, 2, 1e-16, 1}), 2e-4);
        QCOMPARE(cut_beside_zero({3, 2, 1}), 0.0);  // no value is that small
        QCOMPARE(cut_beside_zero({}), 0.0);
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
