#include "core/config/former_kinds.h"

#include "core/base/error.h"

namespace ablate {
namespace {

struct Found {
    const KindRow* row = nullptr;
    const FormerKind* former = nullptr;
};

// The former kind of that name.
Found find_former(const std::string& category, const std::string& name) {
    if (KindTable::instance().find(category, name)) return {};
    for (const KindRow* row : KindTable::instance().rows(category))
        for (const FormerKind& former : row->former)
            if (former.name == name) return {row, &former};
    return {};
}

// The kind that a name or an object names; "" for neither.
std::string name_in(const Json& value) {
    const Json* name = &value;
    if (value.is_object()) {
        const auto found = value.find("kind");
        if (found == value.end()) return {};
        name = &*found;
    }
    return name->is_string() ? name->get<std::string>() : std::string();
}

}  // namespace

const FormerKind* former_kind(const KindRow& row, const Json& choice) {
    for (const FormerKind& former : row.former) {
        bool equal = true;
        for (const auto& [key, value] : former.settings.items())
            equal = equal && choice.contains(key) && choice.at(key) == value;
        if (equal) return &former;
    }
    return nullptr;
}

std::string introduced_name(const std::string& category, const Json& value) {
    const std::string name = name_in(value);
    const KindRow* row = KindTable::instance().find(category, name);
    const FormerKind* former = row ? former_kind(*row, value) : nullptr;
    return former ? former->name : name;
}

bool names_former_kind(const std::string& category, const Json& value) {
    return find_former(category, name_in(value)).row != nullptr;
}

bool states_former_settings(const std::string& category, const Json& value) {
    const KindRow* row = KindTable::instance().find(category, name_in(value));
    if (!row || !value.is_object()) return false;
    for (const FormerKind& former : row->former)
        for (const auto& [key, setting] : former.settings.items())
            if (value.contains(key)) return true;
    return false;
}

Json in_present_terms(const std::string& category, Json value, FormerDefaults defaults, const std::string& where) {
    if (!value.is_object()) return value;
    const auto [row, former] = find_former(category, name_in(value));
    if (!row) return value;
    for (const auto& [key, setting] : former->settings.items()) {
        if (value.contains(key))
            throw InputError(
                "{}: '{}' is what an earlier version called {} with {} {}; leave out {}, or set kind to {}", where,
                former->name, row->name, key, setting.dump(), key, row->name);
        value[key] = setting;
    }
    for (const auto& [key, setting] : former->defaults.items()) {
        const bool stated = value.contains(key);
        if (stated ? value.at(key).is_null() : defaults == FormerDefaults::filled_in) value[key] = setting;
    }
    value["kind"] = row->name;
    return value;
}

}  // namespace ablate
