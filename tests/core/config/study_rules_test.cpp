#include "core/config/seeds.h"
#include "core/config/study_config.h"
#include "core/train/register.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using test::input_error;
using test::is_line_with;

// What a study combines, in which order its parts win, and what its messages say would be right.
class StudyRulesTest : public QObject {
    Q_OBJECT

    static StudyConfig read(const char* text) { return study_from_json(Json::parse(text), "s.json"); }
    static VariantPoint point(const StudyConfig& study, const std::string& name) {
        for (const VariantPoint& one : expand(study))
            if (one.name == name) return one;
        throw std::runtime_error("no point " + name);
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void a_setting_wins_over_the_policy_of_the_study() {
        const StudyConfig study = read(R"({"name": "s", "policy": "record",
                                           "variants": [{"name": "a", "patch": {"train": {"lr": 0.5}}}]})");
        QCOMPARE(expand(study).front().config.train.policy, std::string("record"));
        for (const VariantPoint& one : expand(study, {"train.policy=stop"}))
            QCOMPARE(one.config.train.policy, std::string("stop"));
    }

    // theta belongs to RoPE: without positions it is discarded, and the pair is "nope" again.
    void a_pair_applies_its_patches_one_after_the_other() {
        const StudyConfig study = read(R"({"name": "s", "combine": "pairs", "variants": [
            {"name": "theta", "patch": {"model": {"position": {"theta": 500}}}},
            {"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}},
            {"name": "fast", "patch": {"train": {"lr": 0.5}}}]})");
        std::vector<std::string> names;
        for (const VariantPoint& one : expand(study)) names.push_back(one.name);
        QCOMPARE(names, (std::vector<std::string>{"baseline", "theta", "nope", "fast", "theta+fast", "nope+fast"}));
        const RunConfig pair = point(study, "theta+fast").config;
        QCOMPARE(pair.model.position.real("theta"), 500.0);
        QCOMPARE(pair.train.lr, 0.5);
    }

    void all_together_discard_the_options_of_an_earlier_kind() {
        const StudyConfig study = read(R"({"name": "s", "combine": "leave-one-out", "variants": [
            {"name": "rms", "patch": {"model": {"norm": {"final": {"kind": "rms", "eps": 0.25}}}}},
            {"name": "layer", "patch": {"model": {"norm": {"final": {"kind": "layer"}}}}},
            {"name": "fast", "patch": {"train": {"lr": 0.5}}}]})");
        const KindChoice norm = point(study, "all").config.model.norm_at(NormSite::final);
        QCOMPARE(norm.kind, std::string("layer"));
        QVERIFY(norm.options == kind_from_json("norm", "layer", "test").options);
        QCOMPARE(point(study, "all-but-layer").config.model.norm_at(NormSite::final).real("eps"), 0.25);
    }

    void bad_studies_say_what_would_be_right_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("part");
        QTest::newRow("leave one of one") << R"({"name": "s", "combine": "leave-one-out",
                   "variants": [{"name": "a", "patch": {"train": {"lr": 1}}}]})"
                                          << "combine: leave-one-out needs two variants or more";
        QTest::newRow("no pair") << R"({"name": "s", "combine": "pairs"})"
                                 << "combine: pairs needs two variants or more";
        QTest::newRow("value twice") << R"({"name": "s", "grid": {"train.lr": [0.1, 0.2, 0.1]}})"
                                     << "grid train.lr: the value 0.1 is given twice";
        QTest::newRow("value in two forms") << R"({"name": "s", "grid": {"train.lr": [1, 1.0]}})"
                                            << "grid train.lr: the value 1 is given twice";
        QTest::newRow("grid of seeds") << R"({"name": "s", "grid": {"seed": [1, 2]}})"
                                       << "seeds are set with --seeds or in the study's \"seeds\"";
        QTest::newRow("seed of the training") << R"({"name": "s", "baseline": {"train": {"seed": 3}}})"
                                              << "seeds are set with --seeds";
        QTest::newRow("seeds of a variant") << R"({"name": "s", "variants": [{"name": "a", "seeds": [1]}]})"
                                            << "seeds are set with --seeds";
        QTest::newRow("seed of the study") << R"({"name": "s", "seed": 1})"
                                           << "did you mean 'seeds'?";
        QTest::newRow("dotted key") << R"({"name": "s", "baseline": {"train.steps": 4}})"
                                    << R"(baseline: unknown key 'train.steps'; write {"train": {"steps": 4}})";
        QTest::newRow("dotted key of a group") << R"({"name": "s", "baseline": {"model": {"norm.q": "rms"}}})"
                                               << R"(write {"norm": {"q": "rms"}})";
        QTest::newRow("Baseline")
            << R"({"name": "s", "variants": [{"name": "BaseLine", "patch": {"train": {"lr": 1}}}]})"
            << "'BaseLine' differs from 'baseline' only in case";
        QTest::newRow("variant without a name") << R"({"name": "s", "variants": [{"patch": {}}]})"
                                                << "s.json.variants[0]: has no \"name\"";
    }
    void bad_studies_say_what_would_be_right() {
        QFETCH(QString, text);
        QFETCH(QString, part);
        const auto act = [&] { expand(read(text.toUtf8().constData())); };
        QVERIFY(is_line_with(input_error(act), {part.toUtf8().constData()}));
    }

    void a_setting_says_what_would_be_right_data() {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("part");
        QTest::newRow("seed") << "seed=3"
                              << "--set: unknown key 'seed'; seeds are set with --seeds";
        QTest::newRow("seed of the training") << "train.seed=3"
                                              << "seeds are set with --seeds";
        QTest::newRow("seeds") << "seeds=3"
                               << "seeds are set with --seeds";
        QTest::newRow("option of another kind") << "model.norm.q.eps=1e-3"
                                                << "--set model.norm.q: its kind is none (No norm), which has no "
                                                   "option 'eps'; set model.norm.q.kind first, to ";
        QTest::newRow("null") << "train.steps=null"
                              << "--set train.steps: null resets an option in a patch";
        QTest::newRow("null of a kind's") << "model.position.theta=null"
                                          << "null resets";
        QTest::newRow("words") << "train.steps=4 steps"
                               << "--set train.steps: cannot read '4 steps' as a number";
    }
    void a_setting_says_what_would_be_right() {
        QFETCH(QString, setting);
        QFETCH(QString, part);
        const StudyConfig study = read(R"({"name": "s"})");
        const std::string message = input_error([&] { expand(study, {setting.toStdString()}); });
        QVERIFY(is_line_with(message, {part.toUtf8().constData()}));
        QVERIFY2(message.find("thousands") == std::string::npos, message.c_str());
    }

    void seeds_have_no_leading_zeros() {
        for (const char* text : {"1,000", "007", "1-03", "01-3"})
            QVERIFY2(is_line_with(input_error([&] { seeds_from_text(text, "--seeds"); }),
                                  {"--seeds: '", "begins with a zero"}),
                     text);
        QCOMPARE(seeds_from_text("0,10", "--seeds"), (std::vector<std::int64_t>{0, 10}));
        QCOMPARE(seeds_from_text("0-2", "--seeds"), (std::vector<std::int64_t>{0, 1, 2}));
    }

    void a_validation_text_without_a_path_is_named() {
        const RunConfig config = patched(RunConfig{}, patch_from_setting("data.val.news="), "--set ");
        QVERIFY(is_line_with(input_error([&] { require_valid(config, "baseline"); }),
                             {"baseline.data.val.news: is empty"}));
    }
};

QTEST_GUILESS_MAIN(StudyRulesTest)
#include "study_rules_test.moc"
