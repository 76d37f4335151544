#include "ui/pages/compare/compare_page.h"

#include "tests/support/page_window.h"
#include "tests/support/synthetic_runs.h"
#include "ui/bridge/workspace.h"
#include "ui/charts/chart_view.h"
#include "ui/pages/compare/compare_model.h"
#include "ui/pages/compare/step_box.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QTreeView>

using namespace ablate;
using namespace ablate::ui;

class ComparePageTest : public QObject {
    Q_OBJECT

    struct Window : test::PageWindow<ComparePage> {
        QTreeView& table() { return named<QTreeView>("Comparison"); }
        QStringList column(CompareColumn column) {
            QStringList texts;
            const QAbstractItemModel& model = *table().model();
            for (int row = 0; row < model.rowCount(); ++row)
                texts += model.index(row, static_cast<int>(column)).data().toString();
            return texts;
        }
    };

  private Q_SLOTS:
    void initTestCase() {
        Theme::instance().choose(ThemeChoice::light);
        train::register_kinds();
    }

    void without_runs_it_says_what_to_do() {
        Window window;
        window.open();
        QTRY_VERIFY(window.page.settle());
        QSignalSpy asked(&window.page, &Page::open_page);
        QVERIFY(window.button("Open Study").isVisible());
        QTest::mouseClick(&window.button("Open Study"), Qt::LeftButton);
        QCOMPARE(asked.takeFirst(), QVariantList{"study"});
        QVERIFY(!window.table().isVisible());
    }

