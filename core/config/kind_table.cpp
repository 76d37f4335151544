#include "core/config/kind_table.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/former_kinds.h"

#include <algorithm>

namespace ablate {

const char* to_string(TensorRole role) {
    switch (role) {
        case TensorRole::matrix:
            return "matrix";
        case TensorRole::embedding:
            return "embedding";
        case TensorRole::gain:
            return "gain";
        case TensorRole::bias:
            return "bias";
        case TensorRole::scalar:
            return "scalar";
    }
    throw std::logic_error("unknown tensor role");
}

std::int64_t TensorSpec::count() const {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    return count;
}

KindTable& KindTable::instance() {
    static KindTable table;
    return table;
}

void KindTable::add(KindRow row) {
    if (find(row.category, row.name)) throw std::logic_error("kind '" + row.name + "' is registered twice");
    rows_.push_back(std::move(row));
}

const KindRow* KindTable::find(const std::string& category, const std::string& name) const {
    for (const KindRow& row : rows_)
        if (row.category == category && row.name == name) return &row;
    return nullptr;
}

const KindRow& KindTable::get(const std::string& category, const std::string& name, const std::string& where) const {
    if (const KindRow* row = find(category, name)) return *row;
    const auto known = names(category);
    if (known.empty()) throw std::logic_error("no kinds of " + category + ": call train::register_kinds() first");
    throw InputError("{}: '{}' is not a kind of {}; known are {}{}", where, name, category, join(known, ", "),
                     did_you_mean(name, known));
}

std::vector<const KindRow*> KindTable::rows(const std::string& category) const {
    std::vector<const KindRow*> rows;
    for (const KindRow& row : rows_)
        if (row.category == category) rows.push_back(&row);
    std::sort(rows.begin(), rows.end(), [](const KindRow* a, const KindRow* b) { return a->name < b->name; });
    return rows;
}

std::vector<std::string> KindTable::names(const std::string& category) const {
    std::vector<std::string> names;
    for (const KindRow* row : rows(category)) names.push_back(row->name);
    return names;
}

std::vector<std::string> KindTable::categories() const {
    std::vector<std::string> categories;
    for (const KindRow& row : rows_)
        if (std::find(categories.begin(), categories.end(), row.category) == categories.end())
            categories.push_back(row.category);
    std::sort(categories.begin(), categories.end());
    return categories;
}

namespace {

// The kinds that have the option.
std::vector<std::string> kinds_with(const std::string& category, const std::string& option) {
    std::vector<std::string> names;
    for (const KindRow* row : KindTable::instance().rows(category))
        if (std::any_of(row->options.begin(), row->options.end(), [&](const auto& one) { return one.key == option; }))
            names.push_back(row->name);
    return names;
}

[[noreturn]] void throw_no_option(const KindRow& row, const std::string& option, const std::vector<std::string>& known,
                                  const std::string& where) {
    const std::vector<std::string> kinds = kinds_with(row.category, option);
    if (kinds.empty())
        throw InputError("{}: {} has no option '{}'{}", where, row.label, option, did_you_mean(option, known));
    const std::size_t key = where.rfind("model.");  // every option that holds a kind is in this group
    throw InputError("{}: its kind is {} ({}), which has no option '{}'; set {}.kind first, to {}", where, row.name,
                     row.label, option, key == std::string::npos ? where : where.substr(key), join(kinds, ", "));
}

}  // namespace

KindChoice kind_from_json(const std::string& category, const Json& value, const std::string& where) {
    // A bare name stands for the kind with its defaults.
    const Json object =
        in_present_terms(category, value.is_string() ? Json{{"kind", value}} : value, FormerDefaults::filled_in, where);
    if (!object.is_object() || !object.contains("kind") || !object["kind"].is_string())
        throw InputError("{}: must be the name of a kind or an object with \"kind\", not {}", where, value.dump());
    const KindRow& row = KindTable::instance().get(category, object["kind"].get<std::string>(), where + ".kind");

    KindChoice choice{row.name, Json::object()};
    std::vector<std::string> known{"kind"};
    for (const FieldInfo& field : row.options) {
        known.push_back(field.key);
        choice.options[field.key] = object.contains(field.key)
                                        ? checked_value(field, object[field.key], where + "." + field.key)
                                        : field.default_value;
    }
    for (const auto& [key, ignored] : object.items())
        if (std::find(known.begin(), known.end(), key) == known.end()) throw_no_option(row, key, known, where);
    return choice;
}

Json kind_to_json(const KindChoice& choice) {
    Json object = choice.options;
    object["kind"] = choice.kind;
    return object;
}

std::string kind_in_words(const std::string& category, const KindChoice& choice) {
    const KindRow* row = KindTable::instance().find(category, choice.kind);
    if (!row) return choice.kind;
    const std::string addition = row->label_addition ? row->label_addition(choice) : std::string();
    return addition.empty() ? row->label : row->label + ", " + addition;
}

KindChoice without_unused_options(const std::string& category, KindChoice choice) {
    const Json present = kind_to_json(choice);
    for (const FieldInfo& option : KindTable::instance().get(category, choice.kind, category).options)
        if (!option.visible(present)) choice.options[option.key] = option.default_value;
    return choice;
}

}  // namespace ablate
