#pragma once
#include "core/compare/judgement.h"

#include <QColor>

namespace ablate::ui {

// After Okabe and Ito's palette, which people with any of the common color vision deficiencies tell apart: blue is
// better, vermilion worse, green equivalent, purple unstable, gray undecided. The word is always shown with the color.
// At least 4.5:1 on the surface of the theme.
QColor outcome_color(study::Outcome outcome, bool dark);

}  // namespace ablate::ui
