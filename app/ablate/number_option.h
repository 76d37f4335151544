#pragma once
#include "core/base/text.h"
#include "core/config/field.h"

#include <CLI/CLI.hpp>

#include <utility>

// Options that are numbers: read as --set reads them ("2,048", "1e4"), and refused with a message that names the range.
// CLI::Range accepts NaN.
namespace ablate::app {

inline FieldBuilder whole_number() { return ablate::option("", Json(std::int64_t{0}), ""); }
inline FieldBuilder real_number() { return ablate::option("", Json(0.0), ""); }

inline CLI::Option* read_number(CLI::Option* parsed, FieldBuilder field) {
    std::string range;  // for --help
    if (field.min) range = "at least " + full_precision(*field.min);
    if (field.min && field.max) range += ", at most " + full_precision(*field.max);
    const std::string name = parsed->get_name();
    const auto read = [field = std::move(field), name](std::string& text) {
        const Json value = checked_value(field, parse_value(field, text, name), name);
        text = field.type == FieldType::integer ? std::to_string(value.get<std::int64_t>())
                                                : full_precision(value.get<double>());
        return std::string();
    };
    return parsed->transform(CLI::Validator(read, range));
}

}  // namespace ablate::app
