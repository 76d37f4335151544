#include "tests/support/planted_configurations.h"
#include "tests/support/planted_rates.h"
#include "tests/support/planted_settings.h"
#include "tests/support/temp_folder.h"

#include <QtTest>

using namespace ablate;
using namespace ablate::test;

namespace {

constexpr std::int64_t kStudies = 300;  // of each setting; tests/bench/planted_studies judges 10,000

std::string percent(const char* what, const PlantedRates& rates, std::int64_t count) {
    return fmt::format("{}: {:.1f} % of {} studies", what, 100 * rates.share(count), rates.studies);
}

}  // namespace

// The rules of comparisons, kept short: in studies whose truth was planted, no more of them are wrong than 5 % allow.
class PlantedStudiesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void wrong_in_few_studies_data() {
        QTest::addColumn<int>("index");
        const std::vector<PlantedSetting> settings = planted_settings();
        for (std::size_t i = 0; i < settings.size(); ++i)
            QTest::newRow(settings[i].name.c_str()) << static_cast<int>(i);
    }

    void wrong_in_few_studies() {
        QFETCH(int, index);
        const PlantedSetting setting = planted_settings()[static_cast<std::size_t>(index)];
        const PlantedRates rates = rates_of(setting, kStudies);
        QCOMPARE(rates.studies, kStudies);
        // Strongly skewed noise is stated in the help and has no bound. It must not get worse than it is there.
        const double bound = setting.shape == NoiseShape::skewed ? 0.2 : largest_share(kStudies);
        QVERIFY2(rates.share(rates.false_claims) <= bound, percent("false claims", rates, rates.false_claims).c_str());
        QVERIFY2(rates.share(rates.uncovered) <= bound + 0.01, percent("uncovered", rates, rates.uncovered).c_str());
        QVERIFY2(rates.share(rates.false_equivalences) <= bound,
                 percent("false equivalence", rates, rates.false_equivalences).c_str());
        QVERIFY2(rates.share(rates.rank_errors) <= bound, percent("ranks", rates, rates.rank_errors).c_str());
    }

    // A rule that never claims anything would pass the above.
    void true_differences_are_found() {
        PlantedSetting setting{.name = "5 %", .variants = 5, .seeds = 5, .difference = 0.05, .differing = 3};
        const PlantedRates large = rates_of(setting, kStudies);
        QVERIFY2(large.share(large.claims) > 2.5, percent("claims", large, large.claims).c_str());
        setting = {.name = "none", .variants = 5, .seeds = 10, .unequal = false, .margin = 0.02};
        const PlantedRates none = rates_of(setting, kStudies);
        QVERIFY2(none.share(none.equivalent) > 4, percent("equivalent", none, none.equivalent).c_str());
    }

    void looks_keep_the_error() {
        PlantedSetting setting{.name = "no difference", .variants = 5, .seeds = 12};
        const PlantedRates none = rates_of_looks(setting, {3, 5, 8, 12}, kStudies);
        QVERIFY2(none.share(none.false_claims) <= largest_share(kStudies),
                 percent("false claims", none, none.false_claims).c_str());
        QCOMPARE(none.lost, 0);
        setting.difference = 0.02;
        setting.differing = 3;
        const PlantedRates some = rates_of_looks(setting, {3, 5, 8, 12}, kStudies);
        QVERIFY2(some.share(some.false_claims) <= largest_share(kStudies),
                 percent("false claims", some, some.false_claims).c_str());
        QCOMPARE(some.lost, 0);
        QVERIFY2(some.share(some.claims) > 2.5, percent("claims", some, some.claims).c_str());
    }

    void seeds_added_without_a_plan() {
        const PlantedSetting setting{.name = "no difference", .variants = 5, .seeds = 3};
        const PlantedRates rates = rates_of_additions(setting, 4, kStudies);
        QVERIFY2(rates.share(rates.false_claims) <= largest_share(kStudies, 0.1, 0.1),
                 percent("false claims", rates, rates.false_claims).c_str());
    }

    void planning_delivers_its_power() {
        for (const std::int64_t earlier : {2, 3}) {
            PlantedSetting setting{.name = "planned", .variants = 5, .seeds = 5};
            const double share = delivered_power(setting, earlier, kStudies);
            QVERIFY2(share >= 0.8, fmt::format("{} earlier seeds: {:.1f} %", earlier, 100 * share).c_str());
        }
    }

    void faults_are_found_before_training() {
        for (const PlantedFault fault : {PlantedFault::no_op, PlantedFault::not_finite}) {
            const TempFolder folder;
            const PlantedFindings findings = find_planted(fault, 9, folder.path());
            QVERIFY2(findings.found == findings.variants, findings.missed.c_str());
        }
    }

    // The tables above are what run directories are read as.
    void run_directories_are_judged_alike() {
        for (const double text_ratio : {0.0, 0.5}) {
            PlantedSetting setting{.name = "as runs", .variants = 3, .seeds = 3, .difference = 0.02, .differing = 2};
            setting.text_ratio = text_ratio;
            RandomStream random(3, setting.name);
            PlantedComparison in_memory(setting);
            for (int i = 0; i < 2; ++i) {
                const PlantedStudy planted = draw_study(setting, random);
                const TempFolder folder;
                write_planted_study(folder.path(), setting, planted);
                const study::Comparison read = study::compare_study(run::RunStore(folder.path()), "quick");
                const study::Comparison& table = in_memory.judge(planted);
                for (std::int64_t variant = 1; variant <= setting.variants; ++variant) {
                    const study::Group &one = judged_group(table, variant), &other = judged_group(read, variant);
                    QCOMPARE(int(other.judged.outcome), int(one.judged.outcome));
                    QVERIFY(one.judged.interval.half_width && other.judged.interval.half_width);
                    QVERIFY(std::abs(*one.judged.interval.half_width - *other.judged.interval.half_width) < 1e-9);
                    QCOMPARE(other.judged.interval.blocks_half.has_value(), text_ratio > 0);
                    QVERIFY(one.ranks == other.ranks);
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(PlantedStudiesTest)
#include "planted_studies_test.moc"
