#include "ui/pages/runs/runs_page.h"

#include "core/io/json_file.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/settings.h"
#include "ui/bridge/study_document.h"
#include "ui/bridge/workspace.h"
#include "ui/pages/runs/run_columns.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/pages/runs/runs_table.h"
#include "ui/pages/runs/trash_dialog.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

namespace {

// The page over its own workspace, as the window would hold it.
struct Window {
    test::TempFolder folder;
    std::unique_ptr<Workspace> workspace;
    std::unique_ptr<StudyDocument> document;
    std::unique_ptr<RunControl> control;
    std::unique_ptr<RunsPage> page = std::make_unique<RunsPage>();

    void open(int runs) {
        workspace = std::make_unique<Workspace>(folder.path());
        document = std::make_unique<StudyDocument>(folder.path());
        control = std::make_unique<RunControl>(folder.path());
        page->resize(1400, 800);
        page->set_context({workspace.get(), document.get(), control.get()});
        page->show();
        QVERIFY(QTest::qWaitForWindowActive(page.get()));
        workspace->refresh();
        QTRY_COMPARE(ids().size(), runs);
    }
    RunsTable& table() const { return *page->findChild<RunsTable*>(); }
    QLineEdit& filter() const { return *field("Filter runs"); }
    QLineEdit* field(const QString& name) const {
        for (QLineEdit* line : page->findChildren<QLineEdit*>())
            if (line->accessibleName() == name) return line;
        return nullptr;
    }
    QStringList ids() const {
        QStringList ids;
        const QAbstractItemModel& shown = *table().model();
        for (int g = 0; g < shown.rowCount(); ++g)
            for (int r = 0; r < shown.rowCount(shown.index(g, 0)); ++r)
                ids += shown.index(r, 0, shown.index(g, 0)).data(RunsModel::id_role).toString();
        return ids;
    }
    QModelIndex cell(const QString& id, int column) const {
        const QAbstractItemModel& shown = *table().model();
        for (int g = 0; g < shown.rowCount(); ++g)
            for (int r = 0; r < shown.rowCount(shown.index(g, 0)); ++r)
                if (shown.index(r, 0, shown.index(g, 0)).data(RunsModel::id_role).toString() == id)
                    return shown.index(r, column, shown.index(g, 0));
        return {};
    }
    void click(const QString& id) {
        table().scrollTo(cell(id, RunsModel::state));
        QTest::mouseClick(table().viewport(), Qt::LeftButton, {},
                          table().visualRect(cell(id, RunsModel::state)).center());
    }
    QAction& action(const QString& text) const {
        for (QAction* action : page->actions())
            if (action->text() == text) return *action;
        throw std::logic_error("no action " + text.toStdString());
    }
    QToolButton* button(const QString& text) const {
        for (QToolButton* button : page->findChildren<QToolButton*>())
            if (button->text() == text) return button;
        return nullptr;
    }
    QLabel* label(const QString& words) const {
        for (QLabel* label : page->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words)) return label;
        return nullptr;
    }
    QPushButton* push_button(const QString& text) const {
        for (QPushButton* button : page->findChildren<QPushButton*>())
            if (button->isVisible() && button->text() == text) return button;
        return nullptr;
    }
};

QMessageBox* question(QWidget* above) {
    for (QMessageBox* box : above->findChildren<QMessageBox*>())
        if (box->isVisible()) return box;
    return nullptr;
}

void answer(QMessageBox* box, const QString& text) {
    for (QAbstractButton* button : box->buttons())
        if (button->text() == text) return QTest::mouseClick(button, Qt::LeftButton);
    qFatal("no such answer");
}

QString text(const std::string& words) { return QString::fromStdString(words); }

}  // namespace

class RunsPageTest : public QObject {
    Q_OBJECT

    static QString write(const Window& window, const test::SyntheticRun& run) {
        return text(test::write_synthetic_run(window.folder.path(), run).id());
    }

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

