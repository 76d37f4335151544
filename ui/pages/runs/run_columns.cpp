#include "ui/pages/runs/run_columns.h"

#include "core/base/text.h"
#include "core/config/run_config_schema.h"
#include "core/io/numbers.h"
#include "core/run/known_keys.h"
#include "core/run/summary.h"
#include "core/train/register.h"
#include "ui/bridge/text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ablate::ui {

namespace {

struct Fixed {
    const char *key, *title, *help;
    bool number, shown;
    int usual, least;
};
// In the order of RunsModel::Column.
constexpr std::array<Fixed, RunsModel::column_count> kFixed{{
    {"variant", "Variant", "Runs, grouped by study", false, true, 184, 148},
    {"grid_point", "Grid point", "The options that the study's grid sets", false, false, 144, 104},
    {"seed", "Seed", "Seed of the initialization, the data order and the sampling", true, true, 52, 52},
    {"queue", "Queue", "Position in this window's queue", true, false, 60, 60},
    {"state", "State",
     "Running means that a process holds the run's lock now; pausing and stopping, that it was asked to end", false,
     true, 140, 120},
    {"progress", "Progress", "Share of the steps", false, true, 112, 84},
    {"step", "Step", "Steps done, of all", true, true, 112, 100},
    {"left", "Left", "Time to the last step at the present rate", true, true, 64, 56},
    {"rate", "Tokens/s", "At the last step", true, true, 76, 76},
    {"loss", "Loss (nats)", "Training loss of the last step that was read", true, true, 92, 92},
    {"verdict", "Verdict", "Why the run ended as it did", false, true, 160, 100},
    {"tags", "Tags", "As written in the panel below the table", false, true, 128, 84},
    {"device", "Device", "The device it trains on, or will train on", false, true, 80, 66},
    {"created", "Created", "In local time", false, false, 144, 128},
    {"run", "Run", "Its id: the name of its folder", false, false, 96, 80},
    {"study", "Study", "The study that the run belongs to", false, false, 128, 84},
    {"best_validation", "Best validation loss (nats)", "Lowest validation loss so far, of the first validation set",
     true, false, 116, 92},
    {"last_validation", "Last validation loss (nats)",
     "Validation loss at the last evaluation, of the first validation set", true, false, 116, 92},
    {"duration", "Training time", "Time in training steps, without evaluations and checkpoints", true, false, 96, 72},
    {"host", "Host", "The computer that last trained the run", false, false, 112, 80},
    {"device_name", "Device name", "The product name of that device", false, false, 160, 100},
}};
constexpr int kOptionWidth = 112, kOptionLeast = 72;

std::vector<RunColumn> all_columns() {
    train::register_kinds();
    std::vector<RunColumn> all;
    for (const Fixed& one : kFixed)
        all.push_back({one.key, one.title, one.help, one.number, {}, one.shown, one.usual, one.least});
    for (const ListedField& field : run_config_fields()) {
        const FieldInfo& info = *field.info;
        QString title = text(info.label);
        if (!info.unit.empty()) title += QString(" (%1)").arg(text(info.unit));
        const bool number = info.type == FieldType::integer || info.type == FieldType::real;
        all.push_back({text(field.key), title, text(field.key + ": " + info.help), number, text(field.group), false,
                       kOptionWidth, kOptionLeast});
    }
    return all;
}

template <class T>
std::optional<Json> value_in(const Schema<T>& schema, const T& group, std::string_view key) {
    for (const SchemaField<T>& field : schema.fields())
        if (field.info.key == key) return field.get(group);
    return {};
}

std::optional<Json> value_of(const RunConfig& config, const std::string& key) {
    const auto dot = key.find('.');
    const std::string_view group = std::string_view(key).substr(0, dot), rest = std::string_view(key).substr(dot + 1);
    if (group == "model") return value_in(model_schema(), config.model, rest);
    if (group == "data") return value_in(data_schema(), config.data, rest);
    return value_in(train_schema(), config.train, rest);
}

OptionValue in_words(const std::string& key, const Json& value) {
    if (value.is_number_integer()) {
        return {text(with_thousands(value.get<std::int64_t>())), text(value.dump()), value.get<double>()};
    }
    if (value.is_number()) {
        const QString words = text(full_precision(value.get<double>()));
        return {words, words, value.get<double>()};
    }
    if (value.is_boolean())
        return {value.get<bool>() ? "yes" : "no", value.get<bool>() ? "yes" : "no", value.get<bool>()};
    if (value.is_object() && value.contains("kind")) {
        const QString label = text(value_in_words(key + ".kind", value.at("kind")));
        return {label, value.size() > 1 ? text(value.dump()) : label, label};
    }
    const QString words = value.is_string() ? text(value.get<std::string>()) : text(value.dump());
    return {words, words, words};
}

}  // namespace

const std::vector<RunColumn>& run_columns() {
    static const std::vector<RunColumn> all = all_columns();
    return all;
}

int run_column(const QString& key) {
    const auto& all = run_columns();
    const auto found = std::find_if(all.begin(), all.end(), [&](const RunColumn& one) { return one.key == key; });
    return found == all.end() ? -1 : static_cast<int>(found - all.begin());
}

std::optional<double> validation_loss(const run::ListedRun& run, bool best) {
    const Json& summary = run.state.summary;
    const char* key = best ? "best_val" : "final_val";
    if (!summary.is_object() || !summary.contains(key) || !summary.at(key).is_object()) return {};
    const Json& sets = summary.at(key);
    const auto usual = sets.find("val");
    const auto set = usual == sets.end() ? sets.begin() : usual;
    if (set == sets.end() || !io::is_number(*set)) return {};
    return io::number_from_json(*set);
}

std::optional<double> training_seconds(const run::ListedRun& run) {
    const double seconds = run::summary_number(run.state, "seconds");
    return std::isnan(seconds) ? std::nullopt : std::optional(seconds);
}

OptionValue option_value(const run::ListedRun& run, int column) {
    const std::string key = run_columns()[static_cast<std::size_t>(column)].key.toStdString();
    if (!run::KnownKeys(run.info).has(key)) return {};
    const std::optional<Json> value = value_of(run.info.config, key);
    return value && !value->is_null() ? in_words(key, *value) : OptionValue();
}

}  // namespace ablate::ui
