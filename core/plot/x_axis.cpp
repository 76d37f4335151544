#include "core/plot/x_axis.h"

#include <stdexcept>

namespace ablate::plot {

const char* to_string(XAxis axis) {
    switch (axis) {
        case XAxis::steps:
            return "steps";
        case XAxis::tokens:
            return "tokens";
        case XAxis::flops:
            return "flops";
        case XAxis::seconds:
            return "seconds";
    }
    throw std::logic_error("an x axis without a name");
}

std::optional<XAxis> x_axis_of(std::string_view name) {
    for (const XAxis axis : kXAxes)
        if (name == to_string(axis)) return axis;
    return std::nullopt;
}

}  // namespace ablate::plot
