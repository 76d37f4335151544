#include "core/statistics/multiple_tests.h"

#include "core/io/json_file.h"

#include <QtTest>
#include <array>
#include <cmath>

using namespace ablate;
using namespace ablate::study;

namespace {

// What tests/support/make_statistics_reference.py wrote with SciPy and statsmodels.
const Json& reference() {
    static const Json expected =
        io::read_json(std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/statistics/expected.json");
    return expected;
}

bool near(double value, double expected) { return std::abs(value - expected) <= 1e-10 * std::abs(expected) + 1e-15; }

}  // namespace

class MultipleTestsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void holm_is_statsmodels() {
        for (const Json& row : reference()["holm"]) {
            const std::vector<double> adjusted = holm(row["p"].get<std::vector<double>>());
            QCOMPARE(adjusted.size(), row["adjusted"].size());
            for (std::size_t i = 0; i < adjusted.size(); ++i)
                QVERIFY2(near(adjusted[i], row["adjusted"][i]), row.dump().c_str());
        }
    }

    void holm_leaves_out_what_has_no_p_value() {
        const std::vector<double> adjusted = holm(std::array{0.01, std::nan(""), 0.04});
        QCOMPARE(adjusted[0], 0.02);
        QVERIFY(std::isnan(adjusted[1]));
        QCOMPARE(adjusted[2], 0.04);
        QVERIFY(holm({}).empty());
    }

    // 0 is better than 2 and 3, 1 is better than 3 alone, and the rest is tied.
    void ranks_by_all_pairs() {
        const auto sign = [](std::size_t i, std::size_t j) {
            const bool apart = (i == 0 && j >= 2) || (i == 1 && j == 3) || (j == 0 && i >= 2) || (j == 1 && i == 3);
            return !apart ? 0 : i < j ? -1 : 1;
        };
        const std::vector<RankRange> ranks = rank_ranges(4, sign);
        const std::vector<RankRange> expected{{1, 2}, {1, 3}, {2, 4}, {3, 4}};
        QVERIFY(ranks == expected);
        QVERIFY(rank_ranges(2, [](auto, auto) { return 0; }) == (std::vector<RankRange>{{1, 2}, {1, 2}}));
        QVERIFY(rank_ranges(0, sign).empty());
    }

    void rates_are_statsmodels() {
        for (const Json& row : reference()["rates"]) {
            const RateInterval rate = clopper_pearson(row[0], row[1], row[2]);
            QVERIFY2(near(rate.low, row[3]) && near(rate.high, row[4]), row.dump().c_str());
        }
        QCOMPARE(clopper_pearson(0, 0).low, 0.0);
        QCOMPARE(clopper_pearson(0, 0).high, 1.0);
    }

    void fisher_is_scipys() {
        for (const Json& row : reference()["fisher"])
            QVERIFY2(near(fisher_exact(row[0], row[1], row[2], row[3]), row[4]), row.dump().c_str());
        QCOMPARE(fisher_exact(0, 0, 0, 0), 1.0);
        QVERIFY(fisher_exact(3, 3, 0, 3) > 0.05);  // three seeds can never reach 5 %
    }

    void sign_flips_are_scipys() {
        for (const Json& row : reference()["sign_flips"]) {
            const std::optional<double> p = sign_flip_p(row["differences"].get<std::vector<double>>());
            QVERIFY2(p && near(*p, row["p"]), row.dump().c_str());
        }
    }

    void sign_flips_of_few_and_of_many() {
        QVERIFY(!sign_flip_p(std::vector<double>(7, 1.0)));
        QCOMPARE(*sign_flip_p(std::vector<double>(8, 1.0)), 2.0 / 256);
        QCOMPARE(*sign_flip_p(std::vector<double>(8, 0.0)), 1.0);
        // Above 20 differences the patterns are drawn: of 21 with the same sign none reaches the observed sum.
        QCOMPARE(*sign_flip_p(std::vector<double>(21, 1.0)), 1.0 / 100001);
        std::vector<double> balanced(22, 1.0);
        for (std::size_t i = 0; i < balanced.size(); i += 2) balanced[i] = -1.0;
        QCOMPARE(*sign_flip_p(balanced), 1.0);
        // At the border both ways agree: 20 are enumerated, and a difference of zero changes no sum.
        std::vector<double> drawn;
        for (int i = 0; i < 20; ++i) drawn.push_back(0.3 + std::sin(i * 2.3));
        const double enumerated = *sign_flip_p(drawn);
        drawn.push_back(0);
        QVERIFY(std::abs(*sign_flip_p(drawn) - enumerated) < 0.01);
    }
};

QTEST_GUILESS_MAIN(MultipleTestsTest)
#include "multiple_tests_test.moc"
