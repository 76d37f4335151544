#include "ui/pages/welcome/welcome_page.h"

#include "core/train/register.h"
#include "tests/support/temp_folder.h"
#include "ui/bridge/workspace.h"
#include "ui/theme/theme.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

class WelcomePageTest : public QObject {
    Q_OBJECT

    static QPushButton* button(QWidget& page, const QString& name) {
        for (QPushButton* button : page.findChildren<QPushButton*>())
            if (button->text() == name || button->accessibleName() == name) return button;
        return nullptr;
    }

  private Q_SLOTS:
    void initTestCase() {
        Theme::instance().choose(ThemeChoice::light);
        train::register_kinds();
    }

    void one_click_starts_the_quick_study() {
        WelcomePage page;
        QSignalSpy start(&page, &WelcomePage::start_preset), look(&page, &WelcomePage::open_preset);
        QTest::mouseClick(button(page, "Start the quick study"), Qt::LeftButton);
        QCOMPARE(start.size(), 1);
        QCOMPARE(start[0][0].toString(), QString("quick"));
        QTest::mouseClick(button(page, "Look at it first"), Qt::LeftButton);
        QCOMPARE(look[0][0].toString(), QString("quick"));
    }

    void the_presets_are_those_that_ship() {
        test::TempFolder folder;
        Workspace workspace(folder.path());
        WelcomePage page;
        QSignalSpy read(&page, &WelcomePage::presets_read), open(&page, &WelcomePage::open_preset);
        page.set_context({&workspace});
        page.show();
        QTRY_VERIFY(page.settle());
        const QStringList names = read[0][0].toStringList();
        QCOMPARE(names.front(), QString("quick"));
        QVERIFY(names.contains("quick-lr"));
        QTest::mouseClick(button(page, "Open preset quick-lr"), Qt::LeftButton);
        QCOMPARE(open[0][0].toString(), QString("quick-lr"));
    }

    void a_page_that_goes_early_is_not_called_back() {
        for (int i = 0; i < 20; ++i) WelcomePage page;
        QTest::qWait(0);
    }

    void recent_workspaces_open() {
        WelcomePage page;
        QSignalSpy open(&page, &WelcomePage::open_workspace);
        page.set_recent_workspaces({"/data/<b>norms</b>", "/data/positions"});
        QPushButton* first = button(page, "Open workspace /data/<b>norms</b>");
        QVERIFY(first);
        QVERIFY(!first->toolTip().contains("<b>"));
        QTest::keyClick(first, Qt::Key_Space);
        QCOMPARE(open[0][0].toString(), QString("/data/<b>norms</b>"));
        page.set_recent_workspaces({});
        QTRY_VERIFY(!button(page, "Open workspace /data/positions"));
    }
};

QTEST_MAIN(WelcomePageTest)
#include "welcome_page_test.moc"
