#include "core/plan/study_power.h"

#include "core/train/register.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::study;

namespace {

bool near(double value, double expected, double within = 1e-9) { return std::abs(value - expected) < within; }

StudyConfig study_with(std::vector<std::int64_t> seeds, std::optional<double> wanted = {}) {
    StudyConfig study;
    study.name = "planned";
    study.baseline = test::synthetic_baseline();
    study.variants = {{"nope", "NoPE", test::kNoPE}};
    study.seeds = std::move(seeds);
    study.smallest_difference = wanted;
    return study;
}

EarlierSpreads spreads_in(const test::TempFolder& folder, const RunConfig& baseline) {
    SpreadReader reader;
    return reader.read(run::RunStore(folder.path()).list(), baseline);
}

StudyPower power_in(const test::TempFolder& folder, const StudyConfig& study) {
    const ResolvedStudy resolved = resolve_study(study);
    return study_power(resolved, spreads_in(folder, resolved.points().front().config));
}

// Differences of -0.01, 0 and 0.01: a variance of 1e-4 with two degrees of freedom.
void write_earlier_runs(const test::TempFolder& folder, const std::vector<double>& blocks = {}) {
    const std::vector<double> flat(blocks.size(), 0.0);
    test::write_synthetic_seeds(folder.path(), {.study = "earlier", .final_blocks = flat}, {3.65, 3.65, 3.65});
    test::write_synthetic_seeds(folder.path(),
                                {.study = "earlier", .variant = "nope", .patch = test::kNoPE, .final_blocks = blocks},
                                {3.64, 3.65, 3.66});
}

}  // namespace

class StudyPowerTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_spread_is_that_of_paired_differences_at_this_size() {
        const test::TempFolder folder;
        write_earlier_runs(folder);
        const RunConfig baseline = test::synthetic_config(Json::object());
        const EarlierSpreads spreads = spreads_in(folder, baseline);
        QVERIFY(spreads.source == SpreadSource::workspace);
        QCOMPARE(spreads.pooled.size(), std::size_t{1});
        QVERIFY(near(spreads.pooled[0].variance, 1e-4));
        QCOMPARE(qint64(spreads.pooled[0].degrees), qint64(2));
        QCOMPARE(qint64(spreads.differences), qint64(3));
        QVERIFY(spreads.own.contains(config_hash(test::synthetic_config(test::kNoPE), "")));
        QCOMPARE(spreads.block_deviation, 0.0);

