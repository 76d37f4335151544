#include "ui/window/command_palette.h"

#include "core/train/register.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/forms/schema_form.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"
#include "ui/window/session.h"

#include <QLineEdit>
#include <QListView>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

class CommandPaletteTest : public QObject {
    Q_OBJECT

    const test::TempFolder user_cache_;  // of step times

    struct Opened {
        test::TempFolder folder;
        std::unique_ptr<MainWindow> window;
        Opened() {
            std::filesystem::create_directories(folder / "studies");
            folder.write("studies/norms.json", R"({"format": 1, "name": "norms", "variants": []})");
            test::write_synthetic_run(folder.path(), {});
            window = std::make_unique<MainWindow>(folder.path());
            window->show();
            [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(window.get());
            if (!QTest::qWaitFor([&] { return !window->session().workspace.runs()->runs.empty(); })) qFatal("no runs");
            window->show_page("study");
            QTest::keyClick(window.get(), Qt::Key_K, Qt::ControlModifier);
        }
        CommandPalette* palette() {
            for (CommandPalette* one : window->findChildren<CommandPalette*>())
                if (one->isVisible()) return one;
            return nullptr;
        }
        QString title(int row) { return palette()->list().model()->index(row, 0).data().toString(); }
        QString kind(int row) { return palette()->list().model()->index(row, 0).data(PaletteModel::kind).toString(); }
        int row_of(const QString& kind_wanted) {
            for (int row = 0; row < palette()->list().model()->rowCount(); ++row)
                if (kind(row) == kind_wanted) return row;
            return -1;
        }
        void type(const QString& words) { QTest::keyClicks(&palette()->search(), words); }
        void press(Qt::Key key) { QTest::keyClick(&palette()->search(), key); }
    };

  private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_CACHE_HOME", user_cache_.path().c_str());
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("ablate-test");
        QCoreApplication::setApplicationName("command-palette-test");
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }
    void init() { QSettings().clear(); }

    void pages_are_reached_by_keys_alone() {
        Opened opened;
        QTRY_VERIFY(opened.palette());
        opened.type("compare");
        QCOMPARE(opened.title(0), QString("Compare"));
        QCOMPARE(opened.kind(0), QString("Page"));
        QVERIFY(!opened.palette()->list().model()->index(0, 0).data(PaletteModel::keys).toString().isEmpty());
        opened.press(Qt::Key_Return);
        QCOMPARE(opened.window->current_page(), QString("compare"));
        QTRY_VERIFY(!opened.palette());
    }

    void options_are_focused_in_the_form() {
        Opened opened;
        QTRY_VERIFY(opened.palette());
        opened.type("weight decay");
        QCOMPARE(opened.title(0), QString("Weight decay"));
        QCOMPARE(opened.kind(0), QString("Option"));
        opened.press(Qt::Key_Return);
        QCOMPARE(opened.window->current_page(), QString("study"));
        auto* form = opened.window->findChild<SchemaForm*>();
        QVERIFY(form);
        QTRY_VERIFY(form->row("train.weight_decay")->isAncestorOf(opened.window->focusWidget()));
    }

    void studies_runs_and_actions_are_found() {
        Opened opened;
        QTRY_VERIFY(opened.palette());
        QTRY_VERIFY(opened.row_of("Study") >= 0);  // their folder is read meanwhile
        QVERIFY(opened.row_of("Run") >= 0);
        QVERIFY(opened.row_of("Action") >= 0);
        opened.type("norms");
        const int study = opened.row_of("Study");
        QVERIFY(study >= 0);
        QCOMPARE(opened.title(study), QString("norms"));
        for (int i = 0; i < study; ++i) opened.press(Qt::Key_Down);
        QCOMPARE(opened.palette()->list().currentIndex().row(), study);
        opened.press(Qt::Key_Return);
        QTRY_COMPARE(opened.window->session().document.study().name, std::string("norms"));
    }

    void what_nothing_answers_is_said_and_escape_closes() {
        Opened opened;
        QTRY_VERIFY(opened.palette());
        opened.type("zzzz");
        QCOMPARE(opened.palette()->list().model()->rowCount(), 0);
        opened.press(Qt::Key_Return);  // leads nowhere
        QVERIFY(opened.palette());
        opened.press(Qt::Key_Escape);
        QTRY_VERIFY(!opened.palette());
        QCOMPARE(opened.window->current_page(), QString("study"));
    }
};

QTEST_MAIN(CommandPaletteTest)
#include "command_palette_test.moc"
