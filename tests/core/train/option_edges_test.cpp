#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/data/stories.h"
#include "tests/core/train/recording.h"
#include "tests/support/temp_folder.h"

#include <ATen/Parallel.h>
#include <QTest>
#include <set>

using namespace ablate;
using namespace ablate::test;

// Whatever the schema allows can be trained, or is refused in one line: every option of run_config_fields() is set to
// each end of its range, and two steps are trained. A new option is covered as soon as it is declared.
class OptionEdgesTest : public QObject {
    Q_OBJECT

    TempFolder folder_;

    // Ends that would only take time or memory: they say nothing about the code. Each is the option's largest value.
    static const std::set<std::string>& too_large() {
        static const std::set<std::string> keys = {
            "model.d_model",    "model.layers",       "model.d_ff",        "model.head_dim", "data.vocab_size",
            "data.block_lines", "train.steps",        "train.epochs",      "train.batch",    "train.accumulate",
            "train.threads",    "train.eval_batches", "train.eval_windows"};
        return keys;
    }

    // Configurations in which options are used that the tiny one leaves out. An option is tried in each that uses it.
    std::map<std::string, Json> contexts() const {
        const Json rms = {{"kind", "rms"}};
        return {
            {"adamw", Json::object()},
            {"sgd", {{"train", {{"optimizer", "sgd"}, {"lr", 0.001}}}}},
            {"lion", {{"train", {{"optimizer", "lion"}, {"lr", 0.001}}}}},
            {"soap", {{"train", {{"optimizer", "soap"}, {"lr", 0.001}}}}},
            {"schedule_free", {{"train", {{"optimizer", "schedule_free"}}}}},
            {"muon wsd", {{"train", {{"optimizer", "muon"}, {"schedule", "wsd"}}}}},
            {"sandwich qk-norm", {{"model", {{"placement", "sandwich"}, {"norm", {{"q", rms}, {"k", rms}}}}}}},
            {"text",
             {{"data",
               {{"tokens", ""}, {"text", (folder_ / "text.txt").string()}, {"vocab_size", 400}, {"val_every", 4}}}}}};
    }

    static bool is_number(const FieldInfo& field) {
        return field.type == FieldType::integer || field.type == FieldType::real;
    }

    // An open end of 0 is approached as far as a double goes, and for a kind's formula as far as makes sense.
    static std::vector<Json> ends(const FieldInfo& field, double open_end, bool with_largest) {
        if (field.type == FieldType::boolean) return {false, true};
        if (field.type == FieldType::choice) return std::vector<Json>(field.choices.begin(), field.choices.end());
        std::vector<Json> values;
        const auto add = [&](double value) {
            if (field.type == FieldType::integer)
                values.emplace_back(static_cast<std::int64_t>(value));
            else
                values.emplace_back(value);
        };
        if (is_number(field) && field.min) add(field.above_min ? *field.min + open_end : *field.min);
        if (is_number(field) && field.max && with_largest) add(*field.max);
        return values;
    }

    static std::vector<Json> values_of(const ListedField& field) {
        if (field.info->type != FieldType::kind) return ends(*field.info, 1e-300, !too_large().contains(field.key));
        std::vector<Json> values;
        for (const KindRow* row : KindTable::instance().rows(field.info->category)) {
            values.push_back({{"kind", row->name}});
            for (const FieldInfo& option : row->options)
                for (const Json& setting : settings_that_use(*row, option))
                    for (const Json& value : ends(option, 1e-6, true)) {
                        values.push_back(setting);
                        values.back()[option.key] = value;
                    }
        }
        return values;
    }

