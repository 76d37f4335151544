#pragma once
#include <string>

namespace ablate::plot {

// A tick's value as people write it: 10k, 1.2M, 0.05, 10⁻⁶, 1.5·10¹⁸, with the digits that tell it from its neighbors.
// `step` is the distance to the next tick and `largest` the size of the axis' largest tick: all ticks of an axis share
// a unit.
std::string tick_text(double value, double step, double largest);

// `factor` times a power of ten: 10¹⁸, 5·10⁻⁶, and 1 for 10⁰.
std::string power_text(int factor, int exponent);
// Whether a tick of this size is written as a power of ten: neither 1000T nor 0.00001 is read at a glance.
bool is_far(double size);

// A position along x: whole numbers with separators (2,147,483,648), others with four digits.
std::string position_text(double x);

// A value rounded to what an axis resolves: its last digit is at most a tenth of `per_pixel`, the difference that one
// pixel makes. Whole numbers get separators. A `per_pixel` that is not above 0 gives four significant digits.
std::string resolved_text(double value, double per_pixel);

}  // namespace ablate::plot
