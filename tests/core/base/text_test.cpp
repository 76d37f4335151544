#include "core/base/text.h"

#include "core/base/error.h"

#include <QTest>
#include <clocale>
#include <cmath>
#include <limits>
#include <locale>

using namespace ablate;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct CommaPoint : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

}  // namespace

class TextTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // Every case below runs under a locale with decimal commas.
    void initTestCase() {
        std::setlocale(LC_ALL, "de_DE.UTF-8");
        std::locale::global(std::locale(std::locale::classic(), new CommaPoint));
    }

    void thousands() {
        QCOMPARE(with_thousands(22696448), "22,696,448");
        QCOMPARE(with_thousands(999), "999");
        QCOMPARE(with_thousands(-1000), "-1,000");
        QCOMPARE(with_thousands(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
    }

    void short_counts() {
        QCOMPARE(short_count(22696448), "22.7M");
        QCOMPARE(short_count(327'680'000), "327.68M");
        QCOMPARE(short_count(40'960'000), "40.96M");
        QCOMPARE(short_count(1200), "1.2k");
        QCOMPARE(short_count(0), "0");
        QCOMPARE(short_count(999'999), "1M");
        QCOMPARE(short_count(-1.5e9), "-1.5B");
        QCOMPARE(short_count(not_a_number), "NaN");
    }

    void short_byte_counts() {
        QCOMPARE(short_bytes(512), "512 B");
        QCOMPARE(short_bytes(1.5 * (1 << 30)), "1.5 GiB");
        QCOMPARE(short_bytes(1048575), "1.0 MiB");
    }

    void durations() {
        QCOMPARE(short_duration(0.8), "0.8s");
        QCOMPARE(short_duration(9.96), "10s");
        QCOMPARE(short_duration(59.7), "1m 00s");
        QCOMPARE(short_duration(250), "4m 10s");
        QCOMPARE(short_duration(7560), "2h 06m");
        QCOMPARE(short_duration(200000), "2d 07h");
        QCOMPARE(short_duration(-5), "-5.0s");
        QCOMPARE(short_duration(infinity), "Infinity");
    }

    void significant_digits() {
        QCOMPARE(significant(3.05763), "3.058");
        QCOMPARE(significant(1e-5), "1.000e-05");
        QCOMPARE(significant(1234.4), "1234");
        QCOMPARE(significant(100, 2), "1.0e+02");
        QCOMPARE(significant(0), "0.000");
        QCOMPARE(significant(not_a_number), "NaN");
        QCOMPARE(significant(-infinity), "-Infinity");
        QCOMPARE(fixed(3.05763, 4), "3.0576");
        QCOMPARE(fixed(infinity, 4), "Infinity");
    }

    void full_precision_reads_back_the_same() {
        for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 3.0, 123456789.123}) {
            std::setlocale(LC_NUMERIC, "C");  // for strtod
            QCOMPARE(std::strtod(full_precision(value).c_str(), nullptr), value);
        }
        QCOMPARE(full_precision(0.1), "0.1");
        QCOMPARE(full_precision(not_a_number), "NaN");
    }

    void times_are_utc() {
        QCOMPARE(utc_time(0), "1970-01-01T00:00:00Z");
        QCOMPARE(utc_time(1795316645.9), "2026-11-22T03:04:05Z");
        QCOMPARE(utc_time(-1), "1969-12-31T23:59:59Z");
        QCOMPARE(utc_time(not_a_number), "unknown time");
        QVERIFY(unix_now() > 1.7e9);
    }

    void splitting_and_joining() {
        QCOMPARE(split("", ',').size(), 0u);
        QCOMPARE(split("a,,b,", ','), (std::vector<std::string>{"a", "", "b", ""}));
        QCOMPARE(join(split("a,,b,", ','), ","), "a,,b,");
        QCOMPARE(trim(" \t a b\r\n"), "a b");
        QCOMPARE(trim(" \n"), "");
    }

    void lower_case_of_ascii_letters() { QCOMPARE(lower_case("Val-Loss Ä1"), std::string("val-loss Ä1")); }

    void plain_names() {
        for (const char* name : {"a", "no-norm", "Qwen3_0.6B", "..."}) QVERIFY2(is_plain_name(name), name);
        for (const char* name : {"", ".", "..", "a/b", "a b", "ü", "a\n", "$(x)", "~"})
            QVERIFY2(!is_plain_name(name), name);
        QVERIFY(is_plain_name(std::string(64, 'a')) && !is_plain_name(std::string(65, 'a')));
    }

    void nearest_names() {
        const std::vector<std::string> keys{"train.lr", "train.steps", "model.d_model", "model.heads",
                                            "model.kv_heads"};
        QCOMPARE(nearest_name("train.stpes", keys), "train.steps");
        QCOMPARE(nearest_name("lr", keys), "train.lr");
        QCOMPARE(nearest_name("model.lr", keys), "train.lr");
        QCOMPARE(nearest_name("d_modle", keys), "model.d_model");
        QCOMPARE(nearest_name("Heads", keys), "model.heads");
        QCOMPARE(nearest_name("model.kvheads", keys), "model.kv_heads");
        QVERIFY(!nearest_name("temperature", keys));
        QVERIFY(!nearest_name("", keys));
        QVERIFY(!nearest_name(std::string(100000, 'x'), keys));
        QVERIFY(!nearest_name("x", std::vector<std::string>{"ab"}));
        QCOMPARE(did_you_mean("stepz", keys), "; did you mean 'train.steps'?");
        QCOMPARE(did_you_mean("temperature", keys), "");
    }

    void quotes_are_one_line_and_short() {
        QCOMPARE(quote("a\nb\x1b[0m"), "'a\\nb\\x1b[0m'");
        QCOMPARE(quote(std::string(200, 'x')), "'" + std::string(80, 'x') + "...'");
        const std::string umlauts = "x" + QString(100, QChar(0xfc)).toStdString();  // byte 80 is inside a character
        QCOMPARE(QString::fromStdString(quote(umlauts)).count(QChar(0xfffd)), 0);
    }

    void errors_are_one_line() {
        QCOMPARE(std::string(InputError("{}: no", "a\nb\tc").what()), "a\\nb\\x09c: no");
        QCOMPARE(std::string(ResourceError("a\r").what()), "a\\x0d");
        QCOMPARE(one_line("\xc3\xa4"), "\xc3\xa4");
    }
};

QTEST_GUILESS_MAIN(TextTest)
#include "text_test.moc"
