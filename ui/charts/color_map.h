#pragma once
#include <QColor>

namespace ablate::ui {

// Viridis (matplotlib), dark to light over [0, 1]: even in lightness, readable to the color-blind and in gray.
QColor viridis(double share);

}  // namespace ablate::ui
