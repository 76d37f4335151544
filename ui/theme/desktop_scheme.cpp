#include "ui/theme/desktop_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QGuiApplication>
#include <QPalette>

namespace ablate::ui {
namespace {

constexpr auto kService = "org.freedesktop.portal.Desktop";
constexpr auto kPath = "/org/freedesktop/portal/desktop";
constexpr auto kInterface = "org.freedesktop.portal.Settings";
constexpr auto kSpaceName = "org.freedesktop.appearance";
constexpr auto kKey = "color-scheme";

// Read wraps its answer in two variants, the signal in one.
QVariant unwrapped(QVariant value) {
    while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
    return value;
}

}  // namespace

DesktopScheme::DesktopScheme(QObject* parent)
    : QObject(parent), dark_(QGuiApplication::palette().color(QPalette::Window).lightnessF() < 0.5) {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(kService, kPath, kInterface, "SettingChanged", this,
                SLOT(setting_changed(QString, QString, QDBusVariant)));
    QDBusMessage ask = QDBusMessage::createMethodCall(kService, kPath, kInterface, "Read");
    ask << QString(kSpaceName) << QString(kKey);
    auto* call = new QDBusPendingCallWatcher(bus.asyncCall(ask), this);
    connect(call, &QDBusPendingCallWatcher::finished, this, &DesktopScheme::answered);
}

void DesktopScheme::setting_changed(const QString& space, const QString& key, const QDBusVariant& value) {
    if (space == kSpaceName && key == kKey) take(value.variant());
}

void DesktopScheme::answered(QDBusPendingCallWatcher* call) {
    const QDBusPendingReply<QVariant> reply = *call;
    if (!reply.isError()) take(reply.value());
    call->deleteLater();
}

// 0: no preference, 1: dark, 2: light.
void DesktopScheme::take(const QVariant& value) {
    const uint scheme = unwrapped(value).toUInt();
    if (scheme == 0 || dark_ == (scheme == 1)) return;
    dark_ = scheme == 1;
    Q_EMIT changed();
}

}  // namespace ablate::ui
