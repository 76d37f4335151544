#pragma once
#include "core/config/run_config.h"

#include <cstdint>
#include <functional>

class QMenu;
class QToolButton;
class QWidget;

namespace ablate::ui {

// "Match": a menu of the feed-forward widths that bring a variant nearest to the baseline's parameters or FLOPs, of the
// multiples 64, 8 and 1. `choose` is called with the one that is chosen.
QToolButton* match_width_button(QWidget* parent);
void fill_width_menu(QMenu& menu, const RunConfig& variant, const RunConfig& baseline,
                     const std::function<void(std::int64_t)>& choose);

}  // namespace ablate::ui
