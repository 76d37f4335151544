#include "ui/pages/report/report_page.h"

#include "core/base/atomic_file.h"
#include "tests/support/contains.h"
#include "tests/support/page_window.h"
#include "tests/support/synthetic_runs.h"
#include "ui/bridge/workspace.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QTextBrowser>
#include <QTreeWidget>

using namespace ablate;
using namespace ablate::ui;

class ReportPageTest : public QObject {
    Q_OBJECT

    struct Window : test::PageWindow<ReportPage> {
        void open_measured() {
            test::write_measured_study(folder.path());
            open();
        }
        QString preview() { return page.findChild<QTextBrowser*>()->toPlainText(); }
        QTreeWidgetItem& section(const QString& title) {
            QTreeWidget& tree = *page.findChild<QTreeWidget*>();
            for (int i = 0; i < tree.topLevelItemCount(); ++i)
                if (tree.topLevelItem(i)->text(0) == title) return *tree.topLevelItem(i);
            throw std::logic_error("no section " + title.toStdString());
        }
        QLineEdit& title() { return named<QLineEdit>("Title of the report"); }
        QCheckBox& format(const QString& name) {
            for (QCheckBox* box : page.findChildren<QCheckBox*>())
                if (box->text() == name) return *box;
            throw std::logic_error("no format " + name.toStdString());
        }
        std::filesystem::path reports() { return folder.path() / "reports" / "quick"; }
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
        QTest::mouseClick(&window.button("Open Study"), Qt::LeftButton);
        QCOMPARE(asked.takeFirst(), QVariantList{"study"});
        QVERIFY(!window.page.findChild<QTextBrowser*>()->isVisible());
    }

    void the_preview_is_the_report() {
        Window window;
        window.open_measured();
        QTRY_VERIFY(window.preview().contains("worse by 0.0815 nats"));
        QVERIFY(window.preview().startsWith("Transformer ablation study: quick"));
        QTest::keyClicks(&window.title(), "Positions");
        QTRY_VERIFY(window.preview().startsWith("Positions"));
    }

    void sections_and_figures_are_left_out() {
        Window window;
        window.open_measured();
        QTRY_VERIFY(window.preview().contains("Gradient norm (before clipping), logarithmic"));
        QTreeWidgetItem& dynamics = window.section("Training dynamics");
        QVERIFY(dynamics.childCount() >= 4);
        dynamics.child(0)->setCheckState(0, Qt::Unchecked);  // validation loss
        QTRY_VERIFY(!window.preview().contains("Validation loss, one line per seed"));
        QVERIFY(window.preview().contains("Gradient norm (before clipping), logarithmic"));
        dynamics.setCheckState(0, Qt::Unchecked);
        QTRY_VERIFY(!window.preview().contains("Gradient norm (before clipping), logarithmic"));
        QVERIFY(dynamics.child(1)->isDisabled());
        dynamics.setCheckState(0, Qt::Checked);
        QTRY_VERIFY(window.preview().contains("Gradient norm (before clipping), logarithmic"));
        QVERIFY(!window.preview().contains("Validation loss, one line per seed"));  // still left out
    }

