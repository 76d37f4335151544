#pragma once

class QWidget;

namespace ablate::ui {

// Moves a popup below the button that opens it, and left where it would leave the screen.
void move_below(QWidget& popup, const QWidget& button);

}  // namespace ablate::ui
