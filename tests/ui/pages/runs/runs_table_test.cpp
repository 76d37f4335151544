#include "ui/pages/runs/runs_table.h"

#include "tests/support/runs_window.h"
#include "ui/bridge/settings.h"
#include "ui/pages/runs/run_columns.h"
#include "ui/theme/theme.h"

#include <QHeaderView>
#include <QMenu>
#include <QScrollBar>
#include <QStandardPaths>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;
using Window = test::RunsWindow;

class RunsTableTest : public QObject {
    Q_OBJECT

    static QString write(const Window& window, const test::SyntheticRun& run) { return test::write_run(window, run); }

  private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void selection_and_scroll_position_stay_while_the_list_changes() {
        Window window;
        const auto first = test::write_synthetic_run(window.folder.path(), {});
        for (int i = 0; i < 60; ++i) {
            fs::copy(first.folder(), window.folder / ("runs/copy" + std::to_string(i)), fs::copy_options::recursive);
        }
        window.open(61);
        window.click("copy50");
        window.table().verticalScrollBar()->setValue(window.table().verticalScrollBar()->maximum() / 2);
        QVERIFY(window.table().verticalScrollBar()->value() > 0);
        const auto place = [&] { return window.table().visualRect(window.cell("copy30", RunsModel::name)); };
        const QRect before = place();
        run::edit_notes(window.folder / "runs/copy7", {{}, {"keep"}, {}});
        QVERIFY(!window.table().stands_out("copy50"));
        const QString fresh = write(window, {.study = "another"});
        window.workspace->refresh();
        QTRY_COMPARE(window.ids().size(), 62);
        QCOMPARE(place(), before);  // two rows came above
        QCOMPARE(window.table().selected_ids(), QStringList({"copy50"}));
        QCOMPARE(window.cell("copy7", RunsModel::tags).data(RunsModel::tags_role).toStringList(),
                 QStringList({"keep"}));
        QVERIFY(window.table().stands_out(fresh));
        QVERIFY(!window.table().stands_out("copy50"));
        window.table().verticalScrollBar()->setValue(0);
        const auto ground = [&](const QString& id) {
            const QRect cell = window.table().visualRect(window.cell(id, RunsModel::tags));
            return window.table().viewport()->grab(cell).toImage().pixelColor(cell.width() / 2, 2);
        };
        QVERIFY(ground(fresh) != Theme::instance().palette().surface);
        QTRY_VERIFY(!window.table().stands_out(fresh));
        QCOMPARE(ground(fresh), Theme::instance().palette().surface);
    }

    void all_columns_fit_a_narrow_window_and_keep_widths_given() {
        Window window;
        write(window, {});
        window.open(1);
        RunsTable& table = window.table();
        const auto length = [&] { return table.header()->length(); };
        for (const int width : {1440, 1024}) {
            window.page->resize(width, 700);
            QTRY_COMPARE(length(), table.viewport()->width());
        }
        table.header()->resizeSection(RunsModel::tags, 200);
        window.page->resize(1440, 700);
        QTRY_COMPARE(length(), table.viewport()->width());
        QCOMPARE(table.columnWidth(RunsModel::tags), 200);
    }

