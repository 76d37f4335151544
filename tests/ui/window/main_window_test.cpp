#include "ui/window/main_window.h"

#include "core/run/run_store.h"
#include "tests/support/drop_file.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"
#include "ui/bridge/settings.h"
#include "ui/pages/welcome/welcome_page.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/window/header_bar.h"
#include "ui/window/page_tabs.h"
#include "ui/window/session.h"

#include <QAbstractButton>
#include <QLabel>
#include <QMessageBox>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>
#include <QToolButton>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

class MainWindowTest : public QObject {
    Q_OBJECT

    static QAbstractButton* button(QWidget& window, const QString& name) {
        for (QAbstractButton* button : window.findChildren<QAbstractButton*>())
            if (button->text() == name || button->objectName() == name) return button;
        return nullptr;
    }
    static QMessageBox* question(QWidget& window) {
        for (QMessageBox* box : window.findChildren<QMessageBox*>())
            if (box->isVisible()) return box;
        return nullptr;
    }
    static QString study_of(MainWindow& window) {
        return QString::fromStdString(window.session().document.study().name);
    }
    // A run that trains until it is told otherwise, after its first step.
    static std::string train_long(MainWindow& window, const test::TempFolder& folder) {
        const fs::path tokens = test::write_tiny_tokens(folder / "tokens");
        const auto run = test::create_tiny_run(folder.path(), test::tiny_config(tokens, 10'000'000));
        window.session().control.resume({QString::fromStdString(run.id())});
        if (!QTest::qWaitFor([&] { return run.state().step > 0; })) qFatal("not begun");
        return run.id();
    }

    // A window of before, that left changes of a study behind.
    static fs::path leave_a_draft(const test::TempFolder& folder) {
        const fs::path file = folder.write("mine.json", R"({"format": 1, "name": "mine", "variants": []})");
        MainWindow window(folder.path(), QString::fromStdString(file.string()));
        if (!QTest::qWaitFor([&] { return study_of(window) == "mine"; })) qFatal("not opened");
        window.session().document.set_option("baseline", "train.steps", 77);
        window.end(15);
        return file;
    }
    static void leave_a_draft_without_a_file(const test::TempFolder& folder) {
        MainWindow window(folder.path());
        window.session().document.set_option("baseline", "train.steps", 77);
        window.end(15);
    }

    const test::TempFolder user_cache_;  // of step times

  private Q_SLOTS:
    void initTestCase() {
        qputenv("XDG_CACHE_HOME", user_cache_.path().c_str());
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("ablate-test");
        QCoreApplication::setApplicationName("main-window-test");
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }
    void init() { QSettings().clear(); }

    void a_new_workspace_welcomes() {
        test::TempFolder folder;
        MainWindow window(folder.path());
        window.show();
        QCOMPARE(window.current_page(), QString("welcome"));
        QCOMPARE(window.findChild<PageTabs*>()->chosen(), -1);
        QVERIFY(button(window, "Start the quick study"));
    }

    void one_with_runs_shows_them() {
        test::TempFolder folder;
        test::write_synthetic_run(folder.path(), {});
        MainWindow window(folder.path());
        window.show();
        QTRY_COMPARE(window.current_page(), QString("runs"));
    }

    void keys_and_tabs_lead_to_every_page() {
        test::TempFolder folder;
        MainWindow window(folder.path());
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        const QStringList pages{"study", "runs", "live", "compare", "report"};
        QCOMPARE(MainWindow::tab_pages(), pages);
        for (int i = 0; i < pages.size(); ++i) {
            QTest::keyClick(&window, static_cast<Qt::Key>(Qt::Key_1 + i), Qt::ControlModifier);
            QCOMPARE(window.current_page(), pages[i]);
            QCOMPARE(window.findChild<PageTabs*>()->chosen(), i);
        }
        QTest::mouseClick(button(window, "Runs"), Qt::LeftButton);
        QCOMPARE(window.current_page(), QString("runs"));
        QTest::keyClick(&window, Qt::Key_F1);
        QCOMPARE(window.current_page(), QString("help"));
        QCOMPARE(window.findChild<PageTabs*>()->chosen(), -1);
    }

