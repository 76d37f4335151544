#pragma once
#include <nlohmann/json.hpp>

namespace ablate {
// Objects keep their keys sorted, so equal values dump to equal bytes: the configuration hash relies on it.
using Json = nlohmann::json;
}  // namespace ablate