    void any_option_can_be_a_column_and_belongs_to_the_workspace() {
        Window window;
        const auto wide = [](int d_ff) { return Json{{"model", {{"d_ff", d_ff}}}}; };
        for (const int d_ff : {1000, 128, 16})
            write(window, {.variant = "ff-" + std::to_string(d_ff), .label = "", .patch = wide(d_ff)});
        window.open(3);
        RunsTable& table = window.table();
        const int column = run_column("model.d_ff");
        QVERIFY(column >= RunsModel::column_count && table.isColumnHidden(column));
        const auto choose = [&](const QString& name) {
            Q_EMIT table.columns_menu()->aboutToShow();
            for (QAction* choice : table.columns_menu()->findChildren<QAction*>())
                if (choice->text() == name && choice->isCheckable()) choice->trigger();
        };
        choose(run_columns()[static_cast<std::size_t>(column)].title);
        choose("Best validation loss (nats)");
        QVERIFY(!table.isColumnHidden(column) && !table.isColumnHidden(RunsModel::best_validation));
        const auto shown = [&] {
            QStringList values;
            for (const QString& id : window.ids()) values += window.cell(id, column).data().toString();
            return values;
        };
        table.header()->setSortIndicator(column, Qt::AscendingOrder);
        QCOMPARE(shown(), QStringList({"16", "128", "1,000"}));
        table.header()->setSortIndicator(column, Qt::DescendingOrder);
        QCOMPARE(shown(), QStringList({"1,000", "128", "16"}));
        table.header()->setSortIndicator(RunsModel::name, Qt::AscendingOrder);
        QCOMPARE(shown(), QStringList({"16", "128", "1,000"}));  // ff-16, ff-128, ff-1000

        const QVariantMap state = window.page->save_state();
        window.page->restore_state({});  // another workspace
        QVERIFY(table.isColumnHidden(column) && !table.isColumnHidden(RunsModel::rate));
        window.page->restore_state(state);
        QVERIFY(!table.isColumnHidden(column) && !table.isColumnHidden(RunsModel::best_validation));
        QCOMPARE(table.header()->sortIndicatorSection(), int(RunsModel::name));
        for (QAction* choice : table.columns_menu()->actions())
            if (choice->text() == "Reset columns") choice->trigger();
        QVERIFY(table.isColumnHidden(column) && table.isColumnHidden(RunsModel::best_validation));
    }

    void the_filter_and_the_order_belong_to_a_workspace() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("ablate-test");
        Window window;
        write(window, {});
        const QString collapsed =
            write(window, {.variant = "no-norm", .label = "No norm", .patch = test::kNoNorm, .nan_at = 23});
        window.open(2);
        QTest::keyClicks(&window.filter(), "no-norm");
        window.table().header()->setSortIndicator(RunsModel::loss, Qt::DescendingOrder);
        Settings::set_page_state("runs", "/one", window.page->save_state());

        window.page->restore_state(Settings::page_state("runs", "/two"));  // the window goes to another workspace
        QCOMPARE(window.filter().text(), QString());
        QCOMPARE(window.table().header()->sortIndicatorSection(), -1);
        QCOMPARE(window.ids().size(), 2);
        Settings::set_page_state("runs", "/two", window.page->save_state());

        window.page->restore_state(Settings::page_state("runs", "/one"));
        QCOMPARE(window.filter().text(), QString("no-norm"));
        QCOMPARE(window.table().header()->sortIndicatorSection(), int(RunsModel::loss));
        QCOMPARE(window.table().header()->sortIndicatorOrder(), Qt::DescendingOrder);
        QCOMPARE(window.ids(), QStringList{collapsed});
    }

    void columns_and_folded_studies_are_restored() {
        Window window;
        write(window, {});
        window.open(1);
        RunsTable& table = window.table();
        const auto choose = [&](const QString& name) {
            Q_EMIT table.columns_menu()->aboutToShow();
            for (QAction* column : table.columns_menu()->actions())
                if (column->text() == name) column->trigger();
        };
        choose("Run");
        choose("Tokens/s");
        QVERIFY(!table.isColumnHidden(RunsModel::id) && table.isColumnHidden(RunsModel::rate));
        table.collapse(table.model()->index(0, 0));
        window.action("Details").trigger();
        const QVariantMap state = window.page->save_state();

        RunsPage other;
        other.set_context({window.workspace.get(), window.document.get(), window.control.get()});
        other.restore_state(state);
        RunsTable& restored = *other.findChild<RunsTable*>();
        QVERIFY(!restored.isColumnHidden(RunsModel::id) && restored.isColumnHidden(RunsModel::rate));
        QVERIFY(!restored.isExpanded(restored.model()->index(0, 0)));
        QCOMPARE(other.save_state().value("details").toBool(), false);
        for (const QVariantMap& odd : {QVariantMap(), QVariantMap{{"table", 7}, {"split", "x"}, {"details", "y"}}})
            other.restore_state(odd);
        QVERIFY(!restored.isColumnHidden(RunsModel::name));
    }
};

QTEST_MAIN(RunsTableTest)
#include "runs_table_test.moc"
