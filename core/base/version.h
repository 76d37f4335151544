#pragma once

namespace ablate {
inline constexpr const char* kVersion = "0.1.0";  // as in CMakeLists.txt
}  // namespace ablate
