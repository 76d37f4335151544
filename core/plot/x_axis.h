#pragma once
#include <array>
#include <optional>
#include <string_view>

namespace ablate::plot {

// What curves are drawn over.
enum class XAxis { steps, tokens, flops, seconds };
inline constexpr std::array kXAxes{XAxis::steps, XAxis::tokens, XAxis::flops, XAxis::seconds};  // in the order above

const char* to_string(XAxis axis);  // "steps": stable, for settings
std::optional<XAxis> x_axis_of(std::string_view name);

}  // namespace ablate::plot
