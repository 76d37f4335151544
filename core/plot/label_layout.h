#pragma once
#include <cstddef>
#include <vector>

namespace ablate::plot {

// Centers for labels of `height` between `top` and `bottom`, as near to the wanted centers as possible without overlap
// and in the same order. Labels that do not fit overlap evenly.
std::vector<double> spread_labels(const std::vector<double>& wanted, double height, double top, double bottom);

// How many of `count` labels have room: where some have none, one line says how many more there are.
struct FittedLabels {
    std::size_t shown = 0, more = 0;
};
FittedLabels fit_labels(std::size_t count, double height, double top, double bottom);

}  // namespace ablate::plot
