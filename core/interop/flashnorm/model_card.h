#pragma once
#include "core/interop/flashnorm/flashnorm.h"

#include <string>
#include <string_view>

namespace ablate::interop {

// README.md of a folded checkpoint: what was folded into what, what was kept, how it loads.
std::string flashnorm_card(std::string_view source_name, const FlashNormResult& result);

}  // namespace ablate::interop
