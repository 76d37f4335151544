#include "core/statistics/family_interval.h"

#include "core/io/json_file.h"

#include <QtTest>
#include <array>

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

std::vector<double> numbers(const Json& json) { return json.get<std::vector<double>>(); }

}  // namespace

class FamilyIntervalTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void quantiles_are_scipys() {
        for (const Json& row : reference()["quantiles"])
            QVERIFY2(near(t_quantile(row[0], row[1]), row[2]), row.dump().c_str());
        QVERIFY(std::isinf(t_quantile(0, 3)));
        QCOMPARE(t_quantile(0.025, 4), t_quantile(0.025, 4));  // the second comes from the table
    }

    void intervals_are_scipys() {
        QCOMPARE(reference()["intervals"].size(), std::size_t{24});
        for (const Json& row : reference()["intervals"]) {
            const std::vector<double> differences = numbers(row["differences"]), blocks = numbers(row["blocks"]);
            const PairedInterval interval = family_interval({differences, blocks, row["resolution"]}, row["error"]);
            const std::string text = row.dump();
            QVERIFY2(near(interval.mean, row["mean"]) && near(interval.sd, row["sd"]), text.c_str());
            QVERIFY2(interval.half_width && near(*interval.half_width, row["half_width"]), text.c_str());
            QVERIFY2(near(*interval.seeds_half, row["seeds_half"]), text.c_str());
            QCOMPARE(interval.blocks_half.has_value(), !blocks.empty());
            if (interval.blocks_half) QVERIFY2(near(*interval.blocks_half, row["blocks_half"]), text.c_str());
            QVERIFY2(near(*interval.unadjusted_half_width, row["unadjusted"]), text.c_str());
            QVERIFY2(near(*interval.p_value, row["p"]), text.c_str());
            QCOMPARE(interval.error, row["error"].get<double>());
            QCOMPARE(interval.distinguishable(), *interval.p_value < interval.error);
        }
    }

    void unpaired_intervals_are_scipys() {
        for (const Json& row : reference()["welch"]) {
            const std::vector<double> variant = numbers(row["variant"]), baseline = numbers(row["baseline"]);
            const PairedInterval interval = unpaired_family_interval(variant, baseline, 0, row["error"]);
            QVERIFY(std::abs(interval.mean - row["mean"].get<double>()) < 1e-14);
            QVERIFY(near(*interval.half_width, row["half_width"]));
            QVERIFY(near(*interval.unadjusted_half_width, row["unadjusted"]));
            QVERIFY(near(*interval.p_value, row["p"]));
            QVERIFY(!interval.blocks_half);
        }
    }

    void at_five_percent_it_is_the_interval_of_one_difference() {
        const std::array variant{3.7404, 3.7335, 3.7247}, baseline{3.6582, 3.6502, 3.6458};
        const std::array differences{3.7404 - 3.6582, 3.7335 - 3.6502, 3.7247 - 3.6458};
        const PairedInterval one = paired_interval(variant, baseline), family = family_interval({differences});
        QCOMPARE(*family.half_width, *one.half_width);
        QCOMPARE(*family.unadjusted_half_width, *one.half_width);
        QCOMPARE(*family.p_value, *one.p_value);
        QCOMPARE(family.mean, one.mean);
    }

    // t(2, 0.01 / 2) = 9.92484, five variants: the half width of one of them is 5.73 deviations.
    void the_family_widens_it() {
        const std::array differences{0.01, 0.02, 0.03};
        const PairedInterval interval = family_interval({differences}, Family{.comparisons = 5}.error());
        QVERIFY(near(*interval.half_width, 9.924843200918 * 0.01 / std::sqrt(3.0)));
        QVERIFY(*interval.half_width > *interval.unadjusted_half_width);
        QVERIFY(!interval.distinguishable());
    }

    // Validation noise can only widen, and alone it can hide a difference that all seeds show.
    void noise_of_the_text_widens_it() {
        const std::array differences{0.0100, 0.0101, 0.0102};
        std::vector<double> blocks;
        for (int i = 0; i < 20; ++i) blocks.push_back(0.0101 + (i % 2 ? 0.03 : -0.03));
        QVERIFY(family_interval({differences}).distinguishable());
        const PairedInterval with_text = family_interval({differences, blocks});
        QVERIFY(!with_text.distinguishable());
        QVERIFY(*with_text.blocks_half > *with_text.seeds_half);
        QVERIFY(*with_text.p_value > 0.05);
    }

    void no_width_without_a_spread() {
        const std::array one{0.5};
        const std::array two{0.25, 0.25};
        for (std::span<const double> differences : {std::span<const double>(one), std::span<const double>(two)}) {
            const PairedInterval interval = family_interval({differences}, 0.01);
            QCOMPARE(interval.n, std::ssize(differences));
            QVERIFY(!interval.half_width && !interval.p_value && !interval.seeds_half);
            QVERIFY(!interval.unadjusted_half_width && !interval.distinguishable());
            QCOMPARE(interval.error, 0.01);
        }
        // Equal differences of two decimals are computed with an error in the last bit.
        const std::array rounded{3.65 - 3.60, 3.75 - 3.70};
        QVERIFY(!family_interval({rounded}).half_width);
        QVERIFY(!unpaired_family_interval(two, two, 0).half_width);
        QVERIFY(!family_interval({}).half_width);
    }

    // Two differences of values with two decimals deviate by 0.01 / sqrt(6) = 0.0041 from rounding alone.
    void rounded_values_have_the_spread_of_rounding() {
        const std::array differences{3.65 - 3.60, 3.75 - 3.70};
        const PairedInterval interval = family_interval({differences, {}, 0.01});
        QVERIFY(interval.half_width.has_value());
        QVERIFY(near(*interval.half_width, t_quantile(0.025, 1) * 0.01 / std::sqrt(12.0)));
        const std::array variant{0.5, 0.5, 0.5}, baseline{0.25, 0.25, 0.25};
        const PairedInterval unpaired = unpaired_family_interval(variant, baseline, 0.01);
        QVERIFY(near(*unpaired.half_width, t_quantile(0.025, 4) * 0.01 / std::sqrt(18.0)));
    }

    void errors_of_families() {
        QCOMPARE(Family{}.error(), 0.05);
        QCOMPARE(Family{.comparisons = 5}.error(), 0.01);
        QCOMPARE((Family{.comparisons = 5, .grid_points = 2, .looks = 2}.error()), 0.05 / 20);
        QCOMPARE((Family{.comparisons = 5, .additions = 2}.error()), 0.0025);
        QCOMPARE((Family{.comparisons = 0, .grid_points = 0, .looks = 0}.error()), 0.05);
    }
};

QTEST_GUILESS_MAIN(FamilyIntervalTest)
#include "family_interval_test.moc"