        for (const Json& other : {Json{{"train", {{"steps", 200}}}}, Json{{"train", {{"batch", 16}}}},
                                  Json{{"data", {{"context", 64}}}}, Json{{"model", {{"layers", 24}}}}})
            QVERIFY2(spreads_in(folder, test::synthetic_config(other)).source == SpreadSource::none,
                     other.dump().c_str());
    }

    void the_noise_of_the_text_is_that_of_the_mean_difference_by_block() {
        const test::TempFolder folder;
        write_earlier_runs(folder, {0.01, -0.01, 0.01, -0.01});
        const EarlierSpreads spreads = spreads_in(folder, test::synthetic_config(Json::object()));
        QCOMPARE(qint64(spreads.blocks), qint64(4));
        QVERIFY(near(spreads.block_deviation, std::sqrt(4 * 1e-4 / 3)));
        // Four times the windows halve it.
        const EarlierSpreads more = spreads_in(folder, test::synthetic_config({{"train", {{"eval_batches", 80}}}}));
        QVERIFY(near(more.block_deviation, std::sqrt(4 * 1e-4 / 3) / 2));
    }

    void enough_seeds_have_the_power_promised() {
        const test::TempFolder folder;
        write_earlier_runs(folder);
        const StudyPower power = power_in(folder, study_with({1, 2, 3}));
        QVERIFY(power.known() && !power.offers_pilot);
        // The lower 20 % point of chi^2(2) is -2 ln 0.8.
        const double deviation = std::sqrt(2e-4 / (-2 * std::log(0.8)));
        QVERIFY(near(power.variants.at(0).deviation, deviation));
        QVERIFY(near(power_of(power.detectable, 3, {.error = 0.05, .deviation = deviation}), 0.8, 1e-6));
        QVERIFY(power.findings.empty());  // no difference is wanted
        QVERIFY(power_in(folder, study_with({1, 2, 3, 4, 5})).detectable < power.detectable);
    }

    void a_study_that_cannot_answer_is_a_finding_with_the_seeds_it_needs() {
        const test::TempFolder folder;
        write_earlier_runs(folder);
        const StudyConfig study = study_with({3, 4}, 0.02);
        const StudyPower power = power_in(folder, study);
        QVERIFY(power.seeds_needed && *power.seeds_needed > 2);
        QCOMPARE(power.findings.size(), std::size_t{1});
        QVERIFY(power.findings[0].text.find("cannot find the difference of 0.02") != std::string::npos);
        QCOMPARE(power.findings[0].mends.at(0).title, fmt::format("Use {} seeds", *power.seeds_needed));
        const StudyConfig after = mended(study, power.findings[0].mends[0]);
        QCOMPARE(qint64(std::ssize(after.seeds)), qint64(*power.seeds_needed));
        QCOMPARE(qint64(after.seeds[2]), qint64(5));
        QVERIFY(power_in(folder, after).findings.empty());
    }

    void noise_of_the_text_asks_for_text_and_not_for_seeds() {
        const test::TempFolder folder;
        write_earlier_runs(folder, {0.05, -0.05, 0.05, -0.05});
        const StudyPower power = power_in(folder, study_with({1, 2, 3}, 0.02));
        QVERIFY(power.needs_text && !power.seeds_needed);
        QCOMPARE(power.findings.size(), std::size_t{1});
        QVERIFY(power.findings[0].text.find("more validation text") != std::string::npos);
        QVERIFY(power.findings[0].mends.empty());  // it is not known that the set has more
        EarlierSpreads spreads = power.spreads;
        spreads.validation_tokens = 1'000'000'000;
        const StudyPower with_text = study_power(resolve_study(study_with({1, 2, 3}, 0.02)), spreads);
        QVERIFY(with_text.findings.at(0).mends.at(0).patch.at("baseline").at("train").at("eval_batches") > 20);
    }

    void looks_and_more_variants_widen_what_can_be_found() {
        const test::TempFolder folder;
        write_earlier_runs(folder);
        const StudyConfig study = study_with({1, 2, 3});
        const double alone = power_in(folder, study).detectable;
        StudyConfig more = study;
        more.variants.push_back({"silu", "SiLU", test::kSiLU});
        QVERIFY(power_in(folder, more).detectable > alone);
        run::PlanRecord record;
        record.looks = {3, 5};
        const ResolvedStudy resolved = resolve_study(study);
        const StudyPower looked = study_power(resolved, spreads_in(folder, resolved.points().front().config), record);
        QCOMPARE(qint64(looked.family.looks), qint64(2));
        QVERIFY(looked.detectable > alone);
    }

    void a_pilot_is_part_of_the_study() {
        const auto pilot = pilot_of(study_with({7}));
        QVERIFY(pilot);
        QCOMPARE(pilot->variant, std::string("nope"));
        QCOMPARE(pilot->seeds, (std::vector<std::int64_t>{7, 8, 9}));
        QCOMPARE(pilot_of(study_with({1, 2, 3, 4, 5}))->seeds, (std::vector<std::int64_t>{1, 2, 3}));
        QVERIFY(!pilot_of(StudyConfig()));
        const test::TempFolder folder;
        QVERIFY(power_in(folder, study_with({1, 2})).offers_pilot);
    }

    void measured_spreads_are_read_and_checked() {
        const test::TempFolder folder;
        const auto file = folder / "spreads.json";
        folder.write("spreads.json", R"({"format": 1, "sizes": [{"vocab_size": 8, "context": 4, "steps": 2, "batch": 1,
            "parameters": 5, "evaluation_windows": 20, "validation_tokens": 99,
            "variants": [{"differences": [0.5, 0.25], "block_deviation": 0.125, "blocks": 20}]}]})");
        const auto sizes = load_measured_spreads(file);
        QCOMPARE(sizes.size(), std::size_t{1});
        QCOMPARE(qint64(sizes[0].validation_tokens), qint64(99));
        QCOMPARE(sizes[0].variants.at(0).differences, (std::vector<double>{0.5, 0.25}));
        QCOMPARE(sizes[0].variants[0].block_deviation.value(), 0.125);
        folder.write("spreads.json", R"({"format": 9, "sizes": []})");
        QVERIFY(test::is_line_with(test::input_error([&] { load_measured_spreads(file); }), {"newer version"}));
    }
};

QTEST_GUILESS_MAIN(StudyPowerTest)
#include "study_power_test.moc"
