#pragma once
#include "ui/theme/theme.h"

#include <QString>

namespace ablate::ui {

// What the flat style leaves to a style sheet: roles of text, cards, tables, tabs, menus, scroll bars.
QString style_sheet(const Palette& palette, double base_points);

}  // namespace ablate::ui
