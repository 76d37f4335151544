#include "core/interop/flashnorm/float_formats.h"

#include "core/interop/flashnorm/fold.h"

#include <QTest>
#include <limits>

using namespace ablate::interop;

// Every 16-bit pattern, and the rounding of values between two of them.
class FloatFormatsTest : public QObject {
    Q_OBJECT

    template <class Format>
    static void check_every_pattern(std::uint16_t infinity) {
        for (std::uint32_t pattern = 0; pattern <= 0xffff; ++pattern) {
            const auto bits = static_cast<std::uint16_t>(pattern);
            const float value = Format::decode(bits);
            if (std::isnan(value))
                QVERIFY(std::isnan(Format::decode(Format::encode(value))));
            else
                QCOMPARE(Format::encode(value), bits);
        }
        for (std::uint16_t lower = 0; lower + 1 < infinity; ++lower) {
            const float below = Format::decode(lower), above = Format::decode(static_cast<std::uint16_t>(lower + 1));
            const float middle = below + (above - below) / 2;
            const auto even = static_cast<std::uint16_t>(lower % 2 == 0 ? lower : lower + 1);
            const auto upper = static_cast<std::uint16_t>(lower + 1);
            QCOMPARE(Format::encode(middle), even);
            QCOMPARE(Format::encode(-middle), static_cast<std::uint16_t>(even | 0x8000));
            QCOMPARE(Format::encode(std::nextafter(middle, below)), lower);
            QCOMPARE(Format::encode(std::nextafter(middle, above)), upper);
        }
        QCOMPARE(Format::encode(std::numeric_limits<float>::infinity()), infinity);
    }

  private Q_SLOTS:
    void halves_round_to_nearest_even() {
        check_every_pattern<F16>(0x7c00);
        QCOMPARE(F16::encode(65519.0f), std::uint16_t(0x7bff));
        QCOMPARE(F16::encode(65520.0f), std::uint16_t(0x7c00));
        QCOMPARE(F16::encode(-1e30f), std::uint16_t(0xfc00));
        QCOMPARE(F16::decode(0x3555), 0.333251953125f);
        QCOMPARE(F16::decode(0x8001), -0x1p-24f);
    }

    void bfloat16_rounds_to_nearest_even() {
        check_every_pattern<BF16>(0x7f80);
        QCOMPARE(BF16::encode(std::numeric_limits<float>::max()), std::uint16_t(0x7f80));
        QCOMPARE(BF16::decode(0x3f80), 1.0f);
    }

    void columns_are_multiplied_by_their_gains() {
        float matrix[2][3] = {{1, 2, 3}, {-0.0f, 0.1f, std::numeric_limits<float>::quiet_NaN()}};
        const double gains[] = {-2, 0.3f, 4};
        QVERIFY(fold_columns("F32", {reinterpret_cast<char*>(matrix), sizeof matrix}, gains));
        QCOMPARE(matrix[0][0], -2.0f);
        QCOMPARE(matrix[0][1], 2 * 0.3f);
        QCOMPARE(matrix[0][2], 12.0f);
        QCOMPARE(std::bit_cast<std::uint32_t>(matrix[1][0]), 0u);
        QCOMPARE(matrix[1][1], 0.1f * 0.3f);
        QVERIFY(std::isnan(matrix[1][2]));

        double wide[] = {0.1, -3};
        const double third[] = {1.0 / 3, 1};
        QVERIFY(fold_columns("F64", {reinterpret_cast<char*>(wide), sizeof wide}, third));
        QCOMPARE(wide[0], 0.1 / 3);

        std::uint16_t half[] = {F16::encode(1000), F16::encode(1000)};
        const double large[] = {65.5, 65.6};
        QVERIFY(!fold_columns("F16", {reinterpret_cast<char*>(half), sizeof half}, large));
    }
};

QTEST_GUILESS_MAIN(FloatFormatsTest)
#include "float_formats_test.moc"