    // The kind with its defaults where they use the option, else with each choice of another option that does.
    static std::vector<Json> settings_that_use(const KindRow& row, const FieldInfo& option) {
        const Json plain = {{"kind", row.name}};
        const Json complete = kind_to_json(kind_from_json(row.category, plain, "edge"));
        std::vector<Json> settings;
        if (option.visible(complete)) {
            settings.push_back(plain);
            return settings;
        }
        for (const FieldInfo& other : row.options)
            for (const std::string& choice : other.choices) {
                Json changed = complete;
                changed[other.key] = choice;
                if (!option.visible(changed)) continue;
                settings.push_back(plain);
                settings.back()[other.key] = choice;
            }
        return settings;
    }

    RunConfig configured(const Json& context) const {
        const Json small = {
            {"model", {{"layers", 1}}},
            {"train", {{"warmup", 0}, {"checkpoint_every", 1}, {"eval_every", 1}, {"eval_batches", 1}}}};
        return patched(patched(tiny_config(folder_ / "tokens", 2), small, "small"), context, "context");
    }

    // "" when it trained as it should.
    std::string trained(const RunConfig& base, const ListedField& field, const Json& value, int number) {
        try {
            const RunConfig config = patched(base, patch_from_dotted(field.key, value), "edge");
            require_valid(config, "edge");
            const auto data = prepared(config, folder_.path());
            const Trained run = train_in(folder_ / std::to_string(number), config, data);
            if (config.train.steps == 2 && run.sink.records.size() != 2) return "did not take two steps";
            for (const auto& record : run.sink.records)
                if (!std::isfinite(record.loss) || !std::isfinite(record.grad_norm)) return run.summary.verdict.cause;
            const double loss = run.summary.final_val.at("val");
            return std::isfinite(loss) ? "" : "a validation loss that is not finite";
        } catch (const InputError& error) {
            // Sizes of model and data must fit together; options of training are right by themselves.
            return field.group == "train" ? error.what() : "";
        } catch (const std::exception& error) {
            return error.what();
        }
    }

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        at::set_num_threads(1);
        write_tiny_tokens(folder_ / "tokens");
        std::string text;
        for (std::uint64_t i = 0; i < 300; ++i) text += data::story(1, i) + "<|endoftext|>\n";
        atomic_write(folder_ / "text.txt", text);
    }

    void every_end_of_a_range_trains_data() {
        QTest::addColumn<QString>("key");
        for (const ListedField& field : run_config_fields())
            if (!values_of(field).empty()) QTest::newRow(field.key.c_str()) << QString::fromStdString(field.key);
    }
    void every_end_of_a_range_trains() {
        QFETCH(QString, key);
        const auto& fields = run_config_fields();
        const auto field =
            std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.key == key.toStdString(); });
        int number = 0;
        for (const auto& [name, context] : contexts()) {
            const RunConfig base = configured(context);
            if (!field->info->visible(to_json(base).at(field->group))) continue;
            if (field->group != "train" && number > 0 && field->info->type == FieldType::kind) continue;
            for (const Json& value : values_of(*field)) {
                const std::string problem = trained(base, *field, value, ++number);
                QVERIFY2(problem.empty(),
                         fmt::format("{}={} ({}): {}", field->key, value.dump(), name, problem).c_str());
                std::filesystem::remove_all(folder_ / std::to_string(number));
            }
        }
        QVERIFY2(number > 0, "no context uses this option: add one that does");
    }

    // Else the test above would pass over the option.
    void every_option_of_a_kind_has_a_setting_that_uses_it() {
        for (const std::string& category : KindTable::instance().categories())
            for (const KindRow* row : KindTable::instance().rows(category))
                for (const FieldInfo& option : row->options)
                    QVERIFY2(!settings_that_use(*row, option).empty(),
                             fmt::format("{} {}, {}", category, row->name, option.key).c_str());
    }

    void what_is_left_out_exists() {
        std::set<std::string> known;
        for (const ListedField& field : run_config_fields())
            if (field.info->max) known.insert(field.key);
        for (const std::string& key : too_large()) QVERIFY2(known.contains(key), key.c_str());
    }
};

QTEST_GUILESS_MAIN(OptionEdgesTest)
#include "option_edges_test.moc"
