#include "core/run/run_store.h"
#include "core/train/register.h"
#include "tests/app/ablate/program.h"
#include "tests/support/display.h"
#include "tests/support/drop_file.h"
#include "ui/bridge/settings.h"
#include "ui/forms/schema_form.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"
#include "ui/window/session.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 120'000;
// So large that the loss soon is no number.
constexpr const char* kDivergingRate = "10000";

template <class Widget>
Widget* find(QWidget& parent, const std::function<bool(Widget*)>& wanted) {
    for (Widget* widget : parent.findChildren<Widget*>())
        if (widget->isVisible() && wanted(widget)) return widget;
    return nullptr;
}

QAbstractButton* button(QWidget& parent, const QString& text) {
    return find<QAbstractButton>(parent, [&](QAbstractButton* button) { return button->text() == text; });
}

QAbstractItemView* view(QWidget& parent, const QString& name) {
    return find<QAbstractItemView>(parent, [&](QAbstractItemView* view) { return view->accessibleName() == name; });
}

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
// collapse, compare, export the PDF.
class WholeWayTest : public QObject {
    Q_OBJECT

    const test::TinyStudy study_{40, "[]"};
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
    run::RunList runs() const { return run::RunStore(study_.workspace()).list(); }

    void open() {
        window_ = std::make_unique<MainWindow>(study_.workspace());
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QCOMPARE(window_->current_page(), QString("welcome"));

        QVERIFY(test::drop_file(*window_, study_.file()));
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
        const std::string file = read_file(fs::path(study_.workspace()) / "reports" / "tiny" / "report.pdf");
        QVERIFY(QByteArray::fromStdString(file).startsWith("%PDF-"));
        QVERIFY(file.size() > 20'000);  // pages with figures, not an empty sheet
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
        QSettings().clear();
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void the_whole_way() {
        for (const auto step : {&WholeWayTest::open, &WholeWayTest::build_a_study_of_three_variants,
                                &WholeWayTest::start, &WholeWayTest::watch_a_collapse, &WholeWayTest::compare,
                                &WholeWayTest::export_the_pdf, &WholeWayTest::close}) {
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
