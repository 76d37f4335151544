#include "core/config/study_config.h"

#include "core/train/register.h"
#include "tests/support/throws.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace ablate;
using test::input_error;
using test::is_line_with;

class StudyConfigTest : public QObject {
    Q_OBJECT

    static StudyConfig read(const char* text) { return study_from_json(Json::parse(text), "s.json"); }
    static std::vector<std::string> names(const StudyConfig& study, const std::vector<std::string>& settings = {}) {
        std::vector<std::string> names;
        for (const VariantPoint& point : expand(study, settings)) names.push_back(point.name);
        return names;
    }
    using Names = std::vector<std::string>;

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_baseline_comes_first_and_the_patch_wins_over_set() {
        const auto study = read(R"({"name": "s", "variants": [{"name": "v", "patch": {"train": {"lr": 0.5}}}]})");
        const auto points = expand(study, {"train.lr=0.1", "train.steps=9", "train.warmup=1"});
        QCOMPARE(points.size(), std::size_t(2));
        QCOMPARE(points[0].name, std::string("baseline"));
        QCOMPARE(points[0].config.train.lr, 0.1);
        QCOMPARE(points[1].config.train.lr, 0.5);
        QCOMPARE(points[1].config.train.steps, std::int64_t(9));
    }

    void a_grid_point_wins_over_the_patch_and_is_named() {
        const auto study = read(R"({"name": "s", "variants": [{"name": "v", "patch": {"train": {"lr": 0.5}}}],
                                    "grid": {"train.lr": [0.001, 0.01]}})");
        QCOMPARE(names(study),
                 (Names{"baseline@train.lr=0.001", "baseline@train.lr=0.01", "v@train.lr=0.001", "v@train.lr=0.01"}));
        QCOMPARE(expand(study)[3].config.train.lr, 0.01);
    }

    void the_context_may_vary() {
        const auto points = expand(read(R"({"name": "s", "grid": {"data.context": [64, 128]}})"));
        QCOMPARE(points[1].config.data.context, std::int64_t(128));
    }

    void pairs_and_leave_one_out() {
        const char* text = R"({"name": "s", "combine": "%1", "variants": [
            {"name": "a", "patch": {"model": {"position": "none"}}},
            {"name": "b", "patch": {"model": {"placement": "post"}}},
            {"name": "c", "patch": {"model": {"placement": "sandwich"}}}]})";
        const auto with = [&](const char* combine) { return read(QString(text).arg(combine).toUtf8().constData()); };
        // b and c set the same option: their pair is c again and left out.
        QCOMPARE(names(with("pairs")), (Names{"baseline", "a", "b", "c", "a+b", "a+c"}));
        QCOMPARE(names(with("leave-one-out")), (Names{"baseline", "all", "all-but-a", "all-but-b", "all-but-c"}));
        QCOMPARE(names(with("full")), (Names{"baseline", "a", "b", "c", "a+b", "a+c"}));
    }

    void full_makes_every_combination() {
        const StudyConfig study = read(R"({"name": "s", "combine": "full", "variants": [
            {"name": "a", "patch": {"model": {"position": "none"}}},
            {"name": "b", "patch": {"model": {"placement": "post"}}},
            {"name": "c", "patch": {"train": {"lr": 0.002}}}]})");
        QCOMPARE(names(study), (Names{"baseline", "a", "b", "c", "a+b", "a+c", "b+c", "a+b+c"}));
    }

    void bad_studies_are_one_line_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("part");
        QTest::newRow("no name") << R"({})"
                                 << "has no \"name\"";
        QTest::newRow("newer") << R"({"format": 9, "name": "s"})"
                               << "reads format 1";
        QTest::newRow("key") << R"({"name": "s", "varaints": []})"
                             << "did you mean 'variants'?";
        QTest::newRow("twice") << R"({"name": "s", "variants": [{"name": "a"}, {"name": "a"}]})"
                               << "appears twice";
        QTest::newRow("baseline") << R"({"name": "s", "variants": [{"name": "baseline"}]})"
                                  << "implicit";
        QTest::newRow("path") << R"({"name": "../s"})"
                              << "is not a name";
        QTest::newRow("seed") << R"({"name": "s", "seeds": [1, -2]})"
                              << "whole number";
        QTest::newRow("seeds") << R"({"name": "s", "seeds": [1, 1]})"
                               << "twice";
        QTest::newRow("policy") << R"({"name": "s", "policy": "ignore"})"
                                << "not one of stop, record";
        QTest::newRow("no change")
            << R"({"name": "s", "variants": [{"name": "a", "patch": {"model": {"placement": "pre"}}}]})"
            << "changes nothing";
        QTest::newRow("data") << R"({"name": "s", "variants": [{"name": "a", "patch": {"data": {"vocab_size": 99}}}]})"
                              << "only data.context may vary";
        QTest::newRow("data grid") << R"({"name": "s", "grid": {"data.vocab_size": [98, 99]}})"
                                   << "only data.context may vary";
        QTest::newRow("grid key") << R"({"name": "s", "grid": {"train.rl": [1]}})"
                                  << "unknown key 'train.rl'";
        QTest::newRow("grid") << R"({"name": "s", "grid": {"train.lr": []}})"
                              << "list of values";
        QTest::newRow("grid value") << R"({"name": "s", "grid": {"train.lr": ["x"]}})"
                                    << "must be a number";
    }
    void bad_studies_are_one_line() {
        QFETCH(QString, text);
        QFETCH(QString, part);
        const auto act = [&] { expand(read(text.toUtf8().constData())); };
        QVERIFY(is_line_with(input_error(act), {part.toUtf8().constData()}));
    }

    void a_study_survives_its_own_json() {
        for (const auto& file : preset_files()) {
            const StudyConfig study = load_study(file);
            QCOMPARE(file.stem().string(), study.name);
            const StudyConfig again = study_from_json(to_json(study), "again");
            QVERIFY(to_json(again) == to_json(study));
            for (const VariantPoint& point : expand(study)) require_valid(point.config, point.name);
        }
        QVERIFY(preset_files().size() >= 4);
    }

    void names_are_looked_up_in_order() {
        const QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        QVERIFY(find_study("quick", workspace).preset);
        std::filesystem::create_directories(workspace / "studies");
        QFile own(folder.filePath("studies/quick.json"));
        QVERIFY(own.open(QFile::WriteOnly) && own.write(R"({"name": "quick"})") > 0);
        own.close();
        QVERIFY(!find_study("quick", workspace).preset);
        QVERIFY(is_line_with(input_error([&] { find_study("quik", workspace); }),
                             {"no study 'quik'", "did you mean 'quick'?"}));
        QVERIFY(is_line_with(input_error([&] { find_study("no/such.json", workspace); }), {"no such study file"}));
    }
};

QTEST_GUILESS_MAIN(StudyConfigTest)
#include "study_config_test.moc"
