#pragma once
#include "core/chat/jinja/syntax.h"

namespace ablate::chat::jinja {

// The text of the template for these variables. It ends, with an InputError, after a bounded number of steps.
std::string render(const Statements& statements, const Data& variables);

}  // namespace ablate::chat::jinja