    void the_header_says_which_study_and_whether_it_changed() {
        test::TempFolder folder;
        MainWindow window(folder.path(), "quick");
        window.show();
        QTRY_COMPARE(study_of(window), QString("quick"));
        QCOMPARE(window.current_page(), QString("study"));
        QVERIFY(button(window, "quick"));
        window.session().document.set_option("baseline", "train.steps", 77);
        QVERIFY(button(window, "quick •"));
        QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(button(window, "quick"));
    }

    void what_was_open_is_open_again() {
        test::TempFolder folder;
        {
            MainWindow window(folder.path(), "quick");
            window.show();
            QTRY_COMPARE(study_of(window), QString("quick"));
            window.session().document.set_option("baseline", "train.steps", 77);
            window.show_page("live");
            window.close();
            QTRY_VERIFY(!window.isVisible());
        }
        MainWindow window(folder.path());
        window.show();
        QCOMPARE(window.current_page(), QString("live"));
        QTRY_COMPARE(study_of(window), QString("quick"));
        QCOMPARE(window.session().document.baseline().train.steps, 77);
        QVERIFY(window.session().document.modified());  // in no file
    }

    void a_presets_copy_that_is_as_it_was_opened_needs_no_question() {
        test::TempFolder folder;
        {
            MainWindow window(folder.path(), "quick");
            QTRY_COMPARE(study_of(window), QString("quick"));
            window.end(15);
        }
        MainWindow window(folder.path());
        QTRY_COMPARE(study_of(window), QString("quick"));
        QVERIFY(!window.session().document.modified());
    }

    void a_draft_outlives_a_window_that_ends_at_once_and_the_file_it_belongs_to() {
        test::TempFolder folder;
        const fs::path file = leave_a_draft(folder);
        {
            MainWindow window(folder.path());
            window.end(15);  // before the file is read
        }
        {
            MainWindow window(folder.path());
            QTRY_COMPARE(study_of(window), QString("mine"));
            QCOMPARE(window.session().document.file(), QString::fromStdString(file.string()));
            QCOMPARE(window.session().document.baseline().train.steps, 77);
            window.end(15);
        }
        fs::remove(file);
        MainWindow window(folder.path());
        window.show();
        QTRY_COMPARE(window.session().document.baseline().train.steps, 77);
        QVERIFY(window.session().document.modified());
        QVERIFY(window.findChild<Banner*>()->text().contains("mine.json"));
        window.new_study();
        QTRY_VERIFY(question(window));
    }

    void a_study_named_at_the_start_does_not_replace_a_draft_unasked() {
        for (const bool with_file : {true, false}) {
            test::TempFolder folder;
            if (with_file)
                leave_a_draft(folder);
            else
                leave_a_draft_without_a_file(folder);
            MainWindow window(folder.path(), "quick-lr");
            window.show();
            QTRY_VERIFY(question(window));
            QTest::keyClick(question(window), Qt::Key_Escape);
            QCOMPARE(window.session().document.baseline().train.steps, 77);
            window.start_preset("quick-lr");
            QTRY_VERIFY(question(window));
            QTest::mouseClick(question(window)->button(QMessageBox::Cancel), Qt::LeftButton);
            QVERIFY(!window.session().control.preparing_study());
            window.open_study("quick-lr");
            QTRY_VERIFY(question(window));
            QTest::mouseClick(question(window)->button(QMessageBox::Discard), Qt::LeftButton);
            QTRY_COMPARE(study_of(window), QString("quick-lr"));
        }
    }

    void nor_does_one_that_is_started_before_the_draft_is_back() {
        test::TempFolder folder;
        leave_a_draft(folder);
        MainWindow window(folder.path());
        window.show();
        window.start_preset("quick-lr");
        QTRY_VERIFY(question(window));
        QCOMPARE(window.session().document.baseline().train.steps, 77);
    }

