#include "core/io/numbers.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <cmath>
#include <limits>
#include <optional>

namespace ablate::io {

namespace {

std::optional<double> non_finite_from(const Json& value) {
    if (!value.is_string()) return std::nullopt;
    const auto& word = value.get_ref<const std::string&>();
    if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (word == "Infinity") return std::numeric_limits<double>::infinity();
    if (word == "-Infinity") return -std::numeric_limits<double>::infinity();
    return std::nullopt;
}

}  // namespace

Json number_to_json(double value) { return std::isfinite(value) ? Json(value) : Json(full_precision(value)); }

Json numbers_to_json(const std::vector<double>& values) {
    Json json = Json::array();
    for (const double value : values) json.push_back(number_to_json(value));
    return json;
}

double number_from_json(const Json& value) {
    if (value.is_number()) return value.get<double>();
    if (const auto number = non_finite_from(value)) return *number;
    const std::string found = value.is_string() ? quote(value.get_ref<const std::string&>()) : value.type_name();
    throw InputError("{} where a number, \"NaN\", \"Infinity\" or \"-Infinity\" belongs", found);
}

bool is_number(const Json& value) { return value.is_number() || non_finite_from(value).has_value(); }

}  // namespace ablate::io
