#include "ui/pages/study/step_zero_check.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"
#include "ui/pages/study/step_zero_panel.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <cmath>

using namespace ablate;
using namespace ablate::ui;

class StepZeroTest : public QObject {
    Q_OBJECT

    struct Editing {
        test::TempFolder folder;
        StudyDocument document{folder.path()};
        StepZeroPanel panel;
        Editing() {
            StudyConfig study;
            study.name = "tiny";
            study.baseline = test::tiny_baseline(test::write_tiny_tokens(folder / "tokens"), 20);
            study.variants = {{"nope", "NoPE", {{"model", {{"position", "none"}}}}},
                              // Without a QK-norm its scope changes nothing.
                              {"scope", "Scope", {{"model", {{"qk_norm_scope", "projection"}}}}}};
            document.start_new(study);
            panel.resize(700, 400);
            panel.set_document(&document, folder.path());
            panel.show();
        }
        template <class Widget>
        Widget* visible(const QString& text) {
            for (Widget* widget : panel.findChildren<Widget*>())
                if (widget->isVisible() && widget->text().contains(text)) return widget;
            return nullptr;
        }
        QAbstractItemModel& table() { return *panel.findChild<QTableView*>()->model(); }
    };

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void each_point_is_computed_and_a_no_op_is_found() {
        Editing editing;
        QSignalSpy judged(&editing.panel, &StepZeroPanel::judged);
        QTRY_VERIFY(editing.visible<QPushButton>("Check step 0")->isEnabled());
        editing.visible<QPushButton>("Check step 0")->click();
        QVERIFY(!editing.visible<QPushButton>("Check step 0"));
        QTRY_COMPARE(editing.table().rowCount(), 3);
        const auto cell = [&](int row, int column) { return editing.table().index(row, column); };
        const double loss = cell(0, StepZeroModel::loss).data().toString().toDouble();
        QVERIFY(std::abs(loss - std::log(double(test::kTinyVocabulary))) < 1.5);
        QVERIFY(cell(0, StepZeroModel::grad_norm).data().toString().toDouble() > 0);
        QCOMPARE(cell(0, StepZeroModel::remark).data(StepZeroModel::mark).toInt(), int(Mark::passed));
        QCOMPARE(cell(1, StepZeroModel::remark).data().toString(), "");
        QVERIFY(cell(2, StepZeroModel::remark).data().toString().startsWith("no-op"));
        QCOMPARE(judged.last().first().toInt(), 1);
        QVERIFY(editing.visible<QLabel>("ln V is 3.466"));
        editing.document.set_option("baseline", "model.layers", 3);
        QVERIFY(editing.visible<QLabel>("The study has changed since."));
    }

    void its_table_keeps_the_rules_of_models() {
        StepZeroModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        StepZeroResults results;
        results.ln_vocab = 7.6;
        results.points = {{"a", 14.2, 3, false, ""}, {"b", NAN, INFINITY, false, "blocks.0.attn"}};
        model.take(results);
        QCOMPARE(model.index(0, StepZeroModel::above).data().toString(), "+6.6000");
        QCOMPARE(model.index(0, StepZeroModel::loss).data(kFullTextRole).toString(), "14.2");
        QCOMPARE(model.index(0, StepZeroModel::remark).data().toString(), "starts far above ln V");
        QCOMPARE(model.index(1, StepZeroModel::loss).data().toString(), "NaN");
        QCOMPARE(model.index(1, StepZeroModel::remark).data().toString(), "not finite, first in blocks.0.attn");
        QCOMPARE(model.objections(), 2);
    }

    void a_cancelled_check_is_not_heard_of_again() {
        Editing editing;
        QTRY_VERIFY(editing.visible<QPushButton>("Check step 0")->isEnabled());
        editing.visible<QPushButton>("Check step 0")->click();
        editing.visible<QPushButton>("Cancel")->click();
        QSignalSpy judged(&editing.panel, &StepZeroPanel::judged);
        editing.visible<QPushButton>("Check step 0")->click();  // answered after the first, which is not told
        QTRY_COMPARE(editing.table().rowCount(), 3);
        QCOMPARE(judged.count(), 1);
    }

    void a_panel_may_go_while_it_computes() {
        auto editing = std::make_unique<Editing>();
        QTRY_VERIFY(editing->visible<QPushButton>("Check step 0")->isEnabled());
        editing->visible<QPushButton>("Check step 0")->click();
        editing.reset();
        QCoreApplication::processEvents();
    }

    void what_cannot_be_read_is_told() {
        Editing editing;
        QTRY_VERIFY(editing.visible<QPushButton>("Check step 0")->isEnabled());
        std::filesystem::remove(editing.folder / "tokens" / "val.npy");
        editing.visible<QPushButton>("Check step 0")->click();
        QTRY_VERIFY(editing.visible<QLabel>("val.npy"));
        QVERIFY(editing.visible<QPushButton>("Check step 0"));
    }
};

QTEST_MAIN(StepZeroTest)
#include "step_zero_check_test.moc"
