#include "ui/pages/runs/run_details.h"

#include "core/base/atomic_file.h"
#include "core/base/workspace_layout.h"
#include "core/run/queue.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"
#include "ui/pages/runs/checkpoint_dialog.h"
#include "ui/theme/theme.h"

#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>
#include <fstream>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

class RunDetailsTest : public QObject {
    Q_OBJECT

    // A run that was trained, with checkpoints at its middle and its end.
    struct Trained {
        test::TempFolder folder;
        run::ListedRun listed;
        Trained() : listed(make(folder)) {}
        static run::ListedRun make(const test::TempFolder& folder) {
            const RunConfig config = test::tiny_config(test::write_tiny_tokens(folder / "tokens"), 20,
                                                       {{"checkpoint_every", 10}, {"keep_last", 4}});
            const run::RunDirectory directory = test::create_tiny_run(folder.path(), config);
            run::train_run(directory, {}, {});
            return run::read_run(directory.folder());
        }
    };
    struct Shown {
        RunDetails details{new QLabel("summary"), new QLabel("why"), nullptr};
        Shown() {
            details.resize(1000, 400);
            details.show();
        }
        QTableWidget& table(const QString& name) {
            for (QTableWidget* table : details.findChildren<QTableWidget*>())
                if (table->accessibleName() == name) return *table;
            throw std::logic_error("no table " + name.toStdString());
        }
        QPushButton& button(const QString& text) {
            for (QPushButton* button : details.findChildren<QPushButton*>())
                if (button->text() == text) return *button;
            throw std::logic_error("no button " + text.toStdString());
        }
        static QString value(QTableWidget& table, const QString& key, int key_column, int column) {
            for (int row = 0; row < table.rowCount(); ++row)
                if (table.item(row, key_column)->text() == key) return table.item(row, column)->text();
            return "no row " + key;
        }
    };

  private Q_SLOTS:
    void why_it_collapsed_opens_in_place_of_the_summary() {
        RunDetails details{new QLabel("summary"), new QLabel("why"), nullptr};
        QVERIFY(!details.isTabVisible(RunDetails::collapse));
        details.show_collapse(true);
        QCOMPARE(details.currentIndex(), int(RunDetails::collapse));
        details.show_collapse(false);
        QCOMPARE(details.currentIndex(), int(RunDetails::summary));
        QVERIFY(!details.isTabVisible(RunDetails::collapse));
        details.setCurrentIndex(RunDetails::log);
        details.show_collapse(true);
        QCOMPARE(details.currentIndex(), int(RunDetails::log));  // what somebody reads stays
    }

