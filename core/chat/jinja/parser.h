#pragma once
#include "core/chat/jinja/syntax.h"

namespace ablate::chat::jinja {

// InputError, with the line, for what is not Jinja or a part of it that chat templates do without: include, import,
// extends, block, macro, call, filter blocks, raw.
Statements parse(std::string_view source);

}  // namespace ablate::chat::jinja
