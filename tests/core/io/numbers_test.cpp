#include "core/io/numbers.h"

#include "tests/support/throws.h"

#include <QTest>
#include <cmath>

using namespace ablate;
using namespace ablate::io;

class NumbersTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void every_double_comes_back() {
        for (const double value : {0.0, -1.5, 0.1, 5e-324, 1.7976931348623157e308, HUGE_VAL, -HUGE_VAL})
            QCOMPARE(number_from_json(Json::parse(number_to_json(value).dump())), value);
        QVERIFY(std::isnan(number_from_json(number_to_json(std::nan("")))));
        QCOMPARE(number_to_json(-HUGE_VAL).dump(), "\"-Infinity\"");
        QCOMPARE(number_from_json(Json(7)), 7.0);
    }

    void lists() {
        QCOMPARE(numbers_to_json({1.5, HUGE_VAL}).dump(), "[1.5,\"Infinity\"]");
        QCOMPARE(numbers_to_json({}).dump(), "[]");
    }

    void anything_else_is_refused() {
        for (const char* text : {"null", "true", "\"nan\"", "\"1.5\"", "[1]", "{}"}) {
            QVERIFY(!is_number(Json::parse(text)));
            QVERIFY(test::is_line_with(test::input_error([&] { number_from_json(Json::parse(text)); }),
                                       {"where a number, \"NaN\""}));
        }
        QVERIFY(is_number(Json("NaN")) && is_number(Json(1)) && is_number(Json(1.5)));
    }
};

QTEST_GUILESS_MAIN(NumbersTest)
#include "numbers_test.moc"
