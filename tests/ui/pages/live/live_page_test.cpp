#include "ui/pages/live/live_page.h"

#include "tests/support/page_window.h"
#include "tests/support/synthetic_runs.h"
#include "ui/bridge/workspace.h"
#include "ui/charts/chart_view.h"
#include "ui/pages/live/live_run_model.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QStandardPaths>
#include <QTest>
#include <QToolButton>
#include <cmath>
#include <cstdlib>

using namespace ablate;
using namespace ablate::ui;

class LivePageTest : public QObject {
    Q_OBJECT

    struct Window : test::PageWindow<LivePage> {
        QListView& list() { return named<QListView>("Runs to draw"); }
        // The chart whose accessible name begins so.
        ChartView* chart(const QString& metric) {
            for (ChartView* plot : page.findChildren<ChartView*>())
                if (plot->accessibleName().startsWith(metric)) return plot;
            return nullptr;
        }
    };
    static void write_two(const test::TempFolder& folder) {
        test::write_synthetic_run(folder.path(), {});
        test::write_synthetic_run(folder.path(),
                                  {.variant = "no-norm", .label = "No norm", .patch = test::kNoNorm, .nan_at = 23});
    }
    static int distinct(ChartView* plot) {
        const QImage image = plot->grab().toImage();
        QSet<QRgb> colors;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) colors.insert(image.pixel(x, y));
        return static_cast<int>(colors.size());
    }

  private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("ablate-test");
        QSettings().clear();
        Theme::instance().choose(ThemeChoice::light);
        train::register_kinds();
    }

    void the_newest_study_is_shown_by_itself() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_COMPARE(window.list().model()->rowCount(), 2);
        QTRY_VERIFY(window.page.settle());
        for (const char* metric : {"Training loss", "Validation loss", "Gradient norm", "Learning rate"}) {
            QVERIFY2(window.chart(metric), metric);
            QTRY_VERIFY2(distinct(window.chart(metric)) > 20, metric);
        }
    }

    void a_collapsed_run_that_is_picked_says_why() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2 && window.page.settle());
        QVERIFY(!window.telling("The run collapsed: "));
        QListView& list = window.list();
        const auto pick = [&](const QString& name) {
            for (int row = 0; row < 2; ++row) {
                const QModelIndex index = list.model()->index(row, 0);
                if (!index.data().toString().contains(name)) continue;
                QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, list.visualRect(index).center());
            }
        };
        pick("No norm");
        QTRY_VERIFY(window.telling("The run collapsed: loss is NaN at step 23"));
        QVERIFY(window.button("Longer warm-up").isVisible());
        QVERIFY(window.chart("Training loss")->isVisible());
        pick("Baseline");
        QTRY_VERIFY(!window.telling("The run collapsed: "));
    }

    void a_zoom_in_one_chart_is_a_zoom_in_all() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2 && window.page.settle());
        ChartView* loss = window.chart("Training loss");
        loss->grab();
        QTest::keyClick(loss, Qt::Key_Plus);
        for (ChartView* plot : window.page.findChildren<ChartView*>()) QVERIFY(plot->zoomed());
        QTest::keyClick(loss, Qt::Key_Home);
        for (ChartView* plot : window.page.findChildren<ChartView*>()) QVERIFY(!plot->zoomed());
    }

    void keys_and_the_mouse_choose_runs() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2);
        QListView& list = window.list();
        const auto checked = [&](int row) {
            return list.model()->index(row, 0).data(Qt::CheckStateRole).toInt() == Qt::Checked;
        };
        QVERIFY(checked(0) && checked(1));
        list.setCurrentIndex(list.model()->index(1, 0));
        QTest::keyClick(&list, Qt::Key_Space);
        QVERIFY(checked(0) && !checked(1));
        const QRect row = list.visualRect(list.model()->index(0, 0));
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, row.topLeft() + QPoint(16, 16));
        QVERIFY(!checked(0));
        window.page.choose_runs({list.model()->index(1, 0).data(LiveRunModel::id).toString()});
        QVERIFY(!checked(0) && checked(1));
        for (QPushButton* button : window.page.findChildren<QPushButton*>())
            if (button->text() == "None") button->click();
        QVERIFY(!checked(0) && !checked(1));
        test::write_synthetic_run(window.folder.path(), {.variant = "nope", .label = "NoPE", .patch = test::kNoPE});
        window.workspace->refresh();
        QTRY_COMPARE(list.model()->rowCount(), 3);
        for (int row = 0; row < 3; ++row) QVERIFY(!checked(row));  // a choice that was made is kept
    }

  private:
    static int checked_rows(QListView& list) {
        int checked = 0;
        for (int row = 0; row < list.model()->rowCount(); ++row)
            checked += list.model()->index(row, 0).data(Qt::CheckStateRole).toInt() == Qt::Checked;
        return checked;
    }

  private Q_SLOTS:
    // A run is asked for before the workspace has listed it, and after another choice was made.
    void runs_just_started_are_shown_once_they_are_listed() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2);
        for (QPushButton* button : window.page.findChildren<QPushButton*>())
            if (button->text() == "None") button->click();
        QStringList started;
        for (int seed = 1; seed <= 2; ++seed)
            started += QString::fromStdString(
                test::write_synthetic_run(
                    window.folder.path(),
                    {.study = "later", .variant = "nope", .label = "NoPE", .patch = test::kNoPE, .seed = seed})
                    .id());
        window.page.choose_runs(started);
        QCOMPARE(checked_rows(window.list()), 0);  // not listed yet
        QTRY_COMPARE(window.list().model()->rowCount(), 4);
        QTRY_COMPARE(checked_rows(window.list()), 2);
        for (int row = 0; row < 4; ++row) {
            const QModelIndex run = window.list().model()->index(row, 0);
            QCOMPARE(run.data(Qt::CheckStateRole).toInt() == Qt::Checked,
                     started.contains(run.data(LiveRunModel::id).toString()));
        }
        QTRY_VERIFY(window.page.settle());
        QVERIFY(distinct(window.chart("Training loss")) > 20);
        window.page.choose_runs({});  // nothing new was started: what is shown stays
        QCOMPARE(checked_rows(window.list()), 2);
    }

    void runs_of_older_settings_are_chosen_by_hand_alone() {
        Window window;
        const Json shorter{{"train", {{"steps", 50}}}};
        test::write_synthetic_run(window.folder.path(), {.patch = shorter});
        window.open();
        QTRY_COMPARE(checked_rows(window.list()), 1);
        test::write_synthetic_run(window.folder.path(), {});
        window.workspace->refresh();
        QTRY_COMPARE(window.list().model()->rowCount(), 2);
        const auto checked = [&](int row) {
            return window.list().model()->index(row, 0).data(Qt::CheckStateRole).toInt() == Qt::Checked;
        };
        QVERIFY(checked(0) && !checked(1));
        QVERIFY(window.list().model()->index(1, 0).data(LiveRunModel::detail).toString().startsWith("older settings"));
        window.list().model()->setData(window.list().model()->index(1, 0), Qt::Checked, Qt::CheckStateRole);
        QVERIFY(checked(0) && checked(1));
    }

    void a_run_picked_stands_out_until_it_is_let_go() {
        Window window;
        // Healthy ones: a card next to the charts tells why a run collapsed, and changes their size.
        test::write_synthetic_run(window.folder.path(), {});
        test::write_synthetic_run(window.folder.path(), {.variant = "nope", .label = "NoPE", .patch = test::kNoPE});
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2 && window.page.settle());
        QListView& list = window.list();
        ChartView* plot = window.chart("Training loss");
        const auto settled = [&] {
            QEvent leave(QEvent::Leave);
            QCoreApplication::sendEvent(list.viewport(), &leave);
            QCoreApplication::processEvents();
            // The curves of a run that was unchosen are read anew.
            [[maybe_unused]] const bool read = QTest::qWaitFor([&] { return window.page.settle(); });
            return plot->grab().toImage();
        };
        const auto pick = [&](int row) {
            const QRect rect = list.visualRect(list.model()->index(row, 0));
            QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, rect.center());
        };
        const QImage none = settled();
        pick(0);
        QVERIFY(settled() != none);
        pick(0);  // again
        QCOMPARE(settled(), none);
        pick(1);
        QVERIFY(settled() != none);
        QTest::keyClick(&list, Qt::Key_Escape);
        QCOMPARE(settled(), none);
        pick(0);
        QVERIFY(settled() != none);
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, {40, list.viewport()->height() - 3});  // below all rows
        QCOMPARE(settled(), none);
        pick(1);
        QVERIFY(settled() != none);
        QLineEdit* filter = window.page.findChild<QLineEdit*>("filter");
        QTest::keyClicks(filter, list.model()->index(0, 0).data().toString());  // hides the picked one
        filter->clear();
        QCOMPARE(settled(), none);
        pick(0);
        for (QPushButton* button : window.page.findChildren<QPushButton*>())
            if (button->text() == "None") button->click();
        for (QPushButton* button : window.page.findChildren<QPushButton*>())
            if (button->text() == "All") button->click();
        QTRY_VERIFY(settled() == none);  // the curves are read again
    }

    void the_check_box_of_a_run_does_not_pick_it() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2 && window.page.settle());
        QListView& list = window.list();
        const QPoint box = list.visualRect(list.model()->index(0, 0)).topLeft() + QPoint(16, 16);
        const auto settled = [&] {
            QEvent leave(QEvent::Leave);
            QCoreApplication::sendEvent(list.viewport(), &leave);
            QCoreApplication::processEvents();
            // The curves of a run that was unchosen are read anew.
            [[maybe_unused]] const bool read = QTest::qWaitFor([&] { return window.page.settle(); });
            return window.chart("Training loss")->grab().toImage();
        };
        const QImage before = settled();
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, box);
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, box);
        QTRY_VERIFY(settled() == before);
    }

    void the_filter_hides_without_unchoosing() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2);
        QTest::keyClicks(window.page.findChild<QLineEdit*>("filter"), "no norm");
        QCOMPARE(window.list().model()->rowCount(), 1);
        window.page.findChild<QLineEdit*>("filter")->clear();
        QCOMPARE(window.list().model()->index(0, 0).data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
    }

    void a_metric_chosen_twice_changes_places() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2 && window.page.settle());
        QComboBox* first = nullptr;
        for (QComboBox* box : window.page.findChildren<QComboBox*>())
            if (box->currentText() == "Training loss") first = box;
        QVERIFY(first);
        first->setCurrentIndex(first->findText("Gradient norm"));
        Q_EMIT first->activated(first->currentIndex());
        int losses = 0, norms = 0;
        for (ChartView* plot : window.page.findChildren<ChartView*>()) {
            losses += plot->accessibleName().startsWith("Training loss");
            norms += plot->accessibleName().startsWith("Gradient norm");
        }
        QCOMPARE(losses, 1);
        QCOMPARE(norms, 1);
        QSettings().clear();
    }

    void seeds_are_averaged_until_each_run_is_asked_for() {
        Window window;
        test::write_synthetic_seeds(window.folder.path(), {}, {3.6, 3.7, 3.8});
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 3 && window.page.settle());
        QComboBox& grouping = window.named<QComboBox>("Curves");
        QCOMPARE(grouping.currentText(), QString("By variant"));
        const QImage means = window.chart("Training loss")->grab().toImage();
        grouping.setCurrentIndex(1);
        QVERIFY(window.chart("Training loss")->grab().toImage() != means);
        grouping.setCurrentIndex(0);
        QCOMPARE(window.chart("Training loss")->grab().toImage(), means);
        QSettings().clear();
    }

    void a_smoothing_weight_is_typed() {
        Window window;
        QDoubleSpinBox& typed = window.named<QDoubleSpinBox>("Smoothing weight");
        QSlider& slider = window.named<QSlider>("Smoothing");
        QCOMPARE(slider.value(), 600);
        typed.setValue(0.95);
        QCOMPARE(slider.value(), 950);
        slider.setValue(250);
        QCOMPARE(typed.value(), 0.25);
        QCOMPARE(QSettings().value("live/smoothing").toDouble(), 0.25);
        QSettings().clear();
    }

    void a_solo_run_is_drawn_beside_the_pinned_ones_alone() {
        Window window;
        write_two(window.folder);
        test::write_synthetic_run(window.folder.path(), {.variant = "nope", .label = "NoPE", .patch = test::kNoPE});
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 3 && window.page.settle());
        QListView& list = window.list();
        const auto press = [&](const QString& text) {
            for (QToolButton* button : window.page.findChildren<QToolButton*>())
                if (button->text() == text && button->isEnabled()) return button->click(), true;
            return false;
        };
        const auto on = [&](int row, LiveRunModel::Role role) {
            return list.model()->index(row, 0).data(role).toBool();
        };
        const auto pick = [&](int row) {
            QTest::mouseClick(list.viewport(), Qt::LeftButton, {},
                              list.visualRect(list.model()->index(row, 0)).center());
            QCoreApplication::processEvents();
        };
        QVERIFY(!press("Solo"));  // no run is picked
        pick(2);
        const QString last = list.model()->index(2, 0).data(LiveRunModel::id).toString();
        QVERIFY(press("Pin"));
        QCOMPARE(list.model()->index(0, 0).data(LiveRunModel::id).toString(), last);
        QVERIFY(on(0, LiveRunModel::pinned));
        pick(1);
        QVERIFY(press("Solo"));
        QVERIFY(on(1, LiveRunModel::solo) && !on(2, LiveRunModel::solo));
        // A pinned run passes the filter.
        window.page.findChild<QLineEdit*>("filter")->setText("no run is called so");
        QCOMPARE(list.model()->rowCount(), 1);
        window.page.findChild<QLineEdit*>("filter")->clear();
        QVERIFY(press("Solo"));
        for (int row = 0; row < 3; ++row) QVERIFY(!on(row, LiveRunModel::solo));
    }

    void charts_and_pinned_runs_are_kept_with_the_workspace() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2 && window.page.settle());
        QPushButton& add = window.button("Add chart");
        add.click();
        QVERIFY(window.chart("Validation bits per byte"));
        add.click();
        QVERIFY(window.chart("Tokens per second"));
        QTRY_VERIFY(!add.isEnabled());  // every metric is shown
        const QVariantMap kept = window.page.save_state();
        Window other;
        other.page.restore_state(kept);
        QCOMPARE(other.page.findChildren<ChartView*>().size(), qsizetype{6});
        QCOMPARE(other.page.save_state(), kept);
        other.page.restore_state({});  // a workspace without an arrangement begins anew
        QCOMPARE(other.page.findChildren<ChartView*>().size(), qsizetype{4});
    }

    void a_chart_includes_its_outliers_when_asked_to() {
        Window window;
        test::write_synthetic_seeds(window.folder.path(), {}, {3.6, 3.7, 3.8, 3.9, 4.0});
        test::write_synthetic_run(window.folder.path(), {.variant = "nope", .patch = test::kNoPE, .final_loss = 1e6});
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 6 && window.page.settle());
        ChartView* loss = window.chart("Training loss");
        const QImage cut = loss->grab().toImage();
        Q_EMIT loss->outliers_clicked();
        QVERIFY(loss->grab().toImage() != cut);  // up to a million
        Q_EMIT loss->outliers_clicked();
        QCOMPARE(loss->grab().toImage(), cut);
    }

    void the_values_of_a_chart_are_those_of_its_runs() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2 && window.page.settle());
        const QString table = window.chart("Validation loss")->csv();
        QVERIFY(table.contains("Baseline") && table.contains("No norm") && table.contains("7.64"));
    }

    void a_collapse_is_told_in_the_list_by_the_number_of_its_mark() {
        Window window;
        write_two(window.folder);
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2 && window.page.settle());
        const QModelIndex collapsed = window.list().model()->index(1, 0);
        QCOMPARE(collapsed.data(LiveRunModel::flag_lines).toStringList(),
                 QStringList({"1  loss is NaN at step 23, first in blocks.2.attn"}));
    }

    void the_values_of_a_grid_are_told_once() {
        Window window;
        for (const char* rate : {"0.01", "0.001"})
            test::write_synthetic_run(window.folder.path(), {.grid_point = std::string("train.lr=") + rate,
                                                             .patch = {{"train", {{"lr", std::atof(rate)}}}}});
        window.open();
        QTRY_VERIFY(window.list().model()->rowCount() == 2 && window.page.settle());
        const QString legend = window.named<QLabel>("Grid of the runs drawn").text();
        QCOMPARE(legend.count("lr "), qsizetype{1});
        QVERIFY(legend.indexOf("0.001") < legend.lastIndexOf("0.01"));
        QVERIFY(window.list().model()->index(0, 0).data().toString().contains(", lr 0.01, "));
    }

    // Earlier versions kept the place of the axis in a list in which wall time came third.
    void the_x_axis_is_kept_by_name_and_read_by_its_former_place() {
        const auto chosen = [] {
            Window window;
            return window.named<QComboBox>("Horizontal axis").currentText();
        };
        for (const auto& [place, text] : {std::pair(2, "Wall time"), {3, "FLOPs"}, {17, "Steps"}}) {
            QSettings().clear();
            QSettings().setValue("live/along", place);
            QCOMPARE(chosen(), QString(text));
        }
        {
            Window window;
            QComboBox& axis = window.named<QComboBox>("Horizontal axis");
            axis.setCurrentIndex(axis.findText("Tokens"));
        }
        QCOMPARE(QSettings().value("live/x_axis").toString(), QString("tokens"));
        QCOMPARE(chosen(), QString("Tokens"));
        QSettings().clear();
    }

    void a_run_that_appears_is_listed_and_a_collapse_is_told() {
        Window window;
        window.open();
        QVERIFY(window.telling("No runs yet"));
        test::write_synthetic_run(window.folder.path(), {});
        window.workspace->refresh();
        QTRY_COMPARE(window.list().model()->rowCount(), 1);
        QVERIFY(!window.telling("No runs yet"));
        const auto collapsed = test::write_synthetic_run(
            window.folder.path(), {.variant = "no-norm", .label = "No norm", .patch = test::kNoNorm, .nan_at = 23});
        window.workspace->refresh();
        QTRY_COMPARE(window.list().model()->rowCount(), 2);
        for (int row = 0; row < 2; ++row)  // a run of the study that is shown is shown too
            QCOMPARE(window.list().model()->index(row, 0).data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
        Q_EMIT window.workspace->run_collapsed(QString::fromStdString(collapsed.id()));
        QVERIFY(window.telling("No norm, seed 1 collapsed: loss is NaN at step 23"));
    }
};

QTEST_MAIN(LivePageTest)
#include "live_page_test.moc"
