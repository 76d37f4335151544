#include "ui/window/settings_dialog.h"

#include "core/train/register.h"
#include "tests/support/temp_folder.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/settings.h"
#include "ui/theme/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

class SettingsDialogTest : public QObject {
    Q_OBJECT

    struct Dialog {
        test::TempFolder folder;
        RunControl control{folder.path()};
        SettingsDialog dialog{&control};
        QPushButton* close = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Close);
        QSpinBox* jobs = dialog.findChild<QSpinBox*>();

        Dialog() {
            dialog.show();
            [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(&dialog);  // for the focus
        }
        void type(const QString& words) const {
            jobs->setFocus();
            jobs->selectAll();
            QTest::keyClicks(jobs, words);
        }
        bool tells(const QString& words) const {
            for (QLabel* label : dialog.findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(words)) return true;
            return false;
        }
    };

  private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("ablate-test");
        QCoreApplication::setApplicationName("settings-dialog-test");
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }
    void init() { QSettings().clear(); }

    void what_is_typed_holds_at_once() {
        Dialog settings;
        QCOMPARE(settings.jobs->accessibleName(), QString("Runs at once"));
        settings.type("3");
        QTest::mouseClick(settings.close, Qt::LeftButton);
        QVERIFY(!settings.dialog.isVisible());
        QCOMPARE(Settings::jobs.value(), 3);
    }

    void a_refused_number_changes_nothing_and_keeps_the_dialog_open() {
        Settings::jobs.set(4);
        Dialog settings;
        settings.type("1000");
        QTest::mouseClick(settings.close, Qt::LeftButton);
        QVERIFY(settings.dialog.isVisible());
        QCOMPARE(settings.jobs->text(), QString("1000"));
        QCOMPARE(Settings::jobs.value(), 4);
        QVERIFY(settings.tells("1000 is out of range") && settings.tells("press Esc to keep 4."));
        QTest::keyClick(settings.jobs, Qt::Key_Return);  // nor does Return close it
        QVERIFY(settings.dialog.isVisible());
        QTest::keyClick(settings.jobs, Qt::Key_Escape);
        QCOMPARE(settings.jobs->text(), QString("4"));
        QVERIFY(!settings.tells("press Esc"));
        QTest::mouseClick(settings.close, Qt::LeftButton);
        QVERIFY(!settings.dialog.isVisible());
        QCOMPARE(Settings::jobs.value(), 4);
    }

    void esc_elsewhere_gives_a_refused_number_up() {
        Dialog settings;
        settings.type("1000");
        settings.close->setFocus();
        QTest::keyClick(settings.close, Qt::Key_Escape);
        QVERIFY(!settings.dialog.isVisible());
        QCOMPARE(Settings::jobs.value(), 0);
    }
};

QTEST_MAIN(SettingsDialogTest)
#include "settings_dialog_test.moc"