    void the_newest_study_is_compared_by_itself() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        QCOMPARE(window.column(CompareColumn::delta), (QStringList{"–", "+0.0815", "+0.142"}));
        QVERIFY(window.table().isVisible());
    }

    void a_run_that_ends_is_taken_in_and_the_selection_stays() {
        Window window;
        test::write_synthetic_seeds(window.folder.path(), {}, {3.6582, 3.6502});
        test::write_synthetic_run(window.folder.path(),
                                  {.variant = "nope", .label = "NoPE", .patch = test::kNoPE, .final_loss = 3.74});
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 2 && window.page.settle());
        QTreeView& table = window.table();
        table.expand(table.model()->index(1, 0));
        table.setCurrentIndex(table.model()->index(1, 0));
        test::write_synthetic_run(
            window.folder.path(),
            {.variant = "nope", .label = "NoPE", .patch = test::kNoPE, .seed = 2, .final_loss = 3.73});
        window.workspace->refresh();
        QTRY_COMPARE_WITH_TIMEOUT(table.model()->rowCount(table.model()->index(1, 0)), 2, 10000);
        QVERIFY(table.isExpanded(table.model()->index(1, 0)));
        QCOMPARE(table.currentIndex().row(), 1);
    }

    void the_reference_is_chosen_with_the_keyboard() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        QComboBox& reference = window.named<QComboBox>("Reference");
        QCOMPARE(reference.currentText(), QString("Baseline"));
        QTest::keyClick(&reference, Qt::Key_Down);
        QTRY_COMPARE(window.column(CompareColumn::delta), (QStringList{"-0.081", "–", "+0.061"}));
    }

    void differences_are_read_at_a_step() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        StepBox& step = *window.page.findChild<StepBox*>();
        QAbstractItemModel& readings = *window.named<QTableView>("Differences read at one point").model();
        QCOMPARE(step.value(), 100.0);  // the last at which all were evaluated
        QCOMPARE(readings.rowCount(), 2);
        QCOMPARE(readings.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QString("Steps\n100"));
        QCOMPARE(readings.index(1, 1).data().toString(), QString("+0.142 ± 0.029"));
        QCOMPARE(readings.index(1, 4).data().toString(), QString("–"));  // SiLU ends after 27 of 30 s
        // Arrows go from one evaluation to the next, and what is typed becomes the nearest.
        QTest::keyClick(&step, Qt::Key_Down);
        QCOMPARE(step.value(), 80.0);
        QTRY_VERIFY(readings.index(1, 4).data().toString().startsWith("≈ +"));
        step.selectAll();
        QTest::keyClicks(&step, "53");
        QTest::keyClick(&step, Qt::Key_Return);
        QCOMPARE(step.value(), 60.0);
        for (const auto& [typed, read] :
             {std::pair("250", 100.0), {"7", 0.0}, {"1e2", 100.0}, {"2x", 100.0}, {"1,0", 100.0}, {"58", 60.0}}) {
            step.selectAll();
            QTest::keyClicks(&step, typed);
            QTest::keyClick(&step, Qt::Key_Return);
            QCOMPARE(step.value(), read);
        }
        QTRY_COMPARE(readings.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QString("Steps\n60"));
        QTest::mouseClick(&window.button("Last common"), Qt::LeftButton);
        QTRY_COMPARE(step.value(), 100.0);
    }

    void a_refused_step_stays_until_it_is_corrected_or_another_is_chosen() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        StepBox& step = *window.page.findChild<StepBox*>();
        const auto refuse = [&] {
            step.setFocus();
            step.selectAll();
            QTest::keyClicks(&step, "2x");
            QTest::keyClick(&step, Qt::Key_Return);
            return step.text() == "2x" && step.value() == 100 && window.telling("press Esc to keep 100");
        };
        QVERIFY(refuse());
        QTest::keyClick(&step, Qt::Key_Down);
        QCOMPARE(step.text(), QString("2x"));
        // The readings are shown anew; what is typed stays.
        QTest::keyClicks(&window.named<QLineEdit>("Filter variants"), "SiLU");
        QTRY_COMPARE(window.named<QTableView>("Differences read at one point").model()->rowCount(), 1);
        QCOMPARE(step.text(), QString("2x"));
        QTest::keyClick(&step, Qt::Key_Escape);
        QCOMPARE(step.text(), QString("100"));
        QVERIFY(!window.telling("press Esc"));
        QVERIFY(refuse());
        window.named<QSlider>("Step of the reference at which the differences are read").setValue(3);
        QCOMPARE(step.text(), QString("60"));
        QVERIFY(!window.telling("press Esc"));
        step.selectAll();
        QTest::keyClicks(&step, "2x");
        QTest::keyClick(&step, Qt::Key_Return);
        QTest::mouseClick(&window.button("Last common"), Qt::LeftButton);
        QTRY_COMPARE(step.text(), QString("100"));
        QVERIFY(!window.telling("press Esc"));
    }

    // SiLU has done more steps in the same time: that value lies between two of its evaluations.
    void what_is_read_between_evaluations_says_so_and_is_not_bold() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        QAbstractItemModel& readings = *window.named<QTableView>("Differences read at one point").model();
        QVERIFY(!window.telling("interpolated between two evaluations"));
        QTest::keyClick(window.page.findChild<StepBox*>(), Qt::Key_Down);
        QTRY_VERIFY(window.telling("interpolated between two evaluations"));
        const QModelIndex measured = readings.index(1, 1), between = readings.index(1, 4);
        QVERIFY(!measured.data().toString().startsWith("≈"));
        QVERIFY(between.data(Qt::ToolTipRole).toString().contains("between its evaluations at steps 80 and 100"));
        QCOMPARE(between.data(Qt::ForegroundRole).value<QColor>(), Theme::instance().palette().muted);
        QVERIFY(measured.data(Qt::ForegroundRole).value<QColor>() != Theme::instance().palette().muted);
    }

    void a_group_picked_stands_out_until_it_is_let_go() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        QTreeView& table = window.table();
        ChartView& plot = *window.page.findChild<ChartView*>();
        const auto at = [&](int row) { return table.visualRect(table.model()->index(row, 0)).center(); };
        const auto settled = [&] {
            QEvent leave(QEvent::Leave);
            QCoreApplication::sendEvent(table.viewport(), &leave);
            QCoreApplication::processEvents();
            return plot.grab().toImage();
        };
        const QImage none = settled();
        const auto pick = [&](int row) { QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, at(row)); };
        pick(1);
        QVERIFY(settled() != none);
        pick(1);  // again
        QCOMPARE(settled(), none);
        pick(2);
        QVERIFY(settled() != none);
        QTest::keyClick(&table, Qt::Key_Escape);
        QCOMPARE(settled(), none);
        pick(0);
        QVERIFY(settled() != none);
        const QPoint below_all_rows(40, table.viewport()->height() - 3);
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, below_all_rows);
        QCOMPARE(settled(), none);
        // The row that takes a picked one's place was not picked.
        pick(2);
        QVERIFY(settled() != none);
        QLineEdit& filter = window.named<QLineEdit>("Filter variants");
        QTest::keyClicks(&filter, "NoPE");
        filter.clear();
        QCOMPARE(settled(), none);
    }

    void the_filter_is_that_of_table_and_charts() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        QTest::keyClicks(&window.named<QLineEdit>("Filter variants"), "SiLU");
        QCOMPARE(window.column(CompareColumn::variant), QStringList{"SiLU"});
        QCOMPARE(window.named<QTableView>("Differences read at one point").model()->rowCount(), 1);
    }

    void options_can_be_ignored() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        window.page.findChild<QTabWidget*>()->setCurrentIndex(1);
        QTableView& options = window.named<QTableView>("Options that differ");
        QCOMPARE(options.model()->rowCount(), 3);  // position, feed-forward, d_ff
        options.selectRow(0);
        QTest::mouseClick(&window.button("Ignore selected"), Qt::LeftButton);
        QCOMPARE(options.model()->rowCount(), 2);
        QTest::mouseClick(&window.button("Show 1 ignored"), Qt::LeftButton);
        QCOMPARE(options.model()->rowCount(), 3);
    }

    void chosen_runs_are_compared() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        const auto& runs = window.workspace->runs()->runs;
        window.page.choose_runs({QString::fromStdString(runs[3].info.id), QString::fromStdString(runs[6].info.id)});
        QTRY_VERIFY(window.table().model()->rowCount() == 2 && window.page.settle());
        QCOMPARE(window.column(CompareColumn::variant), (QStringList{"NoPE", "SiLU"}));
        QCOMPARE(window.named<QComboBox>("Study").currentText(), QString("2 chosen runs"));
    }

    void an_error_is_told_in_place_of_reading() {
        Window window;
        test::write_synthetic_seeds(window.folder.path(), {}, {3.65});
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 1 && window.page.settle());
        window.page.choose_runs({"ffffffff"});
        QTRY_VERIFY(window.telling("no run 'ffffffff'"));
        QVERIFY(window.page.settle());
        QCOMPARE(window.table().model()->rowCount(), 0);
        const QString id = QString::fromStdString(window.workspace->runs()->runs[0].info.id);
        window.page.choose_runs({id});
        QTRY_COMPARE_WITH_TIMEOUT(window.table().model()->rowCount(), 1, 10000);
        QVERIFY(!window.telling("no run"));
    }

    void how_curves_are_drawn_alone_derives_nothing() {
        Window window;
        test::write_measured_study(window.folder.path());
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 3 && window.page.settle());
        ChartView& plot = *window.page.findChild<ChartView*>();
        const QImage before = plot.grab().toImage();
        for (QCheckBox* box : window.page.findChildren<QCheckBox*>())
            if (box->text() == "log y") box->click();
        QCoreApplication::processEvents();
        QVERIFY(window.page.settle());  // no worker was asked
        QVERIFY(plot.grab().toImage() != before);
    }

    void a_hidden_page_reads_nothing() {
        Window window;
        test::write_synthetic_seeds(window.folder.path(), {}, {3.65});
        window.open();
        QTRY_VERIFY(window.table().model()->rowCount() == 1 && window.page.settle());
        window.page.hide();
        test::write_synthetic_run(window.folder.path(), {.variant = "nope", .label = "NoPE", .patch = test::kNoPE});
        QSignalSpy runs(window.workspace.get(), &Workspace::runs_changed);
        window.workspace->refresh();
        QTRY_VERIFY(runs.count() > 0);
        QCOMPARE(window.table().model()->rowCount(), 1);
        window.page.show();
        QTRY_COMPARE_WITH_TIMEOUT(window.table().model()->rowCount(), 2, 10000);
    }

    void choices_are_restored() {
        QVariantMap state;
        {
            Window window;
            window.table().setColumnHidden(static_cast<int>(CompareColumn::speed), false);
            window.named<QComboBox>("Horizontal axis").setCurrentIndex(3);
            window.page.findChild<QTabWidget*>()->setCurrentIndex(1);
            state = window.page.save_state();
        }
        Window window;
        window.page.restore_state(state);
        QVERIFY(!window.table().isColumnHidden(static_cast<int>(CompareColumn::speed)));
        QCOMPARE(window.named<QComboBox>("Horizontal axis").currentText(), QString("Training time"));
        QCOMPARE(window.page.findChild<QTabWidget*>()->currentIndex(), 1);
        window.page.restore_state({{"columns", "?"}, {"tab", 99}, {"curves", 3}});  // of no version
        // Of a version that kept the place of the x axis in the list.
        window.page.restore_state({{"curves", QVariantMap{{"along", 2}}}});
        QCOMPARE(window.named<QComboBox>("Horizontal axis").currentText(), QString("FLOPs"));
        QVariantMap columns = state.value("columns").toMap();
        columns["titles"] = QStringList{"Variant", "Another"};  // of one with other columns
        Window other;
        other.page.restore_state({{"columns", columns}});
        QVERIFY(other.table().isColumnHidden(static_cast<int>(CompareColumn::speed)));
    }
};

QTEST_MAIN(ComparePageTest)
#include "compare_page_test.moc"