    void exports_what_is_chosen() {
        Window window;
        window.open_measured();
        QTRY_VERIFY(window.page.settle() && window.preview().contains("Runs, configuration and files"));
        window.section("Runs, configuration and files").setCheckState(0, Qt::Unchecked);
        for (const char* name : {"Markdown", "LaTeX", "CSV", "JSON", "Every point"})
            window.format(name).setChecked(true);
        QTRY_VERIFY(!window.preview().contains("Runs, configuration and files"));
        QSignalSpy said(&window.page, &Page::message);
        QTest::mouseClick(&window.button("Export report"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(said.count(), 1, 20000);
        QVERIFY(said[0][0].toString().contains(QString::fromStdString(window.reports().string())));
        QVERIFY(window.telling("report.pdf"));
        QVERIFY(window.button("Open folder").isVisible());
        for (const char* file : {"report.pdf", "report.html", "report.md", "figures/validation-loss.svg", "results.tex",
                                 "runs.csv", "comparison.json", "points.csv", "points.json"})
            QVERIFY2(std::filesystem::exists(window.reports() / file), file);
        const std::string html = read_file(window.reports() / "report.html");
        QVERIFY(html.find("<h2>Runs, configuration and files") == std::string::npos);
        QVERIFY(test::contains(html, "<h2>Training dynamics"));
    }

    void a_folder_that_cannot_be_written_is_told() {
        Window window;
        window.folder.write("reports", "a file, not a folder");
        window.open_measured();
        QTRY_VERIFY(window.page.settle() && window.preview().contains("Summary"));
        QTest::mouseClick(&window.button("Export report"), Qt::LeftButton);
        QTRY_VERIFY(window.telling("cannot be made a folder"));
        QVERIFY(!window.button("Open folder").isVisible());
        QTRY_VERIFY(window.button("Export report").isEnabled());
    }

    void without_a_format_there_is_nothing_to_export() {
        Window window;
        window.open_measured();
        QTRY_VERIFY(window.page.settle() && window.button("Export report").isEnabled());
        window.format("PDF").setChecked(false);
        window.format("HTML").setChecked(false);
        QVERIFY(!window.button("Export report").isEnabled());
    }

    void an_export_right_after_a_choice_writes_that_choice() {
        Window window;
        window.open_measured();
        QTRY_VERIFY(window.page.settle() && window.preview().contains("Runs, configuration and files"));
        window.section("Runs, configuration and files").setCheckState(0, Qt::Unchecked);
        window.title().setText("Positions and feed-forwards");
        window.format("PDF").setChecked(false);
        QSignalSpy said(&window.page, &Page::message);
        QTest::mouseClick(&window.button("Export report"), Qt::LeftButton);  // before the preview is another
        QVERIFY(window.preview().contains("Runs, configuration and files"));
        QTRY_COMPARE_WITH_TIMEOUT(said.count(), 1, 20000);
        const std::string html = read_file(window.reports() / "report.html");
        QVERIFY(test::contains(html, "Positions and feed-forwards"));
        QVERIFY(html.find("<h2>Runs, configuration and files") == std::string::npos);
        QVERIFY(!std::filesystem::exists(window.reports() / "report.pdf"));
    }

    void another_study_has_a_title_of_its_own() {
        Window window;
        test::write_synthetic_run(window.folder.path(), {.study = "other"});
        window.open_measured();
        QTRY_VERIFY(window.page.settle() && window.preview().contains("Summary"));
        window.page.choose_study("quick");
        window.title().setText("Positions");
        QTRY_VERIFY(window.preview().startsWith("Positions"));
        window.page.choose_study("other");
        QCOMPARE(window.title().text(), QString());
        QTRY_VERIFY_WITH_TIMEOUT(window.preview().startsWith("Transformer ablation study: other"), 10000);
        QCOMPARE(window.title().placeholderText(), QString("Transformer ablation study: other"));
    }

    void the_appendix_names_the_files_of_the_formats_chosen() {
        Window window;
        window.open_measured();
        QTRY_VERIFY(window.page.settle() && window.preview().contains("Runs, configuration and files"));
        QVERIFY(!window.preview().contains("results.tex"));
        window.format("LaTeX").setChecked(true);
        QTRY_VERIFY(window.preview().contains("results.tex"));
        window.format("LaTeX").setChecked(false);
        QTRY_VERIFY(!window.preview().contains("results.tex"));
    }

    void an_error_after_a_good_preview_is_told_above_it() {
        Window window;
        window.open_measured();
        QTRY_VERIFY(window.page.settle() && window.preview().contains("Summary"));
        const auto runs = window.workspace->runs()->runs;
        window.page.choose_runs({QString::fromStdString(runs[0].info.id), QString::fromStdString(runs[3].info.id)});
        QTRY_VERIFY_WITH_TIMEOUT(window.page.settle() && window.preview().contains("NoPE"), 10000);
        const QString good = window.preview();
        const auto file = runs[3].directory.folder() / "run.json";
        const std::string info = read_file(file);
        atomic_write(file, "{");
        window.workspace->refresh();
        QTRY_VERIFY_WITH_TIMEOUT(window.telling("This is the earlier report."), 10000);
        QVERIFY(window.telling("run.json"));
        QCOMPARE(window.preview(), good);
        atomic_write(file, info);
        QTRY_VERIFY_WITH_TIMEOUT(!window.telling("This is the earlier report."), 10000);
    }

    void new_runs_come_in_and_the_place_stays() {
        Window window;
        test::write_synthetic_seeds(window.folder.path(), {}, {3.65, 3.66});
        window.open();
        QTRY_VERIFY(window.page.settle() && window.preview().contains("Summary"));
        QScrollBar& bar = *window.page.findChild<QTextBrowser*>()->verticalScrollBar();
        QTRY_VERIFY(bar.maximum() > 400);
        bar.setValue(300);
        test::write_synthetic_seeds(window.folder.path(), {.variant = "nope", .label = "NoPE", .patch = test::kNoPE},
                                    {3.75, 3.76});
        window.workspace->refresh();
        QTRY_VERIFY_WITH_TIMEOUT(window.preview().contains("NoPE"), 10000);
        QCOMPARE(bar.value(), 300);
    }

    void choices_are_restored() {
        QVariantMap state;
        {
            Window window;
            window.section("Limitations").setCheckState(0, Qt::Unchecked);
            window.format("LaTeX").setChecked(true);
            state = window.page.save_state();
        }
        Window window;
        window.page.restore_state(state);
        QCOMPARE(window.section("Limitations").checkState(0), Qt::Unchecked);
        QVERIFY(window.format("LaTeX").isChecked());
        window.open_measured();
        QTRY_VERIFY(window.preview().contains("Summary"));
        QVERIFY(!window.preview().contains("Limitations"));
    }
};

QTEST_MAIN(ReportPageTest)
#include "report_page_test.moc"