    void initTestCase() {
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void configuration_log_events_and_checkpoints_are_shown() {
        const Trained trained;
        Shown s;
        s.details.show_run(trained.listed);
        s.details.setCurrentIndex(RunDetails::configuration);
        QTableWidget& options = s.table("Configuration");
        QCOMPARE(Shown::value(options, "model.d_model", 1, 2), QString("16"));
        QCOMPARE(Shown::value(options, "train.lr", 1, 2), QString("0.01"));

        s.details.setCurrentIndex(RunDetails::log);
        auto* log = s.details.findChild<QPlainTextEdit*>();
        QTRY_VERIFY(log->toPlainText().contains("checkpoint at step 20 saved"));

        s.details.setCurrentIndex(RunDetails::events);
        QTableWidget& events = s.table("Events");
        QTRY_VERIFY(events.rowCount() > 0);
        QVERIFY(Shown::value(events, "evaluation", 1, 3).contains("set val"));

        s.details.setCurrentIndex(RunDetails::checkpoints);
        QTableWidget& checkpoints = s.table("Checkpoints");
        QTRY_VERIFY(checkpoints.rowCount() >= 2);
        QVERIFY(Shown::value(checkpoints, "20", 0, 1).toDouble() > 0);
        QCOMPARE(Shown::value(checkpoints, "20", 0, 5), QString("step-000020"));
        QVERIFY(s.button("Generate…").isEnabled());  // the newest one is chosen
    }

    void the_log_begins_with_what_is_lost_of_the_run() {
        const Trained trained;
        const fs::path events = trained.listed.directory.folder() / run_files::kEvents;
        std::ofstream(events, std::ios::app) << "{damaged\n{}\n";
        Shown s;
        s.details.show_run(trained.listed);
        s.details.setCurrentIndex(RunDetails::log);
        auto* log = s.details.findChild<QPlainTextEdit*>();
        QTRY_VERIFY(log->toPlainText().contains("checkpoint at step 20 saved"));
        QVERIFY2(log->toPlainText().section('\n', 0, 0).contains("lost in "), qPrintable(log->toPlainText()));
    }

    void a_checkpoint_can_be_folded_by_its_step() {
        const Trained trained;
        Shown s;
        s.details.show_run(trained.listed);
        s.details.setCurrentIndex(RunDetails::checkpoints);
        QTableWidget& checkpoints = s.table("Checkpoints");
        QTRY_VERIFY(checkpoints.rowCount() >= 2);
        for (int row = 0; row < checkpoints.rowCount(); ++row)
            if (checkpoints.item(row, 0)->text() == "10") checkpoints.selectRow(row);
        QSignalSpy asked(&s.details, &RunDetails::fold_checkpoint);
        QTest::mouseClick(&s.button("Fold with FlashNorm…"), Qt::LeftButton);
        QCOMPARE(asked.value(0), (QVariantList{QString::fromStdString(trained.listed.info.id), qint64{10}}));
    }

    void a_checkpoint_is_exported_or_says_why_not() {
        const Trained trained;
        CheckpointDialog dialog(CheckpointDialog::export_hf, trained.listed, 10);
        dialog.show();
        const auto press = [&](const QString& words) {
            for (QPushButton* button : dialog.findChildren<QPushButton*>())
                if (button->text() == words) return QTest::mouseClick(button, Qt::LeftButton);
            qFatal("no such button");
        };
        const auto outcome = [&] {
            for (QLabel* label : dialog.findChildren<QLabel*>())
                if (label->accessibleName() == "Outcome") return label->text();
            return QString();
        };
        press("Export");
        const fs::path target = trained.folder / ("exports/" + trained.listed.info.id + "-step-10");
        QTRY_VERIFY_WITH_TIMEOUT(outcome() != "Writing", 20000);
        QCOMPARE(outcome(), QString("Done."));
        QVERIFY(fs::exists(target / "model.safetensors"));
        press("Export");  // there already
        QTRY_VERIFY_WITH_TIMEOUT(outcome().contains(QString::fromStdString(trained.listed.info.id)), 20000);
    }

    void without_a_tokenizer_no_text_can_be_continued() {
        const Trained trained;
        CheckpointDialog dialog(CheckpointDialog::generate, trained.listed, 20);
        dialog.show();
        QPushButton* start = nullptr;
        for (QPushButton* button : dialog.findChildren<QPushButton*>())
            if (button->text() == "Generate") start = button;
        QVERIFY(start && !start->isEnabled());  // no prompt yet
        QVERIFY(start->isDefault());            // Return in a field starts, and never closes the dialog
        for (QPlainTextEdit* edit : dialog.findChildren<QPlainTextEdit*>())
            if (edit->accessibleName() == "Prompt") edit->setPlainText("the dog");
        QVERIFY(start->isEnabled());
        const auto told = [&] {
            QString all;
            for (QLabel* label : dialog.findChildren<QLabel*>())
                if (label->accessibleName() == "Outcome") all += label->text();
            return all;
        };
        QLineEdit* tokens = nullptr;
        for (QSpinBox* box : dialog.findChildren<QSpinBox*>())
            if (box->accessibleName() == "Tokens to add") tokens = box->findChild<QLineEdit*>();
        QVERIFY(tokens);
        tokens->setText("0");
        QTest::mouseClick(start, Qt::LeftButton);
        QCOMPARE(told(), QString());  // a refused number starts nothing
        tokens->setText("5");
        QTest::mouseClick(start, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(told().contains("tokenizer"), 20000);
        QVERIFY(start->isEnabled());
    }

    void several_runs_have_the_summary_alone() {
        const Trained trained;
        Shown s;
        QVERIFY(!s.details.isTabEnabled(RunDetails::log));
        s.details.show_run(trained.listed);
        QVERIFY(s.details.isTabEnabled(RunDetails::log));
        s.details.setCurrentIndex(RunDetails::log);
        s.details.clear();
        QCOMPARE(s.details.currentIndex(), int(RunDetails::summary));
        QVERIFY(!s.details.isTabEnabled(RunDetails::checkpoints));
    }
};

QTEST_MAIN(RunDetailsTest)
#include "run_details_test.moc"
