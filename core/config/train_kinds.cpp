#include "core/config/train_kinds.h"

#include "core/config/run_config_schema.h"

#include <algorithm>
#include <stdexcept>

namespace ablate {
namespace {

template <class Row>
const Row& registered(const std::string& name) {
    if (const Row* row = TrainKindTable<Row>::instance().find(name)) return *row;
    throw std::logic_error("'" + name + "' is not registered: call train::register_kinds() first");
}

template <class Row>
const FieldBuilder* find_own(const std::string& key) {
    for (const auto& [name, row] : TrainKindTable<Row>::instance().rows())
        for (const FieldBuilder& field : row.options)
            if (field.key == key) return &field;
    return nullptr;
}

const FieldBuilder* find_own_of_any(const std::string& key) {
    const FieldBuilder* of_optimizer = find_own<OptimizerRow>(key);
    return of_optimizer ? of_optimizer : find_own<ScheduleRow>(key);
}

}  // namespace

bool TrainKindRow::reads(std::string_view key) const {
    return std::find(uses.begin(), uses.end(), key) != uses.end() ||
           std::any_of(options.begin(), options.end(), [&](const FieldBuilder& field) { return field.key == key; });
}

template <class Row>
TrainKindTable<Row>& TrainKindTable<Row>::instance() {
    static TrainKindTable table;
    return table;
}

template <class Row>
void TrainKindTable<Row>::add(Row row) {
    for (const FieldBuilder& field : row.options) {
        if (is_shared_train_option(field.key))
            throw std::logic_error("option '" + field.key + "' is shared by all optimizers and schedules");
        if (find_own_of_any(field.key)) throw std::logic_error("option '" + field.key + "' is declared twice");
    }
    const std::string name = row.name;
    if (!rows_.emplace(name, std::move(row)).second) throw std::logic_error("'" + name + "' is registered twice");
}

template <class Row>
const Row* TrainKindTable<Row>::find(const std::string& name) const {
    const auto found = rows_.find(name);
    return found == rows_.end() ? nullptr : &found->second;
}

template <class Row>
std::vector<std::string> TrainKindTable<Row>::names() const {
    std::vector<std::string> names;
    for (const auto& [name, row] : rows_) names.push_back(name);
    return names;
}

template class TrainKindTable<OptimizerRow>;
template class TrainKindTable<ScheduleRow>;

const OptimizerRow& optimizer_of(const TrainConfig& config) { return registered<OptimizerRow>(config.optimizer); }

const ScheduleRow& schedule_of(const TrainConfig& config) {
    return registered<ScheduleRow>(optimizer_of(config).constant_schedule ? "constant" : config.schedule);
}

Json own_option(const TrainConfig& config, const std::string& key) {
    const auto found = config.own_options.find(key);
    if (found != config.own_options.end()) return *found;
    if (const FieldBuilder* field = find_own_of_any(key)) return field->default_value;
    throw std::logic_error("no optimizer or schedule declares the option '" + key + "'");
}

Json own_options_of_optimizer(const TrainConfig& config) {
    Json values = Json::object();
    for (const FieldBuilder& field : optimizer_of(config).options) values[field.key] = own_option(config, field.key);
    return values;
}

}  // namespace ablate
