#include "ui/window/desktop_notifier.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCall>
#include <QVariantMap>

namespace ablate::ui {

void notify_desktop(const QString& title, const QString& text) {
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    QDBusMessage call = QDBusMessage::createMethodCall(
        "org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "Notify");
    constexpr int kDefaultTime = -1;
    // The text may hold markup for the service: a run's name is none.
    call << "Ablate" << 0u << "ablate-workbench" << title << text.toHtmlEscaped() << QStringList()
         << QVariantMap{{"desktop-entry", "ablate-workbench"}} << kDefaultTime;
    bus.asyncCall(call);
}

}  // namespace ablate::ui
