#include "ui/collapse/remedies.h"

#include "core/config/study_edits.h"
#include "core/run/run_directory.h"
#include "tests/support/synthetic_runs.h"

#include <QTest>

using namespace ablate;
using namespace ablate::ui;

class RemediesTest : public QObject {
    Q_OBJECT

    enum { rate, clipping, warmup, qk_norm };

    static StudyConfig study() {
        StudyConfig study;
        study.name = "quick";
        study.baseline = test::synthetic_baseline();  // lr 0.01, a warm-up of 10 of 100 steps, clipped at 1
        study.variants = {{"no-norm", "No norm", test::kNoNorm}};
        return study;
    }
    static run::RunInfo run_of(const char* variant, const char* label, const Json& patch) {
        run::RunInfo run;
        run.study = "quick";
        run.variant = variant;
        run.label = label;
        run.config = test::synthetic_config(patch);
        return run;
    }
    static run::RunInfo baseline() { return run_of("baseline", "Baseline", Json::object()); }
    // The new variant's configuration.
    static RunConfig config_of(const Remedy& remedy) {
        return patched(baseline_config(remedy.study), remedy.study.variants.back().patch, "new");
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void each_remedy_says_what_it_sets() {
        const auto all = remedies(baseline(), study());
        QCOMPARE(all.size(), std::size_t{4});
        QCOMPARE(all[rate].why_not, QString());
        QCOMPARE(all[rate].name, QString("baseline-lower-lr"));
        QCOMPARE(all[rate].trains, std::string("baseline-lower-lr"));
        QVERIFY(all[rate].study.variants.back().patch == Json({{"train", {{"lr", 0.0033}}}}));
        QCOMPARE(all[rate].study.variants.back().label, std::string("Baseline, learning rate 0.0033"));
        QVERIFY2(all[rate].changes.contains("0.01") && all[rate].changes.contains("0.0033"),
                 qPrintable(all[rate].changes));
        QCOMPARE(all[warmup].name, QString("baseline-warmup"));
        QCOMPARE(config_of(all[warmup]).train.warmup, 30);
        QCOMPARE(all[qk_norm].name, QString("baseline-qk-norm"));
        const RunConfig normalized = config_of(all[qk_norm]);
        QCOMPARE(normalized.model.norm_at(NormSite::q).kind, std::string("rms"));
        QCOMPARE(normalized.model.norm_at(NormSite::k).kind, std::string("rms"));
        QVERIFY(!all[qk_norm].changes.isEmpty());
        for (const int kind : {rate, warmup, qk_norm}) QCOMPARE(all[kind].study.variants.size(), std::size_t{2});
    }

    void what_changes_nothing_says_why() {
        QVERIFY(remedies(baseline(), study())[clipping].why_not.contains("on already, at 1"));
        StudyConfig unclipped = study();
        unclipped.baseline["train"]["clip"] = 0;
        run::RunInfo run = run_of("baseline", "Baseline", {{"train", {{"clip", 0}}}});
        const Remedy remedy = remedies(run, unclipped)[clipping];
        QCOMPARE(remedy.why_not, QString());
        QCOMPARE(config_of(remedy).train.clip, 1.0);

        run = run_of(
            "baseline", "Baseline",
            {{"train", {{"warmup", 50}}}, {"model", {{"norm", {{"q", {{"kind", "rms"}}}, {"k", {{"kind", "rms"}}}}}}}});
        const auto all = remedies(run, study());
        QVERIFY(all[warmup].why_not.contains("half of the steps"));
        QVERIFY(all[qk_norm].why_not.contains("normalized already"));
    }

    void the_variant_keeps_what_it_changes() {
        const auto all = remedies(run_of("no-norm", "No norm", test::kNoNorm), study());
        QCOMPARE(all[rate].name, QString("no-norm-lower-lr"));
        QCOMPARE(all[rate].study.variants.back().label, std::string("No norm, learning rate 0.0033"));
        const RunConfig config = config_of(all[rate]);
        QCOMPARE(config.train.lr, 0.0033);
        QCOMPARE(config.model.norm_at(NormSite::final).kind, std::string("none"));
    }

    void a_variant_that_the_study_lost_is_made_of_the_run() {
        const auto all = remedies(run_of("a+b", "Both", test::kNoPE), study());
        QCOMPARE(all[rate].name, QString("a-b-lower-lr"));
        QCOMPARE(config_of(all[rate]).model.position.kind, std::string("none"));
        QCOMPARE(config_of(all[rate]).train.lr, 0.0033);
    }

    void a_remedy_is_not_added_twice() {
        const StudyConfig once = remedies(baseline(), study())[rate].study;
        QVERIFY(remedies(baseline(), once)[rate].why_not.contains("baseline-lower-lr"));
        StudyConfig taken = study();
        taken.variants[0].name = "baseline-lower-lr";
        QCOMPARE(remedies(baseline(), taken)[rate].name, QString("baseline-lower-lr-2"));
    }

    void a_grid_of_learning_rates_is_extended() {
        StudyConfig swept = study();
        swept.grid = {{"train.lr", {0.001, 0.01, 0.1}}};
        run::RunInfo run = run_of("no-norm", "No norm", test::kNoNorm);
        run.grid_point = "train.lr=0.1";
        run.config.train.lr = 0.1;
        const auto all = remedies(run, swept);
        QCOMPARE(all[rate].why_not, QString());
        QCOMPARE(all[rate].trains, std::string("no-norm@train.lr=0.033"));
        QVERIFY(all[rate].study.grid[0].second == (std::vector<Json>{0.001, 0.01, 0.033, 0.1}));
        const auto points = expand(all[rate].study);
        QVERIFY(std::any_of(points.begin(), points.end(),
                            [&](const VariantPoint& point) { return point.name == all[rate].trains; }));
        // The others are variants, trained at this point.
        QCOMPARE(all[warmup].trains, std::string("no-norm-warmup@train.lr=0.1"));

        swept.grid = {{"train.lr", {0.001, 0.033, 0.1}}};
        QVERIFY(remedies(run, swept)[rate].why_not.contains("0.033 already"));
        swept.grid = {{"train.warmup", {10, 20}}};
        QVERIFY(remedies(run, swept)[warmup].why_not.contains("grid sets this option"));
    }

    void imported_logs_cannot_be_trained() {
        run::RunInfo run = baseline();
        run.source = {{"format", "hf-trainer"}};
        for (const Remedy& remedy : remedies(run, study())) QVERIFY(remedy.why_not.contains("imported log"));
    }
};

QTEST_GUILESS_MAIN(RemediesTest)
#include "remedies_test.moc"
