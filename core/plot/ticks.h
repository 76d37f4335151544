#pragma once
#include "core/plot/scale.h"

#include <string>

namespace ablate::plot {

struct Tick {
    double value;
    std::string text;  // empty: a minor tick of a logarithmic axis
};

// About `wanted` labeled ticks inside the range, at numbers people write: 1, 2 or 5 times a power of ten. The range of
// a logarithmic axis is positive.
std::vector<Tick> ticks(Scale scale, const Range& range, int wanted);

}  // namespace ablate::plot
