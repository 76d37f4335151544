#include "core/run/known_keys.h"

#include "core/train/register.h"
#include "tests/support/throws.h"

#include <QFloat16>  // QCOMPARE of Json asks whether it converts to one
#include <QTest>

#include <cmath>

using namespace ablate;
using run::KnownKeys;

namespace {

run::RunInfo imported(const Json& known) {
    run::RunInfo info;
    info.id = "1a2b3c4d";
    info.source = {{"format", "csv"}, {"known", known}, {"remarks", {"one", 2, "three"}}};
    return info;
}

}  // namespace

class KnownKeysTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void all_of_a_run_of_ours() {
        const run::RunInfo ours;
        QVERIFY(!run::is_imported_log(ours));
        QVERIFY(KnownKeys(ours).all() && KnownKeys(ours).has("train.lr"));
        QCOMPARE(run::known_config(ours.config, KnownKeys(ours)), to_json(ours.config));
        QCOMPARE(run::known_tokens_per_step(ours.config, KnownKeys(ours)), tokens_per_step(ours.config));
        QCOMPARE(run::source_format(ours), std::string());
        run::refuse_imported_log(ours, "trained");
    }

    void keys_groups_and_kinds_of_a_log() {
        const KnownKeys known(imported({"train.lr", "model.position", "data"}));
        for (const char* key : {"train.lr", "model.position", "model.position.theta", "data.context"})
            QVERIFY2(known.has(key), key);
        for (const char* key : {"train.lr_min_ratio", "train", "model", "model.positions", "dat", ""})
            QVERIFY2(!known.has(key), key);
    }

    void only_what_is_known_is_told() {
        const run::RunInfo info = imported({"train.lr", "model.position"});
        const Json told = run::known_config(info.config, KnownKeys(info));
        QCOMPARE(told.size(), std::size_t{2});
        QCOMPARE(told["train"], Json({{"lr", info.config.train.lr}}));
        QCOMPARE(told["model"].size(), std::size_t{1});
        QCOMPARE(told["model"]["position"]["kind"], Json("rope"));
        QVERIFY(run::known_config(info.config, KnownKeys(imported(Json::array()))).is_null());
        QVERIFY(std::isnan(run::known_tokens_per_step(info.config, KnownKeys(info))));
        const KnownKeys batch(imported({"train.batch", "train.accumulate", "data.context"}));
        QCOMPARE(run::known_tokens_per_step(info.config, batch), tokens_per_step(info.config));
    }

    void differences_in_what_both_sides_tell() {
        const RunConfig before;
        const RunConfig after = patched(before, {{"train", {{"lr", 0.5}, {"batch", 7}}}}, "test");
        const KnownKeys all, lr(imported({"train.lr"})), batch(imported({"train.batch"}));
        QCOMPARE(run::known_difference(before, all, after, all).size(), std::size_t{2});
        const auto one = run::known_difference(before, all, after, lr);
        QCOMPARE(one.size(), std::size_t{1});
        QCOMPARE(one.front().key, std::string("train.lr"));
        QVERIFY(run::known_difference(before, batch, after, lr).empty());
    }

    // run.json may be a stranger's.
    void a_source_of_other_types() {
        for (const Json& known : {Json(), Json("train.lr"), Json({1, nullptr, ""}), Json::object()})
            QVERIFY(!KnownKeys(imported(known)).has("train.lr") && !KnownKeys(imported(known)).has(""));
        QCOMPARE(run::source_remarks(imported({})), (std::vector<std::string>{"one", "three"}));
        run::RunInfo info;
        info.source = Json::object();
        QCOMPARE(run::source_format(info), std::string("unknown"));
        QVERIFY(test::is_line_with(test::input_error([&] { run::refuse_imported_log(imported({}), "trained"); }),
                                   {"1a2b3c4d", "imported log (csv)", "cannot be trained"}));
    }
};

QTEST_GUILESS_MAIN(KnownKeysTest)
#include "known_keys_test.moc"
