#include "ui/widgets/popup_position.h"

#include "ui/theme/theme.h"

#include <QScreen>
#include <QWidget>
#include <algorithm>

namespace ablate::ui {

void move_below(QWidget& popup, const QWidget& button) {
    popup.adjustSize();
    QPoint place = button.mapToGlobal(QPoint(0, button.height() + kSpace));
    const QRect screen = button.screen()->availableGeometry();
    const int rightmost = screen.right() + 1 - kSpace - popup.width();
    place.setX(std::max(screen.left(), std::min(place.x(), rightmost)));
    popup.move(place);
}

}  // namespace ablate::ui
