#include "tests/support/page_window.h"
#include "tests/support/synthetic_runs.h"
#include "ui/bridge/run_control.h"
#include "ui/pages/runs/runs_model.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/runs/runs_table.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QLineEdit>
#include <QMessageBox>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

namespace {

const Json kShorter{{"train", {{"steps", 50}}}};  // before the study was edited

// The page over a workspace, with its own queue: without one nothing can be done to runs.
struct Window : test::PageWindow<RunsPage> {
    std::unique_ptr<RunControl> control;

    QString write(const test::SyntheticRun& run) {
        return QString::fromStdString(test::write_synthetic_run(folder.path(), run).id());
    }
    void open_with_control(int runs) {
        open();
        control = std::make_unique<RunControl>(folder.path());
        page.set_context({workspace.get(), nullptr, control.get()});
        QTRY_COMPARE(static_cast<int>(workspace->runs()->runs.size()), runs);
    }

    RunsTable& table() const { return *page.findChild<RunsTable*>(); }
    QModelIndex study() const { return table().model()->index(0, 0); }
    // The heading of the study's older settings, invalid where there is none.
    QModelIndex older() const {
        const QAbstractItemModel& shown = *table().model();
        const QModelIndex last = shown.index(shown.rowCount(study()) - 1, 0, study());
        return last.data(RunsModel::heading_role).toBool() ? last : QModelIndex();
    }
    // The runs in the rows below a heading, without those below another heading there.
    QStringList below(const QModelIndex& heading) const {
        QStringList ids;
        if (!heading.isValid()) return ids;
        for (int row = 0; row < table().model()->rowCount(heading); ++row) {
            const QString id = table().model()->index(row, 0, heading).data(RunsModel::id_role).toString();
            if (!id.isEmpty()) ids += id;
        }
        return ids;
    }
    void select(const QModelIndex& heading) {
        table().selectionModel()->select(heading, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    }
    QAction& action(const QString& text) const {
        for (QAction* action : page.actions())
            if (action->text() == text) return *action;
        throw std::logic_error("no action " + text.toStdString());
    }
    QMessageBox* question() const {
        for (QMessageBox* box : page.findChildren<QMessageBox*>())
            if (box->isVisible()) return box;
        return nullptr;
    }
    void answer(const QString& text) {
        for (QAbstractButton* button : question()->buttons())
            if (button->text() == text) return QTest::mouseClick(button, Qt::LeftButton);
        throw std::logic_error("no answer " + text.toStdString());
    }
};

}  // namespace

class RunsOlderSettingsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void a_rerun_of_an_edited_study_folds_the_runs_before() {
        Window window;
        const QString before = window.write({.patch = kShorter}), nope = window.write({.variant = "nope"});
        window.open_with_control(2);
        QTRY_COMPARE(window.below(window.study()), QStringList({before, nope}));
        QVERIFY(!window.older().isValid());
        window.table().select({before});
        const QString now = window.write({});
        window.workspace->refresh();
        QTRY_COMPARE(window.below(window.study()), QStringList({nope, now}));
        QCOMPARE(window.below(window.older()), QStringList({before}));
        QVERIFY(window.table().isExpanded(window.study()));
        QVERIFY(!window.table().isExpanded(window.older()));
        QCOMPARE(window.table().selected_ids(), QStringList({before}));  // as it was
        QVERIFY(window.table().stands_out(now));
        QVERIFY(!window.table().stands_out(before));
        QVERIFY(!window.table().stands_out({}));  // headings have no id
        QCOMPARE(window.study().siblingAtColumn(RunsModel::step).data().toString(), QString("2 of 2 runs"));
        QVERIFY(window.telling("3 runs (1 of older settings)"));
    }

