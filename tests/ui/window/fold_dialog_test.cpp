#include "ui/window/fold_dialog.h"

#include "core/run/queue.h"
#include "core/train/register.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

class FoldDialogTest : public QObject {
    Q_OBJECT

    static FoldRequest request(const std::string& name, const fs::path& to) {
        FoldRequest request;
        request.from = fs::path(ABLATE_SOURCE_DIR) / "tests/data" / name;
        request.name = QString::fromStdString(request.from.string());
        request.to = to;
        return request;
    }

    struct Dialog {
        FoldDialog dialog;
        explicit Dialog(const FoldRequest& what) : dialog(what) { dialog.open(); }
        QString text_of(const QString& name) const {
            for (QLabel* label : dialog.findChildren<QLabel*>())
                if (label->accessibleName() == name) return label->text();
            return {};
        }
        QString told() const { return text_of("Result"); }
        QString details() const { return text_of("Details"); }
        QString role() const {
            for (QLabel* label : dialog.findChildren<QLabel*>())
                if (label->accessibleName() == "Result") return label->property("role").toString();
            return {};
        }
        QPushButton* button(const QString& text) const {
            for (QPushButton* button : dialog.findChildren<QPushButton*>())
                if (button->text() == text) return button;
            return nullptr;
        }
        void press(const QString& text) const { QTest::mouseClick(button(text), Qt::LeftButton); }
        bool done() const {
            return QTest::qWaitFor([&] { return button("Close") != nullptr; }, 20'000);
        }
    };

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void it_folds_and_says_how_far_apart_both_models_are() {
        test::TempFolder folder;
        Dialog dialog(request("flashnorm/qwen3-f32", folder / "folded"));
        dialog.press("Fold");
        QVERIFY(dialog.button("Cancel"));
        QVERIFY(!dialog.dialog.findChild<QLineEdit*>()->isEnabled());
        QVERIFY(dialog.done());
        QVERIFY2(dialog.told() == "✓ The fold is exact.", qPrintable(dialog.told()));
        QCOMPARE(dialog.role(), QString("passed"));
        QVERIFY(dialog.details().contains("norms were folded into") && dialog.details().contains("are ones now"));
        QVERIFY(dialog.details().contains("fp64, the fold itself: logits differ by "));
        QVERIFY(fs::exists(folder / "folded/model.safetensors"));
        QVERIFY(!dialog.dialog.findChild<QProgressBar*>()->isVisible());
    }

    void strict_and_unverified_are_choices() {
        test::TempFolder folder;
        Dialog dialog(request("flashnorm/llama-sharded-bf16", folder / "folded"));
        for (QRadioButton* form : dialog.dialog.findChildren<QRadioButton*>())
            if (form->text().startsWith("&Strict")) form->click();
        dialog.dialog.findChild<QCheckBox*>()->click();
        dialog.press("Fold");
        QVERIFY(dialog.done());
        QCOMPARE(dialog.told(), QString("Written, not verified."));
        QVERIFY(dialog.details().contains("left out of the files") && !dialog.details().contains("logits"));
    }

    void a_refusal_stands_in_the_dialog() {
        test::TempFolder folder;
        fs::create_directories(folder / "taken");
        Dialog dialog(request("flashnorm/qwen3-f32", folder / "taken"));
        dialog.press("Fold");
        QVERIFY(dialog.done());
        QCOMPARE(dialog.role(), QString("danger"));
        QVERIFY2(dialog.told().contains("taken") && !dialog.told().contains('\n'), qPrintable(dialog.told()));
        dialog.dialog.findChild<QLineEdit*>()->setText(QString::fromStdString((folder / "free").string()));
        dialog.press("Fold");  // and is mended there
        QVERIFY(dialog.done());
        QCOMPARE(dialog.role(), QString("passed"));
        dialog.dialog.findChild<QLineEdit*>()->clear();
        QVERIFY(!dialog.button("Fold")->isEnabled());
    }

    void what_is_cancelled_leaves_nothing() {
        test::TempFolder folder;
        {
            Dialog dialog(request("flashnorm/qwen3-f32", folder / "folded"));
            dialog.press("Fold");
            while (dialog.button("Cancel") && !dialog.told().startsWith("Comparing"))  // all is written by then
                QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
            QVERIFY(fs::exists(folder / "folded") && dialog.button("Cancel"));
            dialog.press("Cancel");
            QVERIFY(dialog.done());
            QCOMPARE(dialog.told(), QString("Cancelled. Nothing was written."));
            QVERIFY(!fs::exists(folder / "folded"));
            QVERIFY(dialog.button("Fold")->isEnabled());
        }  // its thread has ended
        QVERIFY(!fs::exists(folder / "folded"));
        QVERIFY(fs::is_empty(folder.path()));
    }

    void closed_while_it_works_it_goes_when_that_has_ended() {
        test::TempFolder folder;
        for (const bool closed : {false, true}) {  // with Escape, by the window's frame
            const QPointer<FoldDialog> dialog = new FoldDialog(request("flashnorm/qwen3-f32", folder / "folded"));
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            dialog->open();
            for (QPushButton* button : dialog->findChildren<QPushButton*>())
                if (button->text() == "Fold") QTest::mouseClick(button, Qt::LeftButton);
            if (closed)
                dialog->close();
            else
                QTest::keyClick(dialog, Qt::Key_Escape);
            QVERIFY(dialog && dialog->isHidden());
            QTRY_VERIFY(!dialog);
            QVERIFY(!fs::exists(folder / "folded"));
        }
    }

    void a_run_is_exported_for_it() {
        test::TempFolder folder;
        const auto run = test::create_tiny_run(folder / "workspace",
                                               test::tiny_config(test::write_tiny_tokens(folder / "tokens"), 4));
        run::train_run(run, {});
        FoldRequest what;
        what.name = "tiny: Baseline, seed 1";
        what.from = run.folder();
        what.is_run = true;
        what.to = folder / "workspace/exports" / (run.id() + "-flashnorm");
        Dialog dialog(what);
        dialog.press("Fold");
        QVERIFY(dialog.done());
        QVERIFY2(dialog.role() == "passed", qPrintable(dialog.told()));
        QVERIFY(fs::exists(what.to / "model.safetensors"));
        int entries = 0;
        for ([[maybe_unused]] const auto& entry : fs::directory_iterator(what.to.parent_path())) ++entries;
        QCOMPARE(entries, 1);  // the export is gone again
    }

    void without_a_target_it_stands_beside_the_source() {
        const Dialog dialog(request("flashnorm/qwen3-f32", {}));
        QVERIFY(dialog.dialog.findChild<QLineEdit*>()->text().endsWith("/qwen3-f32-flashnorm"));
    }
};

QTEST_MAIN(FoldDialogTest)
#include "fold_dialog_test.moc"
