#pragma once
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/io/numbers.h"

#include <string>
#include <type_traits>

// Reading the members of run.json and state.json: InputError "WHERE: KEY ..." for one that is missing or of another
// type.
namespace ablate::run {

template <class T>
T field(const Json& object, const char* key, const std::string& where) {
    const auto found = object.find(key);
    if (found == object.end()) throw InputError("{}: {} is missing", where, key);
    if constexpr (std::is_same_v<T, double>) {
        if (!io::is_number(*found)) throw InputError("{}: {} is not a number", where, key);
        return io::number_from_json(*found);
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        // An unsigned value beyond int64 would wrap in get<>.
        if (!found->is_number_integer() || (found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX))
            throw InputError("{}: {} is not a whole number", where, key);
        return found->get<std::int64_t>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!found->is_string()) throw InputError("{}: {} is not a text", where, key);
        return found->get<std::string>();
    } else {
        static_assert(std::is_same_v<T, Json>);
        if (!found->is_object()) throw InputError("{}: {} is not an object", where, key);
        return *found;
    }
}

inline void require_object(const Json& json, const std::string& where) {
    if (!json.is_object()) throw InputError("{}: is not a JSON object", where);
}

}  // namespace ablate::run