    void headings_stay_as_they_were_left() {
        Window window;
        const QString before = window.write({.patch = kShorter});
        window.write({});
        window.open_with_control(2);
        QTRY_COMPARE(window.below(window.older()), QStringList({before}));
        QVERIFY(!window.table().isExpanded(window.older()));
        window.table().expand(window.older());
        const QVariantMap opened = window.page.save_state();
        // A run comes to each of the headings.
        window.write({.patch = kShorter, .seed = 2});
        window.write({.seed = 2});
        window.workspace->refresh();
        QTRY_COMPARE(window.below(window.study()).size(), 2);
        QTRY_COMPARE(window.below(window.older()).size(), 2);
        QVERIFY(window.table().isExpanded(window.study()) && window.table().isExpanded(window.older()));
        window.table().collapse(window.older());
        const QVariantMap folded = window.page.save_state();
        window.page.restore_state(opened);
        QVERIFY(window.table().isExpanded(window.older()));
        window.page.restore_state(folded);
        QVERIFY(!window.table().isExpanded(window.older()));
        QVERIFY(window.table().isExpanded(window.study()));
    }

    void a_filter_shows_the_older_runs_it_finds() {
        Window window;
        const QString before = window.write({.patch = kShorter}), now = window.write({});
        window.open_with_control(2);
        QTRY_COMPARE(window.below(window.older()), QStringList({before}));
        auto& search = window.named<QLineEdit>("Filter runs");
        search.setText(before);
        QCOMPARE(window.below(window.study()), QStringList());
        QCOMPARE(window.below(window.older()), QStringList({before}));
        QVERIFY(window.table().isExpanded(window.study()) && window.table().isExpanded(window.older()));
        // Folded by somebody, it stays so until another filter is typed.
        window.table().collapse(window.older());
        run::edit_notes(window.folder / "runs" / before.toStdString(), {{}, {"keep"}, {}});
        window.workspace->refresh();
        QTRY_COMPARE(window.workspace->runs()->runs[0].notes.tags.size(), std::size_t{1});
        QVERIFY(!window.table().isExpanded(window.older()));
        search.setText("tag:keep");
        QVERIFY(window.table().isExpanded(window.older()));
        search.setText(now);
        QVERIFY(!window.older().isValid());
        search.clear();
        QVERIFY(!window.table().isExpanded(window.older()));  // as before the search
    }

    void a_study_stands_for_its_present_settings() {
        Window window;
        const QString before = window.write({.patch = kShorter}), now = window.write({});
        window.open_with_control(2);
        QTRY_VERIFY(window.older().isValid());
        window.select(window.study());
        QCOMPARE(window.table().selected_ids(), QStringList({now}));
        window.select(window.older());
        QCOMPARE(window.table().selected_ids(), QStringList({before}));
        window.table().selectAll();
        QCOMPARE(window.table().selected_ids(), QStringList({now, before}));
        QSignalSpy shown(&window.page, &Page::show_runs);
        window.select(window.older());
        window.action("Show in Live").trigger();
        QCOMPARE(shown.value(0).value(0).toStringList(), QStringList({before}));
        window.page.choose_runs({before});  // asked for by another page
        QVERIFY(window.table().isExpanded(window.older()));
    }

    void deleting_says_what_becomes_of_older_settings() {
        Window window;
        const QString before = window.write({.patch = kShorter}), now = window.write({});
        window.open_with_control(2);
        QTRY_VERIFY(window.older().isValid());
        window.table().selectAll();
        window.action("Delete").trigger();
        QTRY_VERIFY(window.question());
        QCOMPARE(window.question()->text(), QString("Move 2 runs to the trash?"));
        const QString both = window.question()->informativeText();
        QVERIFY(both.contains("quick: Baseline, seed 1, older settings (" + before + ")"));
        QVERIFY(both.contains("quick: Baseline, seed 1 (" + now + ")"));
        QVERIFY(both.contains("1 of these runs has older settings."));
        QVERIFY(!both.contains("kept"));
        QTest::keyClick(window.question(), Qt::Key_Escape);
        QTRY_VERIFY(!window.question());

        window.select(window.study());
        window.action("Delete").trigger();
        QTRY_VERIFY(window.question());
        QCOMPARE(window.question()->text(), QString("Move 1 run to the trash?"));
        QVERIFY(window.question()->informativeText().contains("1 run of older settings will be kept."));
        window.answer("Move to trash");
        // What is left has the newest settings.
        QTRY_COMPARE(window.below(window.study()), QStringList({before}));
        QVERIFY(!window.older().isValid());
        QVERIFY(window.telling("1 run"));
        QVERIFY(!window.telling("older settings"));
    }
};

QTEST_MAIN(RunsOlderSettingsTest)
#include "runs_older_settings_test.moc"
