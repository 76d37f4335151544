#include "ui/pages/runs/runs_page.h"

#include "core/io/json_file.h"
#include "tests/support/runs_window.h"
#include "tests/support/tiny_run.h"
#include "ui/pages/runs/trash_dialog.h"
#include "ui/theme/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTreeWidget>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;
using test::answer;
using test::question;
using test::text;
using Window = test::RunsWindow;

class RunsPageTest : public QObject {
    Q_OBJECT

    static QString write(const Window& window, const test::SyntheticRun& run) { return test::write_run(window, run); }

  private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void an_empty_workspace_says_what_to_do() {
        Window window;
        window.open(0);
        QVERIFY(window.label("No runs yet"));
        QSignalSpy opened(window.page.get(), &Page::open_page);
        QTest::mouseClick(window.push_button("Open Study page"), Qt::LeftButton);
        QCOMPARE(opened.value(0).value(0).toString(), QString("study"));
        write(window, {});
        window.workspace->refresh();
        QTRY_VERIFY(window.table().isVisible());
        QVERIFY(!window.label("No runs yet"));
    }

    void damaged_newer_and_foreign_folders_are_listed_with_their_reason() {
        Window window;
        const QString sound = write(window, {}), damaged = write(window, {}), newer = write(window, {});
        const fs::path runs = window.folder / "runs";
        atomic_write(runs / damaged.toStdString() / "run.json", "{");
        Json info = io::read_json(runs / newer.toStdString() / "run.json");
        info["format"] = 99;
        io::write_json(runs / newer.toStdString() / "run.json", info);
        fs::create_directories(runs / "holiday pictures");
        window.open(4);
        const auto reason = [&](const QString& id) { return window.cell(id, RunsModel::verdict).data().toString(); };
        QVERIFY(reason(damaged).contains("run.json"));
        QVERIFY(reason(newer).contains("newer"));
        QVERIFY(!reason("holiday pictures").isEmpty());
        QCOMPARE(window.cell(sound, RunsModel::state).data().toString(), QString("healthy"));
        window.click(newer);
        QVERIFY(window.label("use a newer Ablate"));
        QVERIFY(!window.action("Resume").isEnabled());
        QVERIFY(window.action("Delete").isEnabled());
    }

    void the_filter_narrows_and_is_cleared() {
        Window window;
        write(window, {});
        const QString collapsed =
            write(window, {.variant = "no-norm", .label = "No norm", .patch = test::kNoNorm, .nan_at = 23});
        window.open(2);
        QTest::keyClick(window.page.get(), Qt::Key_F, Qt::ControlModifier);
        QVERIFY(window.filter().hasFocus());
        QTest::keyClicks(&window.filter(), "state:collapsed");
        QCOMPARE(window.ids(), QStringList({collapsed}));
        QTest::keyClicks(&window.filter(), " nothing");
        QVERIFY(window.label("No run matches"));
        QVERIFY(window.label("no run matches “nothing”. This workspace has 2 runs."));
        QTest::mouseClick(window.push_button("Clear filter"), Qt::LeftButton);
        QCOMPARE(window.ids().size(), 2);
    }

    void a_deleted_run_goes_to_the_trash_and_comes_back() {
        Window window;
        const QString kept = write(window, {});
        const QString gone = write(window, {.variant = "nope", .label = "No <b>position</b>", .patch = test::kNoPE});
        window.open(2);
        window.click(gone);
        QTest::keyClick(&window.table(), Qt::Key_Delete);
        QTRY_VERIFY(question(window.page.get()));
        QMessageBox* box = question(window.page.get());
        QCOMPARE(box->text(), QString("Move 1 run to the trash?"));
        QCOMPARE(box->textFormat(), Qt::PlainText);
        QVERIFY(box->informativeText().contains("quick: No <b>position</b>, seed 1 (" + gone));
        answer(box, "Move to trash");
        QTRY_COMPARE(window.ids(), QStringList({kept}));
        QTRY_VERIFY(window.label("1 run moved to the trash"));
        QTest::mouseClick(window.push_button("Undo"), Qt::LeftButton);
        QTRY_COMPARE(window.ids().size(), 2);
        QVERIFY(fs::exists(window.folder / "runs" / gone.toStdString() / "run.json"));
    }

    void asking_to_delete_can_be_declined() {
        Window window;
        const QString id = write(window, {});
        window.open(1);
        window.click(id);
        QTest::mouseClick(window.button("Delete"), Qt::LeftButton);
        QTRY_VERIFY(question(window.page.get()));
        QTest::keyClick(question(window.page.get()), Qt::Key_Escape);
        QTRY_VERIFY(!question(window.page.get()));
        QTest::qWait(50);
        QVERIFY(fs::exists(window.folder / "runs" / id.toStdString()));
    }

