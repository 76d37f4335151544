#include "core/plot/number_text.h"

#include <QTest>

using namespace ablate::plot;

class NumberTextTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_tick_has_the_digits_that_tell_it_from_its_neighbors() {
        QCOMPARE(tick_text(10000, 10000, 40000), std::string("10k"));
        QCOMPARE(tick_text(1200000, 200000, 1200000), std::string("1.2M"));
        QCOMPARE(tick_text(3.25, 0.05, 3.5), std::string("3.25"));
        QCOMPARE(tick_text(3.5, 0.5, 4), std::string("3.5"));
        QCOMPARE(tick_text(-3990, 2, 4000), std::string("-3990"));
        QCOMPARE(tick_text(1.5e-5, 5e-6, 3e-5), std::string("1.5·10⁻⁵"));
        QCOMPARE(tick_text(-2e18, 1e18, 3e18), std::string("-2·10¹⁸"));
        QCOMPARE(tick_text(0, 5, 20), std::string("0"));
    }

    void a_value_has_the_digits_that_its_axis_resolves() {
        QCOMPARE(resolved_text(3.14159, 0.01), std::string("3.142"));
        QCOMPARE(resolved_text(3.43123456, 1e-6), std::string("3.4312346"));
        QCOMPARE(resolved_text(12345.678, 25), std::string("12,346"));
        QCOMPARE(resolved_text(3.14159, 0), std::string("3.142"));
        QCOMPARE(resolved_text(2e18, 1e15), std::string("2.000e+18"));
    }

    void powers_have_superscripts() {
        QCOMPARE(power_text(1, 18), std::string("10¹⁸"));
        QCOMPARE(power_text(5, -6), std::string("5·10⁻⁶"));
        QCOMPARE(power_text(1, 0), std::string("1"));
        QVERIFY(is_far(1e15) && is_far(9e-5) && !is_far(1e-4) && !is_far(9e14));
    }

    void a_position_is_written_in_full_where_it_is_whole() {
        QCOMPARE(position_text(0), std::string("0"));
        QCOMPARE(position_text(2147483648), std::string("2,147,483,648"));
        QCOMPARE(position_text(-1200), std::string("-1,200"));
        QCOMPARE(position_text(12.25), std::string("12.25"));
        QCOMPARE(position_text(1e18), std::string("1.000e+18"));
    }
};

QTEST_GUILESS_MAIN(NumberTextTest)
#include "number_text_test.moc"
