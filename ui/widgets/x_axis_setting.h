#pragma once
#include "core/plot/x_axis.h"

#include <QString>
#include <QVariant>
#include <array>

namespace ablate::ui {

// A chosen x axis is stored by name. Earlier versions stored its index in their list: `place`, in `list`.
inline plot::XAxis chosen_x_axis(const QVariant& name, const QVariant& place,
                                 const std::array<plot::XAxis, 4>& list = plot::kXAxes) {
    if (const auto named = plot::x_axis_of(name.toString().toStdString())) return *named;
    const int at = place.toInt();
    return at >= 0 && at < static_cast<int>(list.size()) ? list[static_cast<std::size_t>(at)] : plot::XAxis::steps;
}

}  // namespace ablate::ui
