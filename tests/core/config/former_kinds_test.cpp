#include "core/config/former_kinds.h"

#include "core/base/sha256.h"
#include "core/config/study_config.h"
#include "core/train/register.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using test::input_error;
using test::is_line_with;

// Kinds under the names of earlier versions: rope_linear and rope_llama3 are options of rope, henry is qk_l2. They are
// read wherever a configuration is read, and mean what they meant.
class FormerKindsTest : public QObject {
    Q_OBJECT

    static RunConfig with(const QString& settings) {
        RunConfig config;
        for (const QString& setting : settings.split(' '))
            config = patched(config, patch_from_setting(setting.toStdString()), "--set ");
        return config;
    }
    static Json at_position(Json choice) { return {{"model", {{"position", std::move(choice)}}}}; }
    static KindChoice position(const Json& choice) { return kind_from_json("position", choice, "test"); }
    static KindChoice position_after(const RunConfig& base, const Json& choice) {
        return patched(base, at_position(choice), "patch").model.position;
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    // The texts that earlier versions hashed.
    void hashes_are_those_of_earlier_versions_data() {
        QTest::addColumn<QString>("settings");
        QTest::addColumn<QString>("model");
        const auto row = [](const char* settings, const char* model) { QTest::newRow(settings) << settings << model; };
        row("model.position=rope_linear", R"({"position":{"kind":"rope_linear"}})");
        row("model.position=rope model.position.scaling=linear model.position.factor=2",
            R"({"position":{"kind":"rope_linear"}})");
        row("model.position.kind=rope_linear model.position.factor=3 model.position.layout=interleaved",
            R"({"position":{"factor":3.0,"kind":"rope_linear","layout":"interleaved"}})");
        row("model.position.scaling=linear", R"({"position":{"factor":8.0,"kind":"rope_linear"}})");
        row("model.position=rope_llama3", R"({"position":{"kind":"rope_llama3"}})");
        row("model.position.scaling=llama3 model.position.theta=500000", R"({"position":{"kind":"rope_llama3"}})");
        row("model.position=rope_llama3 model.position.theta=10000",
            R"({"position":{"kind":"rope_llama3","theta":10000.0}})");
        row("model.position.factor=3 model.position.original_context=64", "{}");  // nothing reads them
        row("model.norm.q=henry model.norm.k.kind=henry", R"({"norm":{"k":{"kind":"henry"},"q":{"kind":"henry"}}})");
        row("model.norm.q=qk_l2 model.norm.k=qk_l2 model.norm.k.eps=0.5",
            R"({"norm":{"k":{"eps":0.5,"kind":"henry"},"q":{"kind":"henry"}}})");
    }
    void hashes_are_those_of_earlier_versions() {
        QFETCH(QString, settings);
        QFETCH(QString, model);
        QCOMPARE(config_hash(with(settings), "d"),
                 sha256_hex(R"({"data":{"sha256":"d"},"model":)" + model.toStdString() + R"(,"train":{}})"));
    }

    void former_names_are_read_with_their_defaults() {
        const KindChoice linear = position("rope_linear"), llama3 = position({{"kind", "rope_llama3"}});
        QCOMPARE(linear.kind, std::string("rope"));
        QCOMPARE(linear.text("scaling"), std::string("linear"));
        QCOMPARE(linear.real("factor"), 2.0);
        QCOMPARE(linear.real("theta"), 10000.0);
        QCOMPARE(llama3.text("scaling"), std::string("llama3"));
        QCOMPARE(llama3.real("factor"), 8.0);
        QCOMPARE(llama3.real("theta"), 500000.0);
        QCOMPARE(kind_from_json("norm", "henry", "test").kind, std::string("qk_l2"));
        QCOMPARE(kind_in_words("position", linear), std::string("RoPE, linear scaling"));
        QCOMPARE(kind_in_words("position", position("rope")), std::string("RoPE"));
    }

    void a_former_name_beside_its_own_option_is_refused() {
        const std::string line = input_error([] { position({{"kind", "rope_linear"}, {"scaling", "none"}}); });
        QVERIFY(is_line_with(line, {"rope_linear", "rope with scaling", "leave out scaling"}));
        QVERIFY(is_line_with(input_error([] {
                                 position_after(RunConfig(), {{"kind", "rope_llama3"}, {"scaling", "linear"}});
                             }),
                             {"patch.model.position", "rope_llama3"}));
    }

    // A patch meant another kind then, whose options were discarded.
    void patches_mean_what_they_meant() {
        const RunConfig plain =
            patched(RunConfig(), at_position({{"theta", 500.0}, {"layout", "interleaved"}}), "plain");
        QVERIFY(position_after(plain, {{"kind", "rope_linear"}}) == position("rope_linear"));
        QVERIFY(position_after(plain, {{"kind", "rope_llama3"}, {"theta", nullptr}}) == position("rope_llama3"));
        QVERIFY(position_after(plain, "rope_linear") == position("rope_linear"));

        const RunConfig llama3 =
            patched(RunConfig(), at_position({{"kind", "rope_llama3"}, {"theta", 1000.0}}), "llama3");
        QVERIFY(position_after(llama3, {{"kind", "rope_llama3"}, {"factor", 4.0}}) ==
                position({{"kind", "rope_llama3"}, {"theta", 1000.0}, {"factor", 4.0}}));
        QVERIFY(position_after(llama3, {{"kind", "rope_llama3"}, {"theta", nullptr}}) == position("rope_llama3"));
        QVERIFY(position_after(llama3, {{"kind", "rope_linear"}}) == position("rope_linear"));
        QVERIFY(position_after(llama3, {{"kind", "rope"}}) == position("rope"));
        QVERIFY(position_after(llama3, {{"kind", "none"}}) == position("none"));
    }

    // Whoever states the scaling speaks of options of one kind.
    void a_patch_of_the_scaling_keeps_the_other_options() {
        const RunConfig plain = patched(RunConfig(), at_position({{"theta", 500.0}}), "plain");
        for (const Json& patch : {Json{{"scaling", "linear"}, {"factor", 4.0}},
                                  Json{{"kind", "rope"}, {"scaling", "linear"}, {"factor", 4.0}}}) {
            const KindChoice scaled = position_after(plain, patch);
            QCOMPARE(scaled.real("theta"), 500.0);
            QCOMPARE(scaled.text("scaling"), std::string("linear"));
            QCOMPARE(scaled.real("factor"), 4.0);
        }
        const RunConfig henry = with("model.norm.q=henry model.norm.q.eps=0.5 model.norm.q.kind=qk_l2");
        QCOMPARE(henry.model.norm_at(NormSite::q).real("eps"), 0.5);
    }

    void study_files_mean_what_they_meant() {
        const StudyConfig study = study_from_json(Json::parse(R"({"name": "s",
            "baseline": {"model": {"position": {"kind": "rope_linear", "theta": 500}}},
            "variants": [
                {"name": "plain", "patch": {"model": {"position": {"kind": "rope"}}}},
                {"name": "wider", "patch": {"model": {"position": {"kind": "rope_linear", "factor": 3}}}},
                {"name": "llama3", "patch": {"model": {"position": {"kind": "rope_llama3"}}}},
                {"name": "qk", "patch": {"model": {"norm": {"q": {"kind": "henry"}, "k": {"kind": "henry"}}}}}]})"),
                                                  "s.json");
        const std::vector<VariantPoint> points = expand(study);
        QVERIFY(points[0].config.model.position == position({{"kind", "rope_linear"}, {"theta", 500.0}}));
        QVERIFY(points[1].config.model.position == position("rope"));
        QVERIFY(points[2].config.model.position ==
                position({{"kind", "rope_linear"}, {"theta", 500.0}, {"factor", 3.0}}));
        QVERIFY(points[3].config.model.position == position("rope_llama3"));
        QCOMPARE(points[4].config.model.norm_at(NormSite::k).kind, std::string("qk_l2"));
        const RunConfig set = patched(points[0].config, patch_from_setting("model.position=rope"), "--set ");
        QVERIFY(set.model.position == position("rope"));
    }