    void selection_and_scroll_position_stay_while_the_list_changes() {
        Window window;
        const auto first = test::write_synthetic_run(window.folder.path(), {});
        for (int i = 0; i < 60; ++i) {
            fs::copy(first.folder(), window.folder / ("runs/copy" + std::to_string(i)), fs::copy_options::recursive);
        }
        window.open(61);
        window.click("copy50");
        window.table().verticalScrollBar()->setValue(window.table().verticalScrollBar()->maximum() / 2);
        QVERIFY(window.table().verticalScrollBar()->value() > 0);
        const auto place = [&] { return window.table().visualRect(window.cell("copy30", RunsModel::name)); };
        const QRect before = place();
        run::edit_notes(window.folder / "runs/copy7", {{}, {"keep"}, {}});
        QVERIFY(!window.table().stands_out("copy50"));
        const QString fresh = write(window, {.study = "another"});
        window.workspace->refresh();
        QTRY_COMPARE(window.ids().size(), 62);
        QCOMPARE(place(), before);  // two rows came above
        QCOMPARE(window.table().selected_ids(), QStringList({"copy50"}));
        QCOMPARE(window.cell("copy7", RunsModel::tags).data(RunsModel::tags_role).toStringList(),
                 QStringList({"keep"}));
        QVERIFY(window.table().stands_out(fresh));
        QVERIFY(!window.table().stands_out("copy50"));
        window.table().verticalScrollBar()->setValue(0);
        const auto ground = [&](const QString& id) {
            const QRect cell = window.table().visualRect(window.cell(id, RunsModel::tags));
            return window.table().viewport()->grab(cell).toImage().pixelColor(cell.width() / 2, 2);
        };
        QVERIFY(ground(fresh) != Theme::instance().palette().surface);
        QTRY_VERIFY(!window.table().stands_out(fresh));
        QCOMPARE(ground(fresh), Theme::instance().palette().surface);
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
        auto* note = window.page->findChild<QPlainTextEdit*>();
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
        QTest::keyClicks(window.page->findChild<QPlainTextEdit*>(), "last words");
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

    void all_columns_fit_a_narrow_window_and_keep_widths_given() {
        Window window;
        write(window, {});
        window.open(1);
        RunsTable& table = window.table();
        const auto length = [&] { return table.header()->length(); };
        for (const int width : {1440, 1024}) {
            window.page->resize(width, 700);
            QTRY_COMPARE(length(), table.viewport()->width());
        }
        table.header()->resizeSection(RunsModel::tags, 200);
        window.page->resize(1440, 700);
        QTRY_COMPARE(length(), table.viewport()->width());
        QCOMPARE(table.columnWidth(RunsModel::tags), 200);
    }

    void any_option_can_be_a_column_and_belongs_to_the_workspace() {
        Window window;
        const auto wide = [](int d_ff) { return Json{{"model", {{"d_ff", d_ff}}}}; };
        for (const int d_ff : {1000, 128, 16})
            write(window, {.variant = "ff-" + std::to_string(d_ff), .label = "", .patch = wide(d_ff)});
        window.open(3);
        RunsTable& table = window.table();
        const int column = run_column("model.d_ff");
        QVERIFY(column >= RunsModel::column_count && table.isColumnHidden(column));
        const auto choose = [&](const QString& name) {
            Q_EMIT table.columns_menu()->aboutToShow();
            for (QAction* choice : table.columns_menu()->findChildren<QAction*>())
                if (choice->text() == name && choice->isCheckable()) choice->trigger();
        };
        choose(run_columns()[static_cast<std::size_t>(column)].title);
        choose("Best validation loss (nats)");
        QVERIFY(!table.isColumnHidden(column) && !table.isColumnHidden(RunsModel::best_validation));
        const auto shown = [&] {
            QStringList values;
            for (const QString& id : window.ids()) values += window.cell(id, column).data().toString();
            return values;
        };
        table.header()->setSortIndicator(column, Qt::AscendingOrder);
        QCOMPARE(shown(), QStringList({"16", "128", "1000"}));
        table.header()->setSortIndicator(column, Qt::DescendingOrder);
        QCOMPARE(shown(), QStringList({"1000", "128", "16"}));
        table.header()->setSortIndicator(RunsModel::name, Qt::AscendingOrder);
        QCOMPARE(shown(), QStringList({"16", "128", "1000"}));  // ff-16, ff-128, ff-1000

        const QVariantMap state = window.page->save_state();
        window.page->restore_state({});  // another workspace
        QVERIFY(table.isColumnHidden(column) && !table.isColumnHidden(RunsModel::rate));
        window.page->restore_state(state);
        QVERIFY(!table.isColumnHidden(column) && !table.isColumnHidden(RunsModel::best_validation));
        QCOMPARE(table.header()->sortIndicatorSection(), int(RunsModel::name));
        for (QAction* choice : table.columns_menu()->actions())
            if (choice->text() == "Reset columns") choice->trigger();
        QVERIFY(table.isColumnHidden(column) && table.isColumnHidden(RunsModel::best_validation));
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
        QCOMPARE(window.page->findChild<QPlainTextEdit*>()->toPlainText(), QString("written meanwhile"));
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

    void the_filter_and_the_order_belong_to_a_workspace() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("ablate-test");
        Window window;
        write(window, {});
        const QString collapsed =
            write(window, {.variant = "no-norm", .label = "No norm", .patch = test::kNoNorm, .nan_at = 23});
        window.open(2);
        QTest::keyClicks(&window.filter(), "no-norm");
        window.table().header()->setSortIndicator(RunsModel::loss, Qt::DescendingOrder);
        Settings::set_page_state("runs", "/one", window.page->save_state());

        window.page->restore_state(Settings::page_state("runs", "/two"));  // the window goes to another workspace
        QCOMPARE(window.filter().text(), QString());
        QCOMPARE(window.table().header()->sortIndicatorSection(), -1);
        QCOMPARE(window.ids().size(), 2);
        Settings::set_page_state("runs", "/two", window.page->save_state());

        window.page->restore_state(Settings::page_state("runs", "/one"));
        QCOMPARE(window.filter().text(), QString("no-norm"));
        QCOMPARE(window.table().header()->sortIndicatorSection(), int(RunsModel::loss));
        QCOMPARE(window.table().header()->sortIndicatorOrder(), Qt::DescendingOrder);
        QCOMPARE(window.ids(), QStringList{collapsed});
    }

    void columns_and_folded_studies_are_restored() {
        Window window;
        write(window, {});
        window.open(1);
        RunsTable& table = window.table();
        const auto choose = [&](const QString& name) {
            Q_EMIT table.columns_menu()->aboutToShow();
            for (QAction* column : table.columns_menu()->actions())
                if (column->text() == name) column->trigger();
        };
        choose("Run");
        choose("Tokens/s");
        QVERIFY(!table.isColumnHidden(RunsModel::id) && table.isColumnHidden(RunsModel::rate));
        table.collapse(table.model()->index(0, 0));
        window.action("Details").trigger();
        const QVariantMap state = window.page->save_state();

        RunsPage other;
        other.set_context({window.workspace.get(), window.document.get(), window.control.get()});
        other.restore_state(state);
        RunsTable& restored = *other.findChild<RunsTable*>();
        QVERIFY(!restored.isColumnHidden(RunsModel::id) && restored.isColumnHidden(RunsModel::rate));
        QVERIFY(!restored.isExpanded(restored.model()->index(0, 0)));
        QCOMPARE(other.save_state().value("details").toBool(), false);
        for (const QVariantMap& odd : {QVariantMap(), QVariantMap{{"table", 7}, {"split", "x"}, {"details", "y"}}})
            other.restore_state(odd);
        QVERIFY(!restored.isColumnHidden(RunsModel::name));
    }
};

QTEST_MAIN(RunsPageTest)
#include "runs_page_test.moc"
