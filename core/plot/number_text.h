#pragma once
#include <string>

namespace ablate::plot {

// A tick's value as people write it: 10k, 1.2M, 0.05, 1e-6, with the digits that tell it from its neighbors. `step` is
// the distance to the next tick and `largest` the size of the axis' largest tick: all ticks of an axis share a unit.
std::string tick_text(double value, double step, double largest);

// A position along x: whole numbers with separators (2,147,483,648), others with four digits.
std::string position_text(double x);

}  // namespace ablate::plot
