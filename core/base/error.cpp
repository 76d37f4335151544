#include "core/base/error.h"

namespace ablate {

std::string one_line(std::string_view text) {
    std::string line;
    line.reserve(text.size());
    for (const char c : text) {
        if (c == '\n')
            line += "\\n";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            line += fmt::format("\\x{:02x}", c);
        else
            line += c;
    }
    return line;
}

}  // namespace ablate
