#pragma once
#include <string>

namespace ablate::app {

std::string schema_summary();  // one line a configuration key, by group and heading: the foot of `ablate run --help`

}  // namespace ablate::app
