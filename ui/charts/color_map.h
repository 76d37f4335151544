#pragma once
#include <QColor>

namespace ablate::ui {

// Viridis (matplotlib), dark to light over [0, 1]: even in lightness, readable to the colour-blind and in grey.
QColor viridis(double share);

}  // namespace ablate::ui
