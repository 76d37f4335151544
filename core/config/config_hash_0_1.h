#pragma once
#include "core/base/json.h"

#include <string>

namespace ablate {

// The hash that version 0.1 gave to the configuration `stored` (as run.json holds it), for checkpoints that carry it.
std::string config_hash_0_1(const Json& stored, const std::string& data_sha256);

}  // namespace ablate
