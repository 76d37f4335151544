#include "core/config/study_config.h"

#include "core/base/sha256.h"
#include "core/config/config_hash_0_1.h"
#include "core/train/register.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using test::input_error;
using test::is_line_with;

class RunConfigTest : public QObject {
    Q_OBJECT

    static RunConfig read(const Json& json) { return run_config_from_json(json, "file"); }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void defaults_are_valid_and_every_option_is_described() {
        const Json json = to_json(RunConfig{});
        for (const ListedField& field : run_config_fields()) {
            const Json value =
                json.at(Json::json_pointer("/" + QString::fromStdString(field.key).replace('.', '/').toStdString()));
            const Json declared = field.info->type == FieldType::kind ? Json(value.at("kind")) : value;
            if (field.info->type != FieldType::kind) checked_value(*field.info, declared, field.key);
            QVERIFY2(!field.info->label.empty() && !field.info->help.empty() && !field.info->heading.empty(),
                     field.key.c_str());
        }
    }

    void json_round_trip_keeps_every_value() {
        RunConfig config;
        config.model.heads = 8;
        config.model.norm_at(NormSite::q) = kind_from_json("norm", "l2", "test");
        config.train.lr = 0.1 + 0.2;
        config.data.val = {{"news", "/x/news.txt"}};
        QVERIFY(to_json(read(to_json(config))) == to_json(config));
    }

