#pragma once
#include <QString>

namespace ablate::ui {

// Tells the desktop (org.freedesktop.Notifications). Does not wait for it; without such a service nothing happens.
void notify_desktop(const QString& title, const QString& text);

}  // namespace ablate::ui