    void retrying_a_collapsed_run_asks() {
        Window window;
        const QString healthy = write(window, {});
        const QString collapsed = write(window, {.variant = "no-norm", .label = "No norm", .nan_at = 23});
        window.open(2);
        window.table().select({healthy, collapsed});
        QTRY_VERIFY(window.action("Retry").isEnabled());
        window.action("Retry").trigger();
        QTRY_VERIFY(question(window.page.get()));
        QMessageBox* box = question(window.page.get());
        QCOMPARE(box->text(), QString("Retry a collapsed run with the same settings?"));
        QVERIFY(box->informativeText().contains("quick: No norm, seed 1 (" + collapsed));
        QVERIFY(!box->informativeText().contains(healthy));
        QTest::keyClick(box, Qt::Key_Escape);
        QTRY_VERIFY(!question(window.page.get()));
        QTest::qWait(50);
        QCOMPARE(run::RunStore(window.folder.path()).list().runs.size(), std::size_t{2});
    }

    void a_selected_collapsed_run_says_why() {
        Window window;
        const QString healthy = write(window, {});
        const QString collapsed = write(window, {.variant = "no-norm", .label = "No norm", .nan_at = 23});
        window.open(2);
        window.click(collapsed);
        QTRY_VERIFY(window.label("The run collapsed: loss is NaN at step 23"));
        QVERIFY(window.push_button("Longer warm-up"));
        window.click(healthy);
        QTRY_VERIFY(!window.label("The run collapsed: "));
        QVERIFY(!window.push_button("Longer warm-up"));
        window.click(collapsed);
        QTRY_VERIFY(window.label("The run collapsed: "));
        QTest::mouseClick(window.push_button("Close"), Qt::LeftButton);
        QVERIFY(!window.label("The run collapsed: "));
    }

    void the_trash_restores_and_is_emptied_once_agreed() {
        Window window;
        const QString a = write(window, {}), b = write(window, {.variant = "nope", .label = "", .patch = test::kNoPE});
        const run::RunStore store(window.folder.path());
        for (const QString& id : {a, b}) store.move_to_trash(id.toStdString());
        window.open(0);
        QTest::mouseClick(window.button("Trash"), Qt::LeftButton);
        QTRY_VERIFY(window.page->findChild<TrashDialog*>());
        auto* dialog = window.page->findChild<TrashDialog*>();
        auto* list = dialog->findChild<QTreeWidget*>();
        QTRY_COMPARE(list->topLevelItemCount(), 2);
        const auto press = [&](const QString& text) {
            for (QPushButton* button : dialog->findChildren<QPushButton*>())
                if (button->text() == text) QTest::mouseClick(button, Qt::LeftButton);
        };
        for (QPushButton* button : dialog->findChildren<QPushButton*>())
            if (button->text() == "Restore") QVERIFY(!button->isEnabled());  // nothing is selected
        list->findItems(a, Qt::MatchExactly, 5).value(0)->setSelected(true);
        press("Restore");
        QTRY_COMPARE(window.ids(), QStringList({a}));
        QTRY_COMPARE(list->topLevelItemCount(), 1);
        press("Empty trash");
        QTRY_VERIFY(question(dialog));
        QCOMPARE(question(dialog)->text(), QString("Delete 1 run for good?"));
        QVERIFY(question(dialog)->informativeText().contains("quick: nope, seed 1"));
        answer(question(dialog), "Delete for good");
        QTRY_COMPARE(list->topLevelItemCount(), 0);
        QVERIFY(store.trash().empty());
        QCOMPARE(window.ids(), QStringList({a}));
    }

    void a_note_typed_in_place_is_on_disk_and_tags_are_in_the_table() {
        Window window;
        const QString id = write(window, {});
        window.open(1);
        window.click(id);
        QTest::keyClick(&window.table(), Qt::Key_F2);
        auto* note = window.page->findChild<QPlainTextEdit*>("note");
        QTRY_VERIFY(note->hasFocus());
        QTest::keyClicks(note, "to keep");
        QLineEdit* tags = window.field("Tags");
        tags->setFocus();
        QTest::keyClicks(tags, "keep, paper");
        QTest::keyClick(tags, Qt::Key_Return);
        const fs::path run = window.folder / "runs" / id.toStdString();
        QTRY_COMPARE(run::read_notes(run).tags.size(), std::size_t{2});
        QCOMPARE(run::read_notes(run).text, std::string("to keep"));
        QTRY_COMPARE(window.cell(id, RunsModel::tags).data(RunsModel::tags_role).toStringList(),
                     QStringList({"keep", "paper"}));
        QCOMPARE(note->toPlainText(), QString("to keep"));
    }

