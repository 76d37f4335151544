#pragma once
#include <string>

namespace ablate {

// The name of the implicit first variant of every study; no other variant may have it.
inline constexpr const char* kBaseline = "baseline";

// A variant at a point of the study's grid: "no-norm@train.lr=0.01"; "no-norm" where there is no grid.
inline std::string point_name(const std::string& variant, const std::string& grid_point) {
    return grid_point.empty() ? variant : variant + "@" + grid_point;
}

}  // namespace ablate