    void bad_values_name_place_and_remedy_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("part");
        QTest::newRow("unknown key") << R"({"train": {"learning_rate": 1}})"
                                     << "file.train: unknown key 'learning_rate'";
        QTest::newRow("near key") << R"({"model": {"d_modle": 64}})"
                                  << "did you mean 'model.d_model'?";
        QTest::newRow("unknown group") << R"({"modle": {}})"
                                       << "did you mean 'model'?";
        QTest::newRow("type") << R"({"model": {"layers": "four"}})"
                              << "file.model.layers: must be a whole number";
        QTest::newRow("fraction") << R"({"model": {"layers": 2.5}})"
                                  << "whole number";
        QTest::newRow("range") << R"({"model": {"dropout": 1.5}})"
                               << "out of range";
        QTest::newRow("open range") << R"({"train": {"lr": 0}})"
                                    << "above 0";
        QTest::newRow("huge") << R"({"model": {"d_model": 18446744073709551615}})"
                              << "file.model.d_model";
        QTest::newRow("choice") << R"({"model": {"placement": "prenorm"}})"
                                << "not one of pre, post, sandwich";
        QTest::newRow("kind") << R"({"model": {"norm": {"final": {"kind": "rmss"}}}})"
                              << "did you mean 'rms'?";
        QTest::newRow("kind option") << R"({"model": {"norm": {"final": {"kind": "rms", "epss": 1}}}})"
                                     << "has no option 'epss'";
        QTest::newRow("site") << R"({"model": {"norm": {"attn": {"kind": "rms"}}}})"
                              << "unknown key 'attn'";
        QTest::newRow("map") << R"({"data": {"val": {"a/b": "x"}}})"
                             << "is not a name";
        QTest::newRow("group is a list") << R"({"model": []})"
                                         << "file.model: must be an object";
    }
    void bad_values_name_place_and_remedy() {
        QFETCH(QString, json);
        QFETCH(QString, part);
        const std::string message = input_error([&] { read(Json::parse(json.toStdString())); });
        QVERIFY(is_line_with(message, {part.toUtf8().constData()}));
    }

    void a_patch_merges_and_null_resets() {
        const RunConfig base = patched(RunConfig{}, Json{{"train", {{"lr", 0.5}, {"steps", 7}}}}, "p");
        QCOMPARE(base.train.lr, 0.5);
        QCOMPARE(patched(base, Json{{"train", {{"lr", nullptr}}}}, "p").train.lr, RunConfig{}.train.lr);
        QCOMPARE(patched(base, Json{{"train", {{"lr", nullptr}}}}, "p").train.steps, std::int64_t(7));
    }

    void changing_a_kind_discards_the_old_options() {
        const Json rope{{"model", {{"position", {{"kind", "rope"}, {"theta", 500.0}}}}}};
        const RunConfig base = patched(RunConfig{}, rope, "p");
        QCOMPARE(base.model.position.real("theta"), 500.0);
        const RunConfig nope = patched(base, Json{{"model", {{"position", {{"kind", "none"}}}}}}, "p");
        QVERIFY(!nope.model.position.options.contains("theta"));
        // The same kind again keeps them.
        const RunConfig same = patched(base, Json{{"model", {{"position", {{"kind", "rope"}}}}}}, "p");
        QCOMPARE(same.model.position.real("theta"), 500.0);
    }

    void settings_are_read_as_the_fields_type() {
        const auto set = [](const char* setting) { return patched(RunConfig{}, patch_from_setting(setting), "--set"); };
        QCOMPARE(set("train.lr=1e-2").train.lr, 0.01);
        QCOMPARE(set("train.steps=1e3").train.steps, std::int64_t(1000));
        QCOMPARE(set("model.tie_embeddings=true").model.tie_embeddings, true);
        QCOMPARE(set("data.text=12").data.text, std::string("12"));
        QCOMPARE(set("data.val.news=n.txt").data.val.at("news"), std::string("n.txt"));
        QCOMPARE(set("model.norm.final=layer").model.norm_at(NormSite::final).kind, std::string("layer"));
        QCOMPARE(set("model.norm.final.kind=layer").model.norm_at(NormSite::final).kind, std::string("layer"));
        QCOMPARE(set("model.norm.final.eps=.5").model.norm_at(NormSite::final).real("eps"), 0.5);
        QVERIFY(is_line_with(input_error([&] { set("train.lrr=1"); }), {"unknown key 'train.lrr'", "train.lr"}));
        QVERIFY(is_line_with(input_error([&] { set("train.lr"); }), {"KEY=VALUE"}));
        QVERIFY(is_line_with(input_error([&] { set("train.lr=fast"); }), {"cannot read 'fast' as a number"}));
    }

    void numbers_are_read_as_people_write_them_data() {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<double>("value");
        QTest::newRow("comma") << "model.d_ff=2,048" << 2048.0;
        QTest::newRow("space") << "model.d_ff=12 288" << 12288.0;
        QTest::newRow("no-break space") << "model.d_ff=12\u00a0288" << 12288.0;
        QTest::newRow("underscore") << "train.steps=1_000_000" << 1e6;
        QTest::newRow("exponent") << "train.steps=2e4" << 2e4;
        QTest::newRow("exponent with a fraction") << "train.steps=1.5E3" << 1500.0;
        QTest::newRow("surrounded") << "train.steps= 250 " << 250.0;
        QTest::newRow("plus") << "train.steps=+7" << 7.0;
        QTest::newRow("a real one") << "model.position.theta=500,000" << 500000.0;
        QTest::newRow("with a fraction") << "model.position.theta=10,000.5" << 10000.5;
        QTest::newRow("without a zero") << "train.lr=.003" << 0.003;
    }
    void numbers_are_read_as_people_write_them() {
        QFETCH(QString, setting);
        QFETCH(double, value);
        const std::string text = setting.toStdString(), key = text.substr(0, text.find('='));
        const Json json = to_json(patched(RunConfig{}, patch_from_setting(text), "--set"));
        QCOMPARE(schema_detail::find(json, key)->get<double>(), value);
    }

    void what_may_be_a_slip_is_no_number_data() {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("part");
        for (const char* text : {"2,04", "1,0000", "1,00,000", "1234,567", "1,234_567", "0,500", "2,048,", "2,,048",
                                 "3 5", "1_0", "12,34.5"})
            QTest::newRow(text) << QString("train.steps=") + text << "groups of three digits";
        QTest::newRow("decimal comma") << "train.lr=0,001"
                                       << "written with a point";
        for (const char* text : {",048", "1e", "0x10", "10k", "inf", "nan", "--3", "1.2.3"})
            QTest::newRow(text) << QString("train.steps=") + text << QString("cannot read '%1' as a number").arg(text);
        QTest::newRow("empty") << "train.steps="
                               << "the value is empty";
        QTest::newRow("vast") << "train.lr=1e999"
                              << "beyond what a number can hold";
        QTest::newRow("fraction") << "train.steps=1e-3"
                                  << "must be a whole number";
        QTest::newRow("beyond exact") << "train.steps=1e20"
                                      << "too large";
    }
    void what_may_be_a_slip_is_no_number() {
        QFETCH(QString, setting);
        QFETCH(QString, part);
        const std::string message =
            input_error([&] { patched(RunConfig{}, patch_from_setting(setting.toStdString()), "--set"); });
        QVERIFY2(is_line_with(message, {"train.", part.toUtf8().constData()}), message.c_str());
    }

    void an_unknown_key_offers_the_option_that_was_meant_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("line");
        QTest::newRow("another group") << QByteArray(R"({"model": {"vocab_size": 100}})")
                                       << "x.model: unknown key 'vocab_size'; did you mean 'data.vocab_size'?";
        QTest::newRow("no group") << QByteArray(R"({"lr": 0.1})") << "x: unknown key 'lr'; did you mean 'train.lr'?";
        QTest::newRow("another group, misspelled")
            << QByteArray(R"({"data": {"accumulat": 2}})")
            << "x.data: unknown key 'accumulat'; did you mean 'train.accumulate'?";
        QTest::newRow("deeper") << QByteArray(R"({"model": {"norm": {"attn_inn": "rms"}}})")
                                << "x.model.norm: unknown key 'attn_inn'; did you mean 'model.norm.attn_in'?";
        QTest::newRow("a kind's, deeper") << QByteArray(R"({"model": {"norm": {"ffn_inn": {"eps": 1}}}})")
                                          << "x.model.norm: unknown key 'ffn_inn'; did you mean 'model.norm.ffn_in'?";
        QTest::newRow("another program's") << QByteArray(R"({"train": {"learning_rate": 0.1}})")
                                           << "x.train: unknown key 'learning_rate'; did you mean 'train.lr'?";
        QTest::newRow("a kind's") << QByteArray(R"({"model": {"theta": 5}})")
                                  << "x.model: unknown key 'theta'; did you mean 'model.position.theta'?";
        QTest::newRow("nothing near") << QByteArray(R"({"train": {"zzzzzzzz": 0.1}})")
                                      << "x.train: unknown key 'zzzzzzzz'";
    }
    void a_misspelled_group_keeps_its_option() {
        QVERIFY(is_line_with(input_error([] { patch_from_setting("model.norm.attn_inn.eps=1"); }),
                             {"did you mean 'model.norm.attn_in.eps'?"}));
        QVERIFY(is_line_with(input_error([] { patch_from_setting("trian.eps=1"); }), {"did you mean 'train.eps'?"}));
    }

    void an_unknown_key_offers_the_option_that_was_meant() {
        QFETCH(QByteArray, json);
        QFETCH(QString, line);
        const Json patch = Json::parse(json.toStdString());
        QCOMPARE(QString::fromStdString(input_error([&] { patched(RunConfig{}, patch, "x"); })), line);
    }

    void invalid_combinations_are_one_line_data() {
        QTest::addColumn<QString>("settings");
        QTest::addColumn<QString>("part");
        QTest::newRow("heads") << "model.heads=7"
                               << "not divisible by 7 heads";
        QTest::newRow("kv") << "model.kv_heads=3"
                            << "cannot share";
        QTest::newRow("odd rope") << "model.head_dim=33"
                                  << "33 is odd";
        QTest::newRow("warm-up") << "train.steps=5 train.warmup=6"
                                 << "do not fit";
        QTest::newRow("qk_l2 elsewhere") << "model.norm.final=qk_l2"
                                         << "queries and keys only";
        QTest::newRow("qk_l2 alone") << "model.norm.q=qk_l2"
                                     << "must both have it";
        QTest::newRow("scaling") << "model.position.scaling=llama3 model.position.high_freq_factor=1"
                                 << "high_freq_factor 1 must be above low_freq_factor 1";
        QTest::newRow("device") << "train.device=gpu"
                                << "use auto, cpu or cuda:N";
    }
    void invalid_combinations_are_one_line() {
        QFETCH(QString, settings);
        QFETCH(QString, part);
        RunConfig config;
        for (const QString& setting : settings.split(' '))
            config = patched(config, patch_from_setting(setting.toStdString()), "--set");
        QVERIFY(is_line_with(input_error([&] { require_valid(config, "study x"); }),
                             {"study x.", part.toUtf8().constData()}));
        require_valid(RunConfig{}, "default");
    }

    // How many steps epochs are is known once the text is.
    void the_warm_up_of_epochs_is_judged_later() {
        RunConfig config;
        config.train.warmup = config.train.steps + 1;
        config.train.epochs = 1;
        require_valid(config, "by epochs");
        config.train.epochs = 0;
        QVERIFY(is_line_with(input_error([&] { require_valid(config, "by steps"); }), {"by steps.train.warmup"}));
    }

    void differences_read_as_words() {
        const RunConfig base;
        const auto words = [&](const char* setting) {
            const auto differences = difference(base, patched(base, patch_from_setting(setting), "--set"));
            return differences.size() == 1 ? in_words(differences.front()) : std::string("not one difference");
        };
        QCOMPARE(words("model.norm.attn_in=none"), std::string("Attention input norm: RMSNorm → No norm"));
        QCOMPARE(words("train.lr=0.01"), std::string("Learning rate: 3e-04 → 0.01"));
        QCOMPARE(words("model.position.theta=500"), std::string("Position, theta: 10000 → 500"));
        QVERIFY(difference(base, base).empty());
    }

    void the_hash_knows_what_matters() {
        const auto hash = [](const char* setting, const char* data = "d") {
            return config_hash(patched(RunConfig{}, patch_from_setting(setting), "--set"), data);
        };
        const std::string base = config_hash(RunConfig{}, "d");
        QVERIFY(hash("train.lr=0.01") != base);
        QVERIFY(hash("model.norm.attn_in=none") != base);
        QVERIFY(config_hash(RunConfig{}, "other") != base);
        // What only observes, where data is stored, and options that are not in use make no difference.
        QCOMPARE(hash("train.checkpoint_every=10"), base);
        QCOMPARE(hash("train.device=cpu"), base);
        QCOMPARE(hash("data.text=/elsewhere"), base);
        QCOMPARE(hash("model.norm.attn_out=none"), base);
        QCOMPARE(hash("train.adam_lr=1"), base);
        QVERIFY(hash("data.byte_fallback=true") != base);
        RunConfig given;  // its tokenizer is not trained
        given.data.tokenizer = "qwen3";
        const std::string of_given = config_hash(given, "d");
        given.data.byte_fallback = !given.data.byte_fallback;
        QCOMPARE(config_hash(given, "d"), of_given);
    }

    // The hash that 0.1 stored with the runs of its quick study.
    void the_hash_of_a_run_made_by_0_1_is_known_again() {
        const RunConfig quick = expand(load_study(presets_folder() / "quick.json")).front().config;
        Json stored = to_json(quick);  // without what came later
        stored["data"].erase("token_type");
        stored["train"].erase("eval_windows");
        for (const char* key : {"scaling", "factor", "low_freq_factor", "high_freq_factor", "original_context"})
            stored["model"]["position"].erase(key);
        const char* data = "3dad8454d861e05819f4226654e0e2f472f1671264ee18b8278d45f8219b2c66";
        const std::string of_0_1 = "966c6d3f8f109358259edd704d6a5d27f2d8048bf5e43e48f1ee228d7658483e";
        QCOMPARE(config_hash_0_1(stored, data), of_0_1);
        stored["train"].erase("epochs");  // made before that
        QCOMPARE(config_hash_0_1(stored, data), of_0_1);
        QCOMPARE(config_hash(stored_run_config(stored, "run.json"), data), config_hash(quick, data));
        stored["train"]["lr"] = 0.5;
        QVERIFY(config_hash_0_1(stored, data) != of_0_1);
    }

    // An option whose default has changed since: what a run made before did not state is the first default.
    void a_changed_default_leaves_stored_runs_as_they_were() {
        KindRow row{.category = "norm", .name = "test_only", .label = "Test", .formula = "y = x", .source = "a test"};
        row.options = {option("x", 2.0, "X"), option("y", 3.0, "Y")};
        row.options[0].introduced_as(1.0);
        KindTable::instance().add(row);
        RunConfig config;
        config.model.norm_at(NormSite::final) = kind_from_json("norm", {{"kind", "test_only"}}, "test");
        Json stored = to_json(config);
        QCOMPARE(stored["model"]["norm"]["final"]["x"].get<double>(), 2.0);  // today's default
        stored["model"]["norm"]["final"].erase("x");
        const RunConfig read = stored_run_config(stored, "run.json");
        QCOMPARE(to_json(read)["model"]["norm"]["final"]["x"].get<double>(), 1.0);
        stored["model"]["norm"]["final"]["x"] = 1.0;
        QCOMPARE(config_hash(read, "d"), config_hash(stored_run_config(stored, "run.json"), "d"));
        QVERIFY(config_hash(read, "d") != config_hash(config, "d"));
    }

    // An option at the default it was introduced with is not hashed: a new one changes no run's identity.
    void the_hash_covers_what_differs_from_the_defaults() {
        const auto of = [](const std::string& text) { return sha256_hex(text); };
        QCOMPARE(config_hash(RunConfig{}, "d"), of(R"({"data":{"sha256":"d"},"model":{},"train":{}})"));
        const auto hash = [](const char* setting) {
            return config_hash(patched(RunConfig{}, patch_from_setting(setting), "--set"), "d");
        };
        QCOMPARE(hash("train.lr=0.5"), of(R"({"data":{"sha256":"d"},"model":{},"train":{"lr":0.5}})"));
        QCOMPARE(hash("model.norm.attn_in=none"),
                 of(R"({"data":{"sha256":"d"},"model":{"norm":{"attn_in":{"kind":"none"}}},"train":{}})"));
        QCOMPARE(hash("model.norm.attn_in.eps=0.5"),
                 of(R"({"data":{"sha256":"d"},"model":{"norm":{"attn_in":{"eps":0.5,"kind":"rms"}}},"train":{}})"));
        QCOMPARE(hash("train.eval_every=7"), config_hash(RunConfig{}, "d"));  // changes no weight
        QVERIFY(hash("train.eval_windows=7") != config_hash(RunConfig{}, "d"));
    }

    // What an optimizer declares for itself counts with that optimizer alone, and a schedule where it is followed.
    void the_hash_covers_what_the_optimizer_reads() {
        const auto hash = [](const Json& train) {
            return config_hash(patched(RunConfig{}, {{"train", train}}, "test"), "d");
        };
        QCOMPARE(hash({{"precondition_every", 5}}), config_hash(RunConfig{}, "d"));
        QCOMPARE(
            hash({{"optimizer", "soap"}, {"precondition_every", 5}}),
            sha256_hex(R"({"data":{"sha256":"d"},"model":{},"train":{"optimizer":"soap","precondition_every":5}})"));
        QCOMPARE(hash({{"optimizer", "soap"}}),
                 sha256_hex(R"({"data":{"sha256":"d"},"model":{},"train":{"optimizer":"soap"}})"));
        QCOMPARE(hash({{"optimizer", "schedule_free"}, {"schedule", "wsd"}}), hash({{"optimizer", "schedule_free"}}));
        QVERIFY(hash({{"schedule", "wsd"}}) != config_hash(RunConfig{}, "d"));
        QVERIFY(to_json(RunConfig{}).at("train").at("precondition_every") == Json(10));
        const std::string refused =
            input_error([] { patched(RunConfig{}, patch_from_setting("train.precondition_every=0"), "--set"); });
        QVERIFY(is_line_with(refused, {"train.precondition_every", "out of range"}));
    }

    void the_patch_turns_one_configuration_into_the_other_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::newRow("nothing") << QByteArray("{}") << QByteArray("{}");
        QTest::newRow("numbers") << QByteArray(R"({"train": {"lr": 0.01}})")
                                 << QByteArray(R"({"train": {"lr": 0.02, "steps": 7}, "model": {"layers": 2}})");
        QTest::newRow("another kind") << QByteArray("{}")
                                      << QByteArray(R"({"model": {"norm": {"attn_in": {"kind": "none"}}}})");
        QTest::newRow("another kind's options")
            << QByteArray(R"({"model": {"norm": {"attn_in": {"kind": "rms", "eps": 1e-3}}}})")
            << QByteArray(R"({"model": {"norm": {"attn_in": {"kind": "layer", "eps": 1e-4}}}})");
        QTest::newRow("an option of a kind")
            << QByteArray(R"({"model": {"norm": {"attn_in": {"kind": "rms"}}}})")
            << QByteArray(R"({"model": {"norm": {"attn_in": {"kind": "rms", "eps": 1e-3}}}})");
        QTest::newRow("a map") << QByteArray(R"({"data": {"val": {"a": "x", "b": "y"}}})")
                               << QByteArray(R"({"data": {"val": {"b": "z", "c": "w"}}})");
    }

    void the_patch_turns_one_configuration_into_the_other() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        const RunConfig from = patched(RunConfig(), Json::parse(before.toStdString()), "before");
        const RunConfig to = patched(RunConfig(), Json::parse(after.toStdString()), "after");
        for (const auto& [a, b] : {std::pair{&from, &to}, {&to, &from}}) {
            const Json patch = patch_between(*a, *b);
            QCOMPARE(to_json(patched(*a, patch, "patch")).dump(), to_json(*b).dump());
            QCOMPARE(patch.empty(), difference(*a, *b).empty());
        }
    }
};

QTEST_GUILESS_MAIN(RunConfigTest)
#include "run_config_test.moc"
