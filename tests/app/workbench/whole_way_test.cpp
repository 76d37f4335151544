#include "core/run/run_store.h"
#include "core/train/register.h"
#include "tests/app/ablate/program.h"
#include "tests/support/display.h"
#include "tests/support/drop_file.h"
#include "ui/bridge/settings.h"
#include "ui/forms/schema_form.h"
#include "ui/pages/live/live_run_model.h"
#include "ui/theme/theme.h"
#include "ui/window/log_import_dialog.h"
#include "ui/window/main_window.h"
#include "ui/window/session.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTest>
#include <algorithm>
#include <set>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 120'000;
// So large that the loss soon is no number.
constexpr const char* kDivergingRate = "10000";
constexpr auto kLowerRate = "Retry at a third of the learning rate";

template <class Widget>
Widget* find(QWidget& parent, const std::function<bool(Widget*)>& wanted) {
    for (Widget* widget : parent.findChildren<Widget*>())
        if (widget->isVisible() && wanted(widget)) return widget;
    return nullptr;
}

QAbstractButton* button(QWidget& parent, const QString& text) {
    return find<QAbstractButton>(parent, [&](QAbstractButton* button) { return button->text() == text; });
}

template <class Widget>
Widget* named(QWidget& parent, const QString& name) {
    return find<Widget>(parent, [&](Widget* widget) { return widget->accessibleName() == name; });
}

QAbstractItemView* view(QWidget& parent, const QString& name) { return named<QAbstractItemView>(parent, name); }

bool shows(QWidget& parent, const QString& words) {
    return find<QLabel>(parent, [&](QLabel* label) { return label->text().contains(words); }) != nullptr;
}

// All that a row of a view shows.
QString row_text(const QAbstractItemView& view, int row) {
    QStringList cells;
    for (int column = 0; column < view.model()->columnCount(); ++column)
        cells += view.model()->index(row, column).data().toString();
    return cells.join(" | ");
}

QAction* action_in(QMenu* menu, const QString& path) {
    Q_EMIT menu->aboutToShow();
    for (const QString& name : path.split('/')) {
        QAction* found = nullptr;
        for (QAction* action : menu->actions())
            if (action->text() == name) found = action;
        if (!found || !found->menu()) return found;
        menu = found->menu();
    }
    return nullptr;
}

}  // namespace

// A user's whole way in a real window, with real training: open, build a study of three variants, start, watch a
// collapse, compare, export the PDF. And that of a grid: three learning rates, of which one collapses and is tried
// again at a lower rate, more seeds for what is undecided, and two seeds of another program's log.
class WholeWayTest : public QObject {
    Q_OBJECT

    std::unique_ptr<test::TinyStudy> study_;
    std::unique_ptr<MainWindow> window_;

    const StudyConfig& study() const { return window_->session().document.study(); }
    void click(const QString& name) {
        QAbstractButton* found = button(*window_, name);
        QVERIFY2(found && found->isEnabled(), qPrintable(name));
        QTest::mouseClick(found, Qt::LeftButton);
    }
    void add_variant(const QString& path) {
        auto* add = qobject_cast<QPushButton*>(button(*window_, "Add variant"));
        QVERIFY(add);
        QAction* action = action_in(add->menu(), path);
        QVERIFY2(action, qPrintable(path));
        action->trigger();
    }
    run::RunList runs() const { return run::RunStore(study_->workspace()).list(); }

    void open() {
        window_ = std::make_unique<MainWindow>(study_->workspace());
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QCOMPARE(window_->current_page(), QString("welcome"));

        QVERIFY(test::drop_file(*window_, study_->file()));
        QTRY_COMPARE(study().name, std::string("tiny"));
        QTRY_COMPARE(window_->current_page(), QString("study"));
    }

    void build_a_study_of_three_variants() {
        add_variant("Position/NoPE");
        add_variant("Feed-forward/SiLU");
        add_variant("Empty variant");
        QCOMPARE(study().variants.size(), std::size_t{3});

        // The shown variant is the empty one: its learning rate is typed into the form.
        auto* form = window_->findChild<SchemaForm*>();
        QTest::keyClick(window_.get(), Qt::Key_F, Qt::ControlModifier);
        QTRY_VERIFY(form->search()->hasFocus());
        QTest::keyClicks(form->search(), "learning rate");
        auto* line = form->row("train.lr")->findChild<QLineEdit*>();
        QTRY_VERIFY(line->isVisible());
        QTest::mouseDClick(line, Qt::LeftButton);
        line->selectAll();
        QTest::keyClicks(line, kDivergingRate);
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE(study().variants[2].patch.dump(), std::string(R"({"train":{"lr":10000.0}})"));
        QTest::keyClick(window_.get(), Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!window_->session().document.modified());
    }

