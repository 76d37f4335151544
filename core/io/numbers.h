#pragma once
#include "core/base/json.h"

#include <vector>

namespace ablate::io {

// JSON has no NaN: non-finite values are written as "NaN", "Infinity", "-Infinity" and read back from those strings.
Json number_to_json(double value);
Json numbers_to_json(const std::vector<double>& values);
double number_from_json(const Json& value);  // throws InputError when it is neither a number nor one of the three
bool is_number(const Json& value);           // what number_from_json accepts

}  // namespace ablate::io