    void a_page_that_goes_saves_what_was_typed() {
        Window window;
        const QString id = write(window, {});
        window.open(1);
        window.click(id);
        QTest::keyClicks(window.page->findChild<QPlainTextEdit*>("note"), "last words");
        window.page.reset();
        QCOMPARE(run::read_notes(window.folder / "runs" / id.toStdString()).text, std::string("last words"));
    }

    void a_run_is_cloned_into_the_study() {
        Window window;
        const QString id = write(window, {.variant = "nope", .label = "NoPE", .patch = test::kNoPE});
        window.open(1);
        StudyConfig study;
        study.name = "mine";
        study.baseline = test::synthetic_baseline();
        window.document->start_new(study);
        window.click(id);
        QSignalSpy opened(window.page.get(), &Page::open_page), told(window.page.get(), &Page::message);
        QTest::keyClick(&window.table(), Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(opened.value(0).value(0).toString(), QString("study"));
        QVERIFY(told.value(0).value(0).toString().contains("nope"));
        QCOMPARE(window.document->study().variants.size(), std::size_t{1});
        const VariantConfig& variant = window.document->study().variants[0];
        QCOMPARE(variant.name, std::string("nope"));
        QCOMPARE(variant.label, std::string("NoPE"));
        QCOMPARE(variant.patch.dump(), test::kNoPE.dump());
    }

    void one_run_that_ended_well_can_be_folded() {
        Window window;
        const QString healthy = write(window, {});
        const QString collapsed = write(window, {.variant = "no-norm", .patch = test::kNoNorm, .nan_at = 23});
        window.open(2);
        QAction& fold = window.action("Fold with FlashNorm…");
        QSignalSpy asked(window.page.get(), &RunsPage::fold_run);
        QVERIFY(!fold.isEnabled() && fold.toolTip().contains("Select one run"));
        window.click(collapsed);
        QVERIFY(!fold.isEnabled() && fold.toolTip().contains("It has collapsed"));
        window.click(healthy);
        QVERIFY(fold.isEnabled());
        fold.trigger();
        QCOMPARE(asked.value(0), (QVariantList{healthy, qint64{-1}}));
        window.table().selectAll();
        QVERIFY(!fold.isEnabled());
    }

    void runs_are_shown_compared_and_copied() {
        Window window;
        const QString a = write(window, {}), b = write(window, {.seed = 2});
        window.open(2);
        QSignalSpy shown(window.page.get(), &Page::show_runs), compared(window.page.get(), &Page::compare_study);
        QVERIFY(!window.action("Show in Live").isEnabled());
        window.click(a);
        QTest::keyClick(&window.table(), Qt::Key_Return);
        QCOMPARE(shown.value(0).value(0).toStringList(), QStringList({a}));
        // The heading stands for all of its runs.
        QTest::mouseClick(window.table().viewport(), Qt::LeftButton, {},
                          window.table().visualRect(window.table().model()->index(0, RunsModel::state)).center());
        QTest::mouseClick(window.button("Show in Live"), Qt::LeftButton);
        QCOMPARE(shown.value(1).value(0).toStringList(), QStringList({a, b}));
        QTest::mouseClick(window.button("Compare study"), Qt::LeftButton);
        QCOMPARE(compared.value(0).value(0).toString(), QString("quick"));
        QTest::keyClick(&window.table(), Qt::Key_C, Qt::ControlModifier | Qt::AltModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), a + "\n" + b);
        window.table().setFocus();
        QTest::keyClick(&window.table(), Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QGuiApplication::clipboard()->text().split('\n');
        QCOMPARE(lines.size(), 4);  // the titles, both runs, the end of the last line
        const qsizetype loss = lines[0].split('\t').indexOf("Loss (nats)");
        QVERIFY(lines[0].startsWith("Variant\tSeed\t") && loss > 0);
        QVERIFY(lines[2].startsWith("Baseline\t2\thealthy\t"));
        QCOMPARE(lines[1].split('\t').value(loss), QString("3.65"));
    }

    void waiting_runs_change_places_and_leave_the_queue() {
        Window window;
        const RunConfig config = test::tiny_config(test::write_tiny_tokens(window.folder / "tokens"), 1'000'000);
        QStringList ids;
        for (int seed = 1; seed <= 4; ++seed)
            ids += text(test::create_tiny_run(window.folder.path(), config, seed).id());
        window.open(4);
        window.control->set_jobs(1);
        window.table().select(ids);
        QTest::keyClick(&window.table(), Qt::Key_R, Qt::ControlModifier);
        QTRY_COMPARE(window.control->waiting(), ids.mid(1));
        QTRY_COMPARE(window.cell(ids[0], RunsModel::state).data().toString(), QString("running"));
        QTRY_COMPARE(window.cell(ids[3], RunsModel::place).data().toString(), QString("3"));
        QTRY_VERIFY(window.label("1 training, 3 waiting"));

        window.click(ids[3]);
        QTest::keyClick(&window.table(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(window.control->waiting(), QStringList({ids[1], ids[3], ids[2]}));
        QCOMPARE(window.cell(ids[3], RunsModel::place).data().toString(), QString("2"));
        QTest::mouseClick(window.button("Earlier"), Qt::LeftButton);
        QCOMPARE(window.control->waiting().first(), ids[3]);
        QVERIFY(!window.action("Earlier").isEnabled());
        QCOMPARE(window.table().selected_ids(), QStringList({ids[3]}));
        window.table().select({ids[3], ids[1]});  // a block moves together
        QTest::keyClick(&window.table(), Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(window.control->waiting(), QStringList({ids[2], ids[3], ids[1]}));

        // A run that waits is deleted: it leaves the queue first. One that trains cannot be.
        window.click(ids[0]);
        QVERIFY(!window.action("Delete").isEnabled());
        window.click(ids[1]);
        QTest::keyClick(&window.table(), Qt::Key_Delete);
        QTRY_VERIFY(question(window.page.get()));
        answer(question(window.page.get()), "Move to trash");
        QTRY_COMPARE(window.ids().size(), 3);
        QCOMPARE(window.control->waiting(), QStringList({ids[2], ids[3]}));

        window.table().select({ids[2], ids[3]});
        QTest::mouseClick(window.button("Pause"), Qt::LeftButton);
        QCOMPARE(window.control->waiting(), QStringList());
        window.click(ids[0]);
        QTest::mouseClick(window.button("Pause"), Qt::LeftButton);
        QCOMPARE(window.cell(ids[0], RunsModel::state).data().toString(), QString("pausing"));
        QVERIFY(window.label("pausing"));
        QVERIFY(!window.action("Pause").isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(window.cell(ids[0], RunsModel::state).data().toString(), QString("paused"), 20000);
        QCOMPARE(window.cell(ids[0], RunsModel::device).data().toString(), QString("cpu"));
    }

    void a_run_that_is_asked_to_stop_elsewhere_is_stopping() {
        Window window;
        const QString id = write(window, {.ended = false});
        const run::RunDirectory directory(window.folder / "runs" / id.toStdString());
        const run::RunLock lock(directory.folder());
        window.open(1);
        const auto state = [&] { return window.cell(id, RunsModel::state).data().toString(); };
        QTRY_COMPARE(state(), QString("running"));
        directory.request("stop");
        QTRY_COMPARE(state(), QString("stopping"));
        window.click(id);
        QVERIFY(!window.action("Pause").isEnabled());
        QVERIFY(window.label("stopping"));
        QTest::keyClicks(&window.filter(), "state:stopping");
        QCOMPARE(window.ids(), QStringList({id}));
        directory.request("");
        QTRY_COMPARE(window.ids(), QStringList());
    }

    void a_page_shown_again_knows_what_happened_meanwhile() {
        Window window;
        const QString id = write(window, {});
        window.open(1);
        window.click(id);
        window.page->hide();
        run::edit_notes(window.folder / "runs" / id.toStdString(), {"written meanwhile", {}, {}});
        window.workspace->refresh();
        QTRY_COMPARE(window.workspace->runs()->runs[0].notes.text, std::string("written meanwhile"));
        window.page->show();
        QCOMPARE(window.page->findChild<QPlainTextEdit*>("note")->toPlainText(), QString("written meanwhile"));
    }

    void some_of_the_runs_tagged_together_may_refuse() {
        Window window;
        const QString a = write(window, {}), b = write(window, {.seed = 2}), c = write(window, {.seed = 3});
        atomic_write(window.folder / "runs" / b.toStdString() / "notes.json", "{");
        window.open(3);
        window.table().select({a, b, c});
        QSignalSpy told(window.page.get(), &Page::message);
        QLineEdit* tags = window.field("Tags");
        tags->setFocus();
        QTest::keyClicks(tags, "keep");
        QTest::keyClick(tags, Qt::Key_Return);
        QTRY_VERIFY(window.label("Not saved: "));
        for (const QString& id : {a, c})
            QCOMPARE(run::read_notes(window.folder / "runs" / id.toStdString()).tags.size(), std::size_t{1});
        QVERIFY(told.value(0).value(0).toString().contains("notes.json"));
    }
};

QTEST_MAIN(RunsPageTest)
#include "runs_page_test.moc"
