#include "ui/charts/color_map.h"

#include "ui/theme/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ablate::ui {

QColor viridis(double share) {
    static constexpr std::array<QRgb, 9> stops{0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c,
                                               0x28ae80, 0x5ec962, 0xaddc30, 0xfde725};
    const double at = std::clamp(share, 0.0, 1.0) * (stops.size() - 1);
    const auto index = std::min(static_cast<std::size_t>(at), stops.size() - 2);
    return mixed(QColor::fromRgb(stops[index]), QColor::fromRgb(stops[index + 1]), at - static_cast<double>(index));
}

}  // namespace ablate::ui
