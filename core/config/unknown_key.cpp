#include "core/config/unknown_key.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/run_config.h"
#include "core/config/run_config_schema.h"

#include <algorithm>
#include <unordered_set>

namespace ablate {
namespace {

std::vector<std::string> all_keys() {
    std::vector<std::string> keys, of_kinds;
    for (const ListedField& field : run_config_fields()) {
        keys.push_back(field.key);
        if (field.info->type != FieldType::kind) continue;
        keys.push_back(field.key + ".kind");
        for (const KindRow* row : KindTable::instance().rows(field.info->category))
            for (const FieldInfo& option : row->options) of_kinds.push_back(field.key + "." + option.key);
    }
    keys.insert(keys.end(), of_kinds.begin(), of_kinds.end());  // options of a group come before options of kinds
    return keys;
}

// "Learning rate" as other programs spell a key: "learning_rate".
std::string as_key(std::string label) {
    for (char& c : label) c = c == ' ' || c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return label;
}

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

bool means_seeds(const std::string& key) { return last_part(key) == "seed" || last_part(key) == "seeds"; }

// {"train": {"steps": 4}} for the key "train.steps".
std::string nested(const std::string& key, const Json& value) {
    constexpr std::size_t shown = 60;
    std::string text = value.dump();
    if (text.size() > shown) text = "...";
    std::vector<std::string> parts = split(key, '.');
    for (; !parts.empty(); parts.pop_back()) text = fmt::format("{{{}: {}}}", Json(parts.back()).dump(), text);
    return text;
}

// Every option, and every group of options on the way to one. A set: run.json of each listed run is checked.
struct KnownPlaces {
    std::unordered_set<std::string> options, groups;
};
const KnownPlaces& known_places() {
    static const KnownPlaces places = [] {
        KnownPlaces all;
        for (const ListedField& field : run_config_fields()) {
            all.options.insert(field.key);
            for (std::size_t dot = field.key.find('.'); dot != std::string::npos; dot = field.key.find('.', dot + 1))
                all.groups.insert(field.key.substr(0, dot));
        }
        return all;
    }();
    return places;
}

// A group where a group was meant; else the option by its whole key, wherever it belongs.
std::string hint_at(const std::string& path, const std::string& whole) {
    if (path.empty() && !means_seeds(whole))
        if (const auto group = nearest_name(whole, std::vector<std::string>{"model", "data", "train"}))
            return fmt::format("; did you mean {}?", quote(*group));
    return did_you_mean_option(whole);
}

void require_known_below(const std::string& path, const Json& json, const std::string& where) {
    if (!json.is_object()) return;  // whoever reads the values says so
    for (const auto& [key, value] : json.items()) {
        const std::string whole = path.empty() ? key : path + "." + key;
        if (key.find('.') != std::string::npos && find_field(whole))
            throw InputError("{}: unknown key {}; write {}", trim(where), quote(key), nested(key, value));
        if (known_places().options.contains(whole)) continue;  // a kind or a map reads its own members
        if (!known_places().groups.contains(whole))
            throw InputError("{}: unknown key {}{}", trim(where), quote(key), hint_at(path, whole));
        require_known_below(whole, value, place_of(where, key));
    }
}

}  // namespace

std::optional<std::string> nearest_option(const std::string& key) {
    if (means_seeds(key)) return std::nullopt;  // seeds are no option
    for (const ListedField& field : run_config_fields())
        if (as_key(field.info->label) == last_part(key)) return field.key;
    // Of the options with that very name, the one whose groups are spelled most like the key's.
    std::optional<std::string> nearest;
    std::size_t most = 0;
    const std::vector<std::string> keys = all_keys();
    for (const std::string& candidate : keys) {
        if (last_part(candidate) != last_part(key)) continue;
        const auto differs = std::mismatch(candidate.begin(), candidate.end(), key.begin(), key.end());
        const auto alike = static_cast<std::size_t>(differs.first - candidate.begin());
        if (nearest && alike <= most) continue;
        nearest = candidate;
        most = alike;
    }
    return nearest ? nearest : nearest_name(key, keys);
}

std::string did_you_mean_option(const std::string& key) {
    if (means_seeds(key)) return "; seeds are set with --seeds or in the study's \"seeds\"";
    const auto nearest = nearest_option(key);
    return nearest ? fmt::format("; did you mean {}?", quote(*nearest)) : "";
}

std::string place_of(const std::string& where, const std::string& key) {
    return where.ends_with(' ') ? where + key : where + "." + key;
}

void require_known_options(const Json& config, const std::string& where) { require_known_below("", config, where); }

}  // namespace ablate
