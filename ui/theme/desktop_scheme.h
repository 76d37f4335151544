#pragma once
#include <QDBusVariant>
#include <QObject>

class QDBusPendingCallWatcher;

namespace ablate::ui {

// Whether the desktop prefers dark windows. Qt 6.4 has no QStyleHints::colorScheme: the lightness of the palette Qt
// started with answers at once, the settings portal (org.freedesktop.appearance, color-scheme) when it answers.
class DesktopScheme : public QObject {
    Q_OBJECT
  public:
    explicit DesktopScheme(QObject* parent = nullptr);
    bool dark() const { return dark_; }

  Q_SIGNALS:
    void changed();

  private Q_SLOTS:
    void setting_changed(const QString& space, const QString& key, const QDBusVariant& value);

  private:
    void answered(QDBusPendingCallWatcher* call);
    void take(const QVariant& value);
    bool dark_;
};

}  // namespace ablate::ui
