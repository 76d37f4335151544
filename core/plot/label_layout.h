#pragma once
#include <vector>

namespace ablate::plot {

// Centers for labels of `height` between `top` and `bottom`, as near to the wanted centers as possible without overlap
// and in the same order. Labels that do not fit overlap evenly.
std::vector<double> spread_labels(const std::vector<double>& wanted, double height, double top, double bottom);

}  // namespace ablate::plot
