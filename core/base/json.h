#pragma once
#include <nlohmann/json.hpp>

namespace ablate {
// Objects keep their keys sorted, so equal values dump to equal bytes: what the configuration hash stands on.
using Json = nlohmann::json;
}  // namespace ablate