    void a_preset_is_saved_before_it_trains() {
        test::TempFolder folder;
        MainWindow window(folder.path());
        window.show();
        bool saved = false;
        connect(&window.session().control, &RunControl::preparing, &window, [&] {
            saved = fs::exists(folder / "studies" / "quick.json");
            window.session().control.cancel_preparation();
        });
        window.start_preset("quick");
        QTRY_VERIFY(window.session().control.preparing_study());
        QVERIFY(saved);
        QTRY_VERIFY_WITH_TIMEOUT(!window.session().control.preparing_study(), 60'000);
    }

    void a_preparation_that_goes_on_stays_in_the_header() {
        test::TempFolder folder;
        MainWindow window(folder.path());
        window.show();
        auto* header = window.findChild<HeaderBar*>();
        RunControl& control = window.session().control;
        StudyConfig study;
        study.name = "small";
        study.baseline = test::tiny_baseline(test::write_tiny_tokens(folder / "tokens"), 4);
        control.start_study(study);
        control.start_study(study);  // refused: one at a time
        QVERIFY(button(*header, "Cancel")->isVisible());
        header->set_waiting("Saving checkpoints…");
        QVERIFY(!button(*header, "Cancel")->isVisible());
        control.cancel_preparation();
        QTRY_VERIFY_WITH_TIMEOUT(!control.preparing_study(), 60'000);
    }

    void what_is_dropped_opens() {
        test::TempFolder folder, elsewhere;
        MainWindow window(folder.path());
        window.show();
        const fs::path study = elsewhere.write("mine.json", R"({"format": 1, "name": "mine", "variants": []})");
        QVERIFY(test::drop_file(window, study));
        QTRY_COMPARE(study_of(window), QString("mine"));
        const auto run = test::write_synthetic_run(elsewhere / "other", {});
        QVERIFY(test::drop_file(window, run.folder()));
        QTRY_COMPARE(window.session().workspace.runs()->runs.size(), std::size_t{1});
        QTRY_COMPARE(window.current_page(), QString("runs"));
        QVERIFY(test::drop_file(window, elsewhere.write("readme.txt", "hello")));
        QTRY_VERIFY(window.findChild<Banner*>()->text().contains("readme.txt"));
        QVERIFY(test::drop_file(window, elsewhere / "other"));
        QTRY_VERIFY(window.session().folder().endsWith("/other"));
        QTRY_COMPARE(window.session().workspace.runs()->runs.size(), std::size_t{1});
        QCOMPARE(Settings::recent_workspaces().size(), 2);
    }

    void all_runs_that_are_dropped_are_imported() {
        test::TempFolder folder, elsewhere;
        MainWindow window(folder.path());
        window.show();
        std::vector<fs::path> runs;
        for (int seed = 1; seed <= 3; ++seed)
            runs.push_back(test::write_synthetic_run(elsewhere.path(), {.seed = seed}).folder());
        QVERIFY(test::drop_files(window, {runs[0], runs[1]}));
        QVERIFY(test::drop_file(window, runs[2]));
        QTRY_COMPARE(window.session().workspace.runs()->runs.size(), std::size_t{3});
        QVERIFY(test::drop_files(window, {runs[0], elsewhere.path()}));
        QTRY_VERIFY(window.findChild<Banner*>()->text().contains("drop the rest by itself"));
    }

    void changes_are_not_lost_to_another_study_unasked() {
        test::TempFolder folder;
        MainWindow window(folder.path(), "quick");
        window.show();
        QTRY_COMPARE(study_of(window), QString("quick"));
        window.session().document.set_option("baseline", "train.steps", 77);
        window.new_study();
        QTRY_VERIFY(question(window));
        QTest::keyClick(question(window), Qt::Key_Escape);
        QCOMPARE(study_of(window), QString("quick"));
        window.new_study();
        QTRY_VERIFY(question(window));
        QTest::mouseClick(question(window)->button(QMessageBox::Save), Qt::LeftButton);
        QTRY_COMPARE(study_of(window), QString("study"));
        QVERIFY(fs::exists(folder / "studies" / "quick.json"));
    }

    void a_collapse_and_an_end_are_told() {
        test::TempFolder folder;
        const auto run = test::write_synthetic_run(
            folder.path(), {.variant = "no-norm", .label = "<b>No norm</b>", .patch = test::kNoNorm, .nan_at = 23});
        MainWindow window(folder.path());
        window.show();
        QTRY_COMPARE(window.session().workspace.runs()->runs.size(), std::size_t{1});
        window.show_page("study");
        Q_EMIT window.session().workspace.run_collapsed(QString::fromStdString(run.id()));
        auto* banner = window.findChild<Banner*>();
        QVERIFY(banner->isVisible());
        QCOMPARE(banner->text(), QString("<b>No norm</b>, seed 1 collapsed: loss is NaN at step 23, first in "
                                         "blocks.2.attn"));
        QTest::mouseClick(button(*banner, "Show in Live"), Qt::LeftButton);
        QCOMPARE(window.current_page(), QString("live"));
        QVERIFY(!banner->isVisible());
        Q_EMIT window.session().workspace.study_ended("quick");
        QCOMPARE(banner->text(), QString("quick has ended: 1 run, 1 collapsed."));
        QTest::mouseClick(button(*banner, "Compare"), Qt::LeftButton);
        QCOMPARE(window.current_page(), QString("compare"));
    }

    void the_end_of_an_edited_study_counts_its_present_runs() {
        test::TempFolder folder;
        const Json shorter{{"train", {{"steps", 50}}}};
        test::write_synthetic_run(folder.path(), {.patch = shorter, .nan_at = 23});
        test::write_synthetic_run(folder.path(), {});
        MainWindow window(folder.path());
        window.show();
        QTRY_COMPARE(window.session().workspace.runs()->runs.size(), std::size_t{2});
        Q_EMIT window.session().workspace.study_ended("quick");
        QCOMPARE(window.findChild<Banner*>()->text(), QString("quick has ended: 1 run."));
    }

    void several_events_are_one_banner() {
        const test::TempFolder folder;
        QStringList ids;
        for (const int seed : {1, 2})
            ids += QString::fromStdString(
                test::write_synthetic_run(
                    folder.path(),
                    {.variant = "no-norm", .label = "No norm", .patch = test::kNoNorm, .seed = seed, .nan_at = 23})
                    .id());
        MainWindow window(folder.path());
        window.show();
        QTRY_COMPARE(window.session().workspace.runs()->runs.size(), std::size_t{2});
        window.show_page("study");
        auto* banner = window.findChild<Banner*>();
        for (const QString& id : ids) Q_EMIT window.session().workspace.run_collapsed(id);
        QCOMPARE(banner->text(), QString("2 runs collapsed."));
        QCOMPARE(banner->details().size(), 2);
        Q_EMIT window.session().workspace.study_ended("quick");
        QCOMPARE(banner->text(), QString("2 runs collapsed. quick has ended: 2 runs, 2 collapsed."));
        QCOMPARE(banner->details().size(), 3);
        QTest::mouseClick(button(*banner, "Dismiss"), Qt::LeftButton);
        Q_EMIT window.session().workspace.run_collapsed(ids.front());  // begins anew
        QVERIFY2(banner->text().startsWith("No norm, seed 1 collapsed: "), qPrintable(banner->text()));
        QVERIFY(banner->details().isEmpty());
    }

    void runs_of_an_unclean_end_are_named_and_resumed_together() {
        const test::TempFolder folder;
        test::write_synthetic_run(folder.path(), {.ended = false});
        test::write_synthetic_run(folder.path(), {.seed = 2, .ended = false});
        MainWindow window(folder.path());
        window.show();
        auto* banner = window.findChild<Banner*>();
        QTRY_VERIFY(banner->isVisible());
        QVERIFY2(banner->text().startsWith("2 runs were interrupted, among them quick: "), qPrintable(banner->text()));
        QCOMPARE(banner->details().size(), 2);
        QVERIFY(banner->details().last().contains("seed 2"));
        QTest::mouseClick(button(*banner, "Resume all"), Qt::LeftButton);
        QTRY_VERIFY(window.session().control.busy() ||
                    window.session().workspace.runs()->runs.front().status != run::Status::interrupted);
    }

    void closing_asks_while_runs_train() {
        test::TempFolder folder;
        MainWindow window(folder.path());
        window.show();
        const std::string id = train_long(window, folder);
        const run::RunStore store(folder.path());
        window.close();
        QTRY_VERIFY(question(window));
        QVERIFY(question(window)->text().contains("1 run in training"));
        QTest::keyClick(question(window), Qt::Key_Escape);
        QTRY_VERIFY(!question(window));
        QVERIFY(window.isVisible());
        QCOMPARE(store.find(id).status, run::Status::running);
        window.close();
        QTRY_VERIFY(question(window));
        QTest::mouseClick(button(*question(window), "pause"), Qt::LeftButton);
        QTRY_VERIFY(!window.isVisible());
        QCOMPARE(store.find(id).status, run::Status::paused);
    }

    void a_signal_pauses_without_asking() {
        test::TempFolder folder;
        MainWindow window(folder.path());
        window.show();
        const std::string id = train_long(window, folder);
        const run::RunStore store(folder.path());
        window.end(15);
        QCOMPARE(QApplication::exec(), 128 + 15);
        QCOMPARE(store.find(id).status, run::Status::paused);
    }

    void a_signal_is_obeyed_also_when_nothing_could_go_on_in_the_background() {
        test::TempFolder folder;
        MainWindow window(folder.path());
        window.show();
        const std::string id = train_long(window, folder);
        const run::RunStore store(folder.path());
        window.session().control.set_program("/nonexistent/ablate");
        window.close();
        QTRY_VERIFY(question(window));
        QTest::mouseClick(button(*question(window), "background"), Qt::LeftButton);
        window.end(15);
        QCOMPARE(QApplication::exec(), 128 + 15);
        QCOMPARE(store.find(id).status, run::Status::paused);
    }

    void another_workspace_is_left_like_a_window() {
        test::TempFolder folder, next;
        MainWindow window(folder.path());
        window.show();
        const std::string id = train_long(window, folder);
        const run::RunStore store(folder.path());
        window.open_workspace(QString::fromStdString(next.path().string()));
        QTRY_VERIFY(question(window));
        QTest::mouseClick(button(*question(window), "pause"), Qt::LeftButton);
        QTRY_COMPARE(window.session().folder(), QString::fromStdString(fs::canonical(next.path()).string()));
        QCOMPARE(store.find(id).status, run::Status::paused);
        QCOMPARE(window.current_page(), QString("welcome"));
    }

    void two_windows_on_a_workspace_do_not_disturb_each_other() {
        test::TempFolder folder;
        MainWindow first(folder.path()), second(folder.path());
        first.show();
        second.show();
        const std::string id = train_long(first, folder);
        const auto seen = [&] {
            const run::RunList& list = *second.session().workspace.runs();
            return list.runs.size() == 1 && list.runs.front().status == run::Status::running &&
                   list.runs.front().state.step > 0;
        };
        QTRY_VERIFY(seen());
        second.close();  // asks nothing: the run is the other's
        QTRY_VERIFY(!second.isVisible());
        const run::RunStore store(folder.path());
        QCOMPARE(store.find(id).status, run::Status::running);
        first.close();
        QTRY_VERIFY(question(first));
        QTest::mouseClick(button(*question(first), "pause"), Qt::LeftButton);
        QTRY_VERIFY(!first.isVisible());
        QCOMPARE(store.find(id).status, run::Status::paused);
    }

    void the_settings_hold_at_once() {
        test::TempFolder folder;
        MainWindow window(folder.path());
        window.show();
        window.show_settings();
        auto* dialog = window.findChild<QDialog*>();
        QTRY_VERIFY(dialog && dialog->isVisible());
        for (QComboBox* box : dialog->findChildren<QComboBox*>()) {
            if (box->accessibleName() == "Theme") box->setCurrentIndex(box->findData("dark"));
            if (box->accessibleName() == "Train in") box->setCurrentIndex(box->findData("processes"));
        }
        QVERIFY(Theme::instance().dark());
        QCOMPARE(window.session().control.mode(), RunControl::Mode::processes);
        dialog->findChild<QSpinBox*>()->setValue(3);
        QCOMPARE(window.session().control.jobs(), 3);
        QCOMPARE(Settings::theme.value(), QString("dark"));
        Theme::instance().choose(ThemeChoice::light);
    }
};

QTEST_MAIN(MainWindowTest)
#include "main_window_test.moc"
