#include "core/plan/mend.h"

#include "core/config/study_edits.h"
#include "core/model/start_plan.h"
#include "core/plan/finding_mends.h"
#include "core/train/register.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::study;

class MendTest : public QObject {
    Q_OBJECT

    static StudyConfig study() {
        return study_from_json({{"name", "s"},
                                {"baseline", {{"train", {{"lr", 3e-4}, {"warmup", 10}}}}},
                                {"variants",
                                 {{{"name", "a"}, {"patch", {{"model", {{"d_ff", 64}}}}}},
                                  {{"name", "b"}, {"patch", {{"model", {{"layers", 2}}}}}}}},
                                {"grid", {{"train.steps", {100, 200}}}},
                                {"seeds", {1}}},
                               "study");
    }

  private Q_SLOTS:
    void initTestCase() { ablate::train::register_kinds(); }

    void an_option_is_set_by_a_patch_of_the_file() {
        const auto mend = mend_options(study(), "baseline", {{"train.warmup", 50}});
        QVERIFY(mend);
        QCOMPARE(mend->title, std::string("Set warm-up to 50"));
        QCOMPARE(mend->patch, (Json{{"baseline", {{"train", {{"warmup", 50}}}}}}));
        const StudyConfig after = mended(study(), *mend);
        QCOMPARE(after.baseline.at("train").at("warmup"), Json(50));
        QCOMPARE(after.baseline.at("train").at("lr"), Json(3e-4));
        QCOMPARE(after.variants.size(), std::size_t{2});
    }

    void an_option_of_a_variant_is_set_in_its_patch() {
        const auto mend = mend_options(study(), "a", {{"model.d_ff", 128}});
        QVERIFY(mend);
        QCOMPARE(mend->title, std::string("Set feed-forward width to 128"));
        const StudyConfig after = mended(study(), *mend);
        QCOMPARE(after.variants.at(0).patch, (Json{{"model", {{"d_ff", 128}}}}));
        QCOMPARE(after.variants.at(1).patch, study().variants.at(1).patch);
    }

    void null_resets_an_option() {
        const auto mend = mend_options(study(), "baseline", {{"train.warmup", nullptr}});
        QVERIFY(mend);
        QCOMPARE(mend->patch, (Json{{"baseline", {{"train", {{"warmup", nullptr}}}}}}));
        QVERIFY(!mended(study(), *mend).baseline.at("train").contains("warmup"));
    }

    void what_changes_nothing_is_no_mend() {
        QVERIFY(!mend_options(study(), "baseline", {{"train.warmup", 10}}));
        QVERIFY(!mend_options(study(), "a+b", {{"train.warmup", 20}}));       // made by combining
        QVERIFY(!mend_options(study(), "baseline", {{"train.steps", 300}}));  // the grid would win
        QVERIFY(!mend_by_removing(study(), "baseline"));
    }

    void a_variant_keeps_a_difference() {
        StudyConfig one = study();
        one.variants.front().patch = {{"model", {{"d_ff", 64}}}, {"train", {{"batch", 8}}}};
        const auto mend = mend_options(one, "a", {{"train.batch", nullptr}});
        QVERIFY(mend);
        QCOMPARE(mended(one, *mend).variants.front().patch, (Json{{"model", {{"d_ff", 64}}}}));
        QVERIFY(!mend_options(study(), "a", {{"model.d_ff", nullptr}}));  // it would change nothing any more
    }

    void a_variant_is_removed() {
        const auto mend = mend_by_removing(study(), "a");
        QVERIFY(mend);
        const StudyConfig after = mended(study(), *mend);
        QCOMPARE(after.variants.size(), std::size_t{1});
        QCOMPARE(after.variants.front().name, std::string("b"));
    }

    void the_options_of_a_start_are_taken_over() {
        RunConfig from;
        from.model.position = kind_from_json("position", "none", "test");
        const RunConfig to;
        const std::vector<std::string> silent = model::silent_changes(from, to);
        QVERIFY(!silent.empty());
        const std::vector<Mend> mends = mends_of_start(study(), from, to, silent, "base");
        QCOMPARE(mends.size(), std::size_t{1});
        QCOMPARE(mends.front().title, std::string("Use the options of base"));
        const RunConfig after = baseline_config(mended(study(), mends.front()));
        QCOMPARE(after.model.position.kind, std::string("none"));
        QVERIFY(mends_of_start(study(), to, to, {}, "base").empty());
    }

    // A step of the width is 6,144 parameters, and the biases are 8,192.
    void a_width_that_is_further_off_is_not_offered() {
        RunConfig baseline;
        baseline.model.d_ff = 1408;
        VariantPoint point{"a", "a", "", "", baseline};
        point.config.model.attn_bias = true;
        point.config.model.d_ff = 1400;
        const std::vector<Mend> nearer = mends_of_width(study(), point, baseline);
        QVERIFY(!nearer.empty());
        QVERIFY(nearer.front().title.find("1408 (parameters") != std::string::npos);
        point.config.model.d_ff = 1407;  // nearest of all
        for (const Mend& mend : mends_of_width(study(), point, baseline))
            QVERIFY2(mend.title.find("(parameters") == std::string::npos, mend.title.c_str());
    }

    void a_grid_is_added_around_the_rate() {
        const auto mend = mend_by_rate_grid(study(), 3e-4);
        QVERIFY(mend);
        const StudyConfig after = mended(study(), *mend);
        QCOMPARE(after.grid.size(), std::size_t{2});
        QCOMPARE(after.grid.front().first, std::string("train.lr"));
        QCOMPARE(after.grid.front().second, (std::vector<Json>{1e-4, 3e-4, 9e-4}));
        QVERIFY(!mend_by_rate_grid(after, 3e-4));
    }
};

QTEST_GUILESS_MAIN(MendTest)
#include "mend_test.moc"
