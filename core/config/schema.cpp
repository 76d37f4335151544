#include "core/config/schema.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <string_view>

namespace ablate::schema_detail {

void put(Json& object, const std::string& dotted, Json value) {
    Json* place = &object;
    for (const std::string& part : split(dotted, '.')) place = &(*place)[part];
    *place = std::move(value);
}

const Json* find(const Json& object, const std::string& dotted) {
    const Json* place = &object;
    for (std::string_view rest = dotted;;) {
        const auto dot = rest.find('.');
        if (!place->is_object()) return nullptr;
        const auto found = place->find(rest.substr(0, dot));
        if (found == place->end()) return nullptr;
        place = &*found;
        if (dot == std::string_view::npos) return place;
        rest.remove_prefix(dot + 1);
    }
}

void require_known(const Json& json, const std::vector<std::string>& keys, const std::string& where) {
    if (!json.is_object()) throw InputError("{}: must be an object, not {}", where, json.dump());
    for (const auto& [key, value] : json.items()) {
        std::vector<std::string> below;  // what follows "key." in the keys that go deeper
        bool known = false;
        for (const std::string& candidate : keys) {
            known |= candidate == key;
            if (candidate.starts_with(key + ".")) below.push_back(candidate.substr(key.size() + 1));
        }
        if (known) continue;
        if (below.empty()) throw InputError("{}: unknown key '{}'{}", where, key, did_you_mean(key, keys));
        require_known(value, below, where + "." + key);
    }
}

}  // namespace ablate::schema_detail