    void start() {
        QTRY_VERIFY_WITH_TIMEOUT(button(*window_, "Start study") && button(*window_, "Start study")->isEnabled(),
                                 kPatience);
        click("Start study");
        QTRY_COMPARE_WITH_TIMEOUT(runs().runs.size(), std::size_t{8}, kPatience);
        QTest::keyClick(window_.get(), Qt::Key_3, Qt::ControlModifier);
        QCOMPARE(window_->current_page(), QString("live"));
    }

    void watch_a_collapse() {
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window_, "collapsed: "), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window_, "tiny has ended: 8 runs, 2 collapsed."), kPatience);
        for (const run::ListedRun& run : runs().runs)
            QCOMPARE(run.status, run.info.variant == "variant" ? run::Status::collapsed : run::Status::healthy);
    }

    void compare() {
        click("Compare");
        QCOMPARE(window_->current_page(), QString("compare"));
        QTRY_VERIFY(view(*window_, "Comparison"));
        const QAbstractItemView& table = *view(*window_, "Comparison");
        QTRY_COMPARE_WITH_TIMEOUT(table.model()->rowCount(), 4, kPatience);
        int collapsed = 0;
        for (int row = 0; row < 4; ++row) collapsed += row_text(table, row).contains("collapsed");
        QCOMPARE(collapsed, 1);
    }

    void export_the_pdf() {
        QTest::keyClick(window_.get(), Qt::Key_5, Qt::ControlModifier);
        QCOMPARE(window_->current_page(), QString("report"));
        auto* pdf = qobject_cast<QCheckBox*>(button(*window_, "PDF"));
        QVERIFY(pdf);
        if (!pdf->isChecked()) QTest::mouseClick(pdf, Qt::LeftButton, {}, QPoint(8, pdf->height() / 2));
        QVERIFY(pdf->isChecked());
        QTRY_VERIFY_WITH_TIMEOUT(button(*window_, "Export report")->isEnabled(), kPatience);
        click("Export report");
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window_, "Written: "), kPatience);
        const std::string file = read_file(fs::path(study_->workspace()) / "reports" / "tiny" / "report.pdf");
        QVERIFY(QByteArray::fromStdString(file).startsWith("%PDF-"));
        QVERIFY(file.size() > 20'000);  // pages with figures, not an empty sheet
    }

    // Of the grid.

    // By its keys, whatever window had the focus before.
    void go_to(Qt::Key key, const char* page) {
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QTest::keyClick(window_.get(), key, Qt::ControlModifier);
        QCOMPARE(window_->current_page(), QString(page));
    }
    // As the window lists them.
    const std::vector<run::ListedRun>& listed() const { return window_->session().workspace.runs()->runs; }
    bool have_ended(std::size_t count) const {
        return listed().size() == count && std::all_of(listed().begin(), listed().end(), [](const run::ListedRun& run) {
                   return run.status == run::Status::healthy || run.status == run::Status::collapsed;
               });
    }
    const run::ListedRun* run_of(const std::string& variant, const std::string& grid_point) const {
        for (const run::ListedRun& run : listed())
            if (run.info.variant == variant && run.info.grid_point == grid_point) return &run;
        return nullptr;
    }
    void type(const QString& field, const char* text) {
        QTRY_VERIFY(named<QLineEdit>(*window_, field));
        auto* line = named<QLineEdit>(*window_, field);
        line->setFocus();
        line->selectAll();
        QTest::keyClicks(line, text);
    }

    void build_a_grid_of_three_learning_rates() {
        add_variant("Position/NoPE");
        QCOMPARE(study().variants.size(), std::size_t{1});
        type("Seeds", "1");
        QCOMPARE(study().seeds, std::vector<std::int64_t>{1});
        auto* add = qobject_cast<QPushButton*>(button(*window_, "Add option"));
        QVERIFY(add);
        Q_EMIT add->menu()->aboutToShow();
        QAction* rate = nullptr;
        for (QMenu* menu : add->menu()->findChildren<QMenu*>())
            for (QAction* action : menu->actions())
                if (action->text() == "Learning rate") rate = action;
        QVERIFY(rate);
        rate->trigger();
        type("Grid values of train.lr", "0.005 0.02 10000");
        QCOMPARE(study().grid.size(), std::size_t{1});
        QCOMPARE(study().grid[0].second, (std::vector<Json>{0.005, 0.02, 10000}));
        QTest::keyClick(window_.get(), Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!window_->session().document.modified());
    }

    void train_the_grid() {
        QTRY_VERIFY_WITH_TIMEOUT(button(*window_, "Start study") && button(*window_, "Start study")->isEnabled(),
                                 kPatience);
        click("Start study");
        QTRY_VERIFY_WITH_TIMEOUT(have_ended(6), kPatience);
        const std::string& nope = study().variants[0].name;
        QCOMPARE(run_of("baseline", "train.lr=0.02")->status, run::Status::healthy);
        QCOMPARE(run_of(nope, "train.lr=0.02")->status, run::Status::healthy);
        QCOMPARE(run_of("baseline", "train.lr=10000")->status, run::Status::collapsed);
    }

    void try_the_collapsed_run_again_at_a_lower_rate() {
        go_to(Qt::Key_3, "live");
        if (QTest::currentTestFailed()) return;
        QTRY_VERIFY(view(*window_, "Runs to draw"));
        QAbstractItemView& list = *view(*window_, "Runs to draw");
        QTRY_COMPARE(list.model()->rowCount(), 6);
        const QString id = QString::fromStdString(run_of("baseline", "train.lr=10000")->info.id);
        QModelIndex row;
        for (int i = 0; i < 6; ++i)
            if (list.model()->index(i, 0).data(LiveRunModel::id).toString() == id) row = list.model()->index(i, 0);
        QVERIFY(row.isValid());
        list.scrollTo(row);
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, list.visualRect(row).center());
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window_, "The run collapsed: "), kPatience);
        QTRY_VERIFY(button(*window_, kLowerRate) && button(*window_, kLowerRate)->isEnabled());
        QVERIFY(shows(*window_, "baseline@train.lr=3300 – "));
        click(kLowerRate);
        QTRY_VERIFY_WITH_TIMEOUT(have_ended(7), kPatience);
        const run::ListedRun* retried = run_of("baseline", "train.lr=3300");
        QVERIFY(retried);
        QCOMPARE(retried->info.seed, std::int64_t{1});
        QCOMPARE(retried->info.config.train.lr, 3300.0);
        QCOMPARE(study().grid[0].second, (std::vector<Json>{0.005, 0.02, 3300, 10000}));
        QVERIFY(!window_->session().document.modified());  // Compare reads it from its file
    }

    void read_the_grid() {
        go_to(Qt::Key_4, "compare");
        if (QTest::currentTestFailed()) return;
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window_, "NoPE is undecided: one seed gives no interval."), kPatience);
        QCOMPARE(named<QComboBox>(*window_, "Grid points")->currentText(), QString("Each at its own best"));
        auto* tabs = find<QTabWidget>(*window_, [](QTabWidget*) { return true; });
        QVERIFY(tabs);
        for (int i = 0; i < tabs->count(); ++i)
            if (tabs->tabText(i) == "Grid") tabs->setCurrentIndex(i);
        QTRY_VERIFY(view(*window_, "Grid"));
        const QAbstractItemModel& grid = *view(*window_, "Grid")->model();
        const auto values = [&] {
            QStringList all;
            for (int column = 1; column < grid.columnCount(); ++column)
                all += grid.headerData(column, Qt::Horizontal).toString();
            return all;
        };
        // A comparison that was made before the last run ended is shown for a moment.
        QTRY_COMPARE_WITH_TIMEOUT(values(), (QStringList{"0.005", "0.02", "3300", "10000"}), kPatience);
        QCOMPARE(grid.rowCount(), 2);
        QVERIFY2(grid.index(0, 4).data().toString().startsWith("collapsed"),
                 qPrintable(grid.index(0, 4).data().toString()));
        QCOMPARE(grid.index(1, 3).data().toString(), QString("–"));  // NoPE was not trained there
    }

    void add_a_seed_to_what_is_undecided() {
        click("Add seeds");
        QTRY_VERIFY(named<QSpinBox>(*window_, "Seeds to add"));
        named<QSpinBox>(*window_, "Seeds to add")->setValue(1);
        click("Train 2 runs");  // of NoPE and of the baseline, each at its best learning rate
        QTRY_VERIFY_WITH_TIMEOUT(have_ended(9), kPatience);
        std::multiset<std::string> with_seed_2;
        for (const run::ListedRun& run : listed())
            if (run.info.seed == 2) with_seed_2.insert(run.info.variant);
        QCOMPARE(with_seed_2, (std::multiset<std::string>{"baseline", study().variants[0].name}));
        QTRY_VERIFY_WITH_TIMEOUT(!shows(*window_, "one seed gives no interval"), kPatience);
    }

    void import_two_seeds_of_a_log() {
        const test::TempFolder logs;
        QStringList paths;
        for (const int seed : {1, 2})
            paths += QString::fromStdString(logs.write(fmt::format("seed{}.csv", seed),
                                                       fmt::format("step,loss\n5,4.{0}\n10,3.{0}\n15,2.{0}\n", seed))
                                                .string());
        QAction* logs_entry = nullptr;
        for (QAction* action : window_->findChildren<QAction*>())
            if (action->text() == "Training &logs…") logs_entry = action;
        QVERIFY(logs_entry);
        logs_entry->trigger();
        QTRY_VERIFY(window_->findChild<QFileDialog*>());
        auto* files = window_->findChild<QFileDialog*>();
        Q_EMIT files->filesSelected(paths);
        files->reject();
        auto* dialog = window_->findChild<LogImportDialog*>();
        QVERIFY(dialog);
        QTRY_VERIFY(named<QLineEdit>(*dialog, "Study"));
        named<QLineEdit>(*dialog, "Study")->setText("elsewhere");
        named<QLineEdit>(*dialog, "Variant")->setText("nope");
        dialog->findChild<QCheckBox*>()->setChecked(true);  // number the seeds
        QAbstractButton* take = button(*dialog, "Import");
        QVERIFY(take && take->isEnabled());
        QTest::mouseClick(take, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(listed().size(), std::size_t{11}, kPatience);
        std::set<std::int64_t> seeds;
        for (const run::ListedRun& run : listed())
            if (run.info.study == "elsewhere" && run.info.variant == "nope") seeds.insert(run.info.seed);
        QCOMPARE(seeds, (std::set<std::int64_t>{1, 2}));
        QTRY_VERIFY(shows(*window_, "Imported 2 runs."));
        QTRY_COMPARE(window_->current_page(), QString("runs"));
    }

    void compare_the_seeds_as_one_variant() {
        go_to(Qt::Key_4, "compare");
        if (QTest::currentTestFailed()) return;
        QTRY_VERIFY(named<QComboBox>(*window_, "Study"));
        auto* choice = named<QComboBox>(*window_, "Study");
        QTRY_VERIFY(choice->findText("elsewhere") >= 0);
        if (choice->currentText() != "elsewhere") QTest::keyClick(choice, Qt::Key_E);
        QCOMPARE(choice->currentText(), QString("elsewhere"));
        QTRY_VERIFY(view(*window_, "Comparison"));
        const QAbstractItemModel& table = *view(*window_, "Comparison")->model();
        QTRY_COMPARE_WITH_TIMEOUT(table.rowCount(), 1, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(table.rowCount(table.index(0, 0)), 2, kPatience);
        QTRY_VERIFY(!button(*window_, "Add seeds"));  // nothing of it can be trained here
    }

    void close() {
        window_->close();
        QTRY_VERIFY(!window_->isVisible());
        window_.reset();
    }

  private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("ablate-test");
        QCoreApplication::setApplicationName("whole-way-test");
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }
    void init() {
        QSettings().clear();
        study_ = std::make_unique<test::TinyStudy>(40, "[]");
    }
    void cleanup() {
        window_.reset();
        study_.reset();
    }

    void the_whole_way() {
        for (const auto step : {&WholeWayTest::open, &WholeWayTest::build_a_study_of_three_variants,
                                &WholeWayTest::start, &WholeWayTest::watch_a_collapse, &WholeWayTest::compare,
                                &WholeWayTest::export_the_pdf, &WholeWayTest::close}) {
            (this->*step)();
            if (QTest::currentTestFailed()) return;
        }
    }

    void the_way_of_a_grid() {
        for (const auto step :
             {&WholeWayTest::open, &WholeWayTest::build_a_grid_of_three_learning_rates, &WholeWayTest::train_the_grid,
              &WholeWayTest::try_the_collapsed_run_again_at_a_lower_rate, &WholeWayTest::read_the_grid,
              &WholeWayTest::add_a_seed_to_what_is_undecided, &WholeWayTest::import_two_seeds_of_a_log,
              &WholeWayTest::compare_the_seeds_as_one_variant, &WholeWayTest::close}) {
            (this->*step)();
            if (QTest::currentTestFailed()) return;
        }
    }
};

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("DISPLAY") || qgetenv("QT_QPA_PLATFORM") == "offscreen") {
        const QCoreApplication application(argc, argv);
        return test::run_again_on_a_display(QCoreApplication::arguments());
    }
    QApplication application(argc, argv);
    WholeWayTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "whole_way_test.moc"
