#pragma once
#include <vector>

namespace ablate::ui {

// Centres for labels of `height` between `top` and `bottom`, as near to the wanted centres as they get without
// overlapping and in the same order. They must fit: wanted.size() * height <= bottom - top.
std::vector<double> spread_labels(const std::vector<double>& wanted, double height, double top, double bottom);

}  // namespace ablate::ui
