#include "core/train/register.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/bridge/settings.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"
#include "ui/window/session.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusError>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

// The desktop's side.
class Notifications : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")
  public:
    QStringList titles, texts;

  public Q_SLOTS:
    uint Notify(const QString&, uint, const QString&, const QString& title, const QString& text, const QStringList&,
                const QVariantMap&, int) {
        titles += title;
        texts += text;
        return static_cast<uint>(titles.size());
    }
};

// With its own session bus: what a desktop is told.
class DesktopNotifierTest : public QObject {
    Q_OBJECT

    Notifications desktop_;

    const test::TempFolder user_cache_;  // of step times

  private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_CACHE_HOME", user_cache_.path().c_str());
        if (qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")) QSKIP("dbus-daemon is not installed");
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("ablate-test");
        QCoreApplication::setApplicationName("desktop-notifier-test");
        QSettings().clear();
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
        QDBusConnection bus =
            QDBusConnection::connectToBus(qEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS"), "desktop");
        QVERIFY2(bus.isConnected(), qPrintable(bus.lastError().message()));
        QVERIFY(bus.registerObject("/org/freedesktop/Notifications", &desktop_, QDBusConnection::ExportAllSlots));
        QVERIFY(bus.registerService("org.freedesktop.Notifications"));
    }
    void init() {
        desktop_.titles.clear();
        desktop_.texts.clear();
        Settings::notify.set(true);
    }

    void an_end_and_a_collapse_are_told_behind_another_window() {
        const test::TempFolder folder;
        const auto run = test::write_synthetic_run(
            folder.path(), {.variant = "no-norm", .label = "<b>No norm</b>", .patch = test::kNoNorm, .nan_at = 23});
        MainWindow window(folder.path());  // not shown: not the active one
        QTRY_COMPARE(window.session().workspace.runs()->runs.size(), std::size_t{1});
        Q_EMIT window.session().workspace.study_ended("quick");
        QTRY_COMPARE(desktop_.titles, QStringList{"A study has ended"});
        QCOMPARE(desktop_.texts, QStringList{"quick has ended: 1 run, 1 collapsed."});
        Q_EMIT window.session().workspace.run_collapsed(QString::fromStdString(run.id()));
        QTRY_COMPARE(desktop_.titles.value(1), QString("A run has collapsed"));
        QVERIFY(desktop_.texts[1].startsWith("&lt;b&gt;No norm&lt;/b&gt;, seed 1 collapsed"));
    }

    void nothing_is_told_to_who_looks_or_does_not_want_it() {
        const test::TempFolder folder;
        test::write_synthetic_run(folder.path(), {});
        MainWindow window(folder.path());
        QTRY_COMPARE(window.session().workspace.runs()->runs.size(), std::size_t{1});
        Settings::notify.set(false);
        Q_EMIT window.session().workspace.study_ended("unwanted");
        Settings::notify.set(true);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        Q_EMIT window.session().workspace.study_ended("seen");
        window.hide();
        QTRY_VERIFY(!window.isActiveWindow());
        Q_EMIT window.session().workspace.study_ended("quick");  // messages arrive in order
        QTRY_COMPARE(desktop_.texts, QStringList{"quick has ended: 1 run."});
    }
};

int main(int argc, char** argv) {
    QProcess bus;
    bus.start("dbus-daemon", {"--session", "--nofork", "--nopidfile", "--print-address"});
    if (bus.waitForStarted()) bus.waitForReadyRead(30'000);
    qputenv("DBUS_SESSION_BUS_ADDRESS", bus.readAllStandardOutput().trimmed());
    int code = 1;
    {
        QApplication application(argc, argv);
        DesktopNotifierTest test;
        code = QTest::qExec(&test, argc, argv);
    }
    bus.kill();
    bus.waitForFinished();
    return code;
}

#include "desktop_notifier_test.moc"
