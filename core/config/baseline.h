#pragma once

namespace ablate {

// The name of the implicit first variant of every study; no other variant may have it.
inline constexpr const char* kBaseline = "baseline";

}  // namespace ablate
