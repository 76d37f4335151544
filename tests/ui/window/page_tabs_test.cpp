#include "ui/window/page_tabs.h"

#include "ui/theme/theme.h"

#include <QAbstractButton>
#include <QSignalSpy>
#include <QTest>

using namespace ablate::ui;

class PageTabsTest : public QObject {
    Q_OBJECT

    static QAbstractButton* tab(PageTabs& tabs, const QString& name) {
        for (QAbstractButton* button : tabs.findChildren<QAbstractButton*>())
            if (button->text() == name) return button;
        return nullptr;
    }
    static void fill(PageTabs& tabs) {
        tabs.add("Study", QKeySequence("Ctrl+1"));
        tabs.add("Runs", QKeySequence("Ctrl+2"));
        tabs.add("Live", QKeySequence("Ctrl+3"));
        tabs.show();
    }

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void the_mouse_chooses_and_code_does_not_say_so() {
        PageTabs tabs;
        fill(tabs);
        QSignalSpy clicked(&tabs, &PageTabs::clicked);
        tabs.choose(2);
        QCOMPARE(tabs.chosen(), 2);
        QCOMPARE(clicked.size(), 0);
        QTest::mouseClick(tab(tabs, "Runs"), Qt::LeftButton);
        QCOMPARE(clicked.size(), 1);
        QCOMPARE(clicked[0][0].toInt(), 1);
        tabs.choose(-1);
        QCOMPARE(tabs.chosen(), -1);
        for (QAbstractButton* button : tabs.findChildren<QAbstractButton*>()) QVERIFY(!button->isChecked());
    }

    void arrows_go_along_and_end_at_the_ends() {
        PageTabs tabs;
        fill(tabs);
        QVERIFY(QTest::qWaitForWindowActive(&tabs));
        QSignalSpy clicked(&tabs, &PageTabs::clicked);
        tab(tabs, "Study")->setFocus();
        QTest::keyClick(tab(tabs, "Study"), Qt::Key_Right);
        QCOMPARE(clicked.last()[0].toInt(), 1);
        QVERIFY(tab(tabs, "Runs")->hasFocus());
        QTest::keyClick(tab(tabs, "Runs"), Qt::Key_Left);
        QTest::keyClick(tab(tabs, "Study"), Qt::Key_Left);
        QCOMPARE(clicked.size(), 2);
        QCOMPARE(clicked.last()[0].toInt(), 0);
    }

    void the_ring_follows_the_page() {
        PageTabs tabs;
        fill(tabs);
        QVERIFY(QTest::qWaitForWindowActive(&tabs));
        tab(tabs, "Study")->setFocus();
        tabs.choose(2);  // by a shortcut
        QVERIFY(tab(tabs, "Live")->hasFocus());
        tab(tabs, "Live")->clearFocus();
        tabs.choose(1);  // somebody works elsewhere
        QVERIFY(!tab(tabs, "Runs")->hasFocus());
    }

    void a_count_is_read_out_and_widens_the_tab() {
        PageTabs tabs;
        fill(tabs);
        const int narrow = tab(tabs, "Runs")->sizeHint().width();
        tabs.set_count(1, 12);
        QCOMPARE(tab(tabs, "Runs")->accessibleName(), QString("Runs, 12"));
        QVERIFY(tab(tabs, "Runs")->sizeHint().width() > narrow);
        tabs.set_count(1, 0);
        QCOMPARE(tab(tabs, "Runs")->sizeHint().width(), narrow);
    }
};

QTEST_MAIN(PageTabsTest)
#include "page_tabs_test.moc"