    void grids_mean_what_they_meant() {
        const auto positions = [](const char* grid) {
            const Json json{{"name", "s"}, {"grid", Json::parse(grid)}};
            std::vector<KindChoice> found;
            for (const VariantPoint& point : expand(study_from_json(json, "s.json"), {"model.position=rope_llama3"}))
                found.push_back(point.config.model.position);
            return found;
        };
        const std::vector<KindChoice> kinds = positions(R"({"model.position.kind": ["rope", "rope_linear"]})");
        QVERIFY((kinds == std::vector{position("rope"), position("rope_linear")}));
        const std::vector<KindChoice> whole =
            positions(R"({"model.position": ["rope_linear", {"kind": "rope_linear", "factor": 3}]})");
        QVERIFY((whole == std::vector{position("rope_linear"), position({{"kind", "rope_linear"}, {"factor", 3.0}})}));
    }

    // As run.json and trainer.json of earlier versions hold it: every option stated.
    void stored_configurations_are_read_as_they_were_meant() {
        Json stored = to_json(RunConfig());
        stored["model"]["position"] = {
            {"kind", "rope_linear"}, {"theta", 10000.0}, {"factor", 2.0}, {"layout", "half"}};
        stored["model"]["norm"]["q"] = stored["model"]["norm"]["k"] = {{"kind", "henry"}, {"eps", 1e-12}};
        const RunConfig read = stored_run_config(stored, "run.json");
        const RunConfig now = with(
            "model.position.scaling=linear model.position.factor=2 model.norm.q=qk_l2 "
            "model.norm.k=qk_l2");
        QVERIFY(difference(read, now).empty());
        QCOMPARE(config_hash(read, "d"), config_hash(now, "d"));
        stored["model"]["position"] = {{"kind", "rope"}, {"theta", 10000.0}, {"layout", "half"}};
        QVERIFY(stored_run_config(stored, "run.json").model.position == position("rope"));
    }

    void differences_name_the_options_in_use() {
        const RunConfig plain, scaled = with("model.position=rope_linear");
        std::vector<std::string> words;
        for (const ConfigDifference& one : difference(plain, scaled)) words.push_back(in_words(one));
        QCOMPARE(words,
                 (std::vector<std::string>{"Position, scaling: none → linear", "Position, factor: (unused) → 2"}));
        for (const auto& [from, to] : {std::pair{&plain, &scaled}, {&scaled, &plain}})
            QVERIFY(to_json(patched(*from, patch_between(*from, *to), "patch")) == to_json(*to));
    }
};

QTEST_GUILESS_MAIN(FormerKindsTest)
#include "former_kinds_test.moc"
