#include "ui/bridge/workspace.h"

#include "core/compare/comparison.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"

#include <QSignalSpy>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;
using run::Status;

namespace {

QString id_of(const run::RunDirectory& directory) { return QString::fromStdString(directory.id()); }

run::RunState ended(train::Outcome outcome) {
    run::RunState state;
    state.phase = "ended";
    state.verdict = train::Verdict();
    state.verdict->outcome = outcome;
    return state;
}

}  // namespace

class WorkspaceTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void runs_appear_change_and_go_by_themselves() {
        const test::TempFolder folder;
        Workspace workspace(folder.path());
        QVERIFY(workspace.runs()->runs.empty());
        const run::RunDirectory run = test::write_synthetic_run(folder.path(), {});
        QTRY_COMPARE(workspace.runs()->runs.size(), std::size_t{1});
        run::RunState state = run.state();
        state.step = 3;
        run.write_state(state);
        QTRY_COMPARE(workspace.runs()->runs[0].state.step, std::int64_t{3});
        std::filesystem::remove_all(run.folder());
        QTRY_VERIFY(workspace.runs()->runs.empty());
    }

    void an_empty_workspace_is_told_once_it_was_read() {
        const test::TempFolder folder;
        Workspace workspace(folder.path());
        QSignalSpy told(&workspace, &Workspace::runs_changed);
        QVERIFY(!workspace.has_read());
        QTRY_COMPARE(told.count(), 1);
        QVERIFY(workspace.has_read() && workspace.runs()->runs.empty());
    }

    void an_unchanged_list_is_not_told_again() {
        const test::TempFolder folder;
        test::write_synthetic_run(folder.path(), {});
        Workspace workspace(folder.path());
        QSignalSpy told(&workspace, &Workspace::runs_changed);
        QTRY_COMPARE(told.count(), 1);
        const RunListPtr list = workspace.runs();
        for (int i = 0; i < 5; ++i) workspace.refresh();
        QTest::qWait(50);
        QCOMPARE(told.count(), 1);
        QCOMPARE(workspace.runs(), list);
    }

    void a_run_at_rest_is_sent_once_and_again_when_it_goes_on() {
        const test::TempFolder folder;
        const run::RunDirectory run = test::write_synthetic_run(folder.path(), {.ended = false});
        Workspace workspace(folder.path());
        QSignalSpy told(&workspace, &Workspace::curves_changed);
        workspace.follow({id_of(run)});
        QTRY_COMPARE(told.count(), 1);
        const RunCurvesPtr first = workspace.curves(id_of(run));
        QCOMPARE(first->series.at(run::kTrainLoss)->value.size(), std::size_t{50});
        workspace.refresh();
        QTest::qWait(50);
        QCOMPARE(told.count(), 1);

        const run::RunLock lock(run.folder());
        run::RunState state = run.state();
        state.updated += 1;
        run.write_state(state);
        QTRY_COMPARE(told.count(), 2);  // read anew: it may have been cut back
        io::TensorBoardWriter more(
            run.folder(), static_cast<std::int64_t>(std::filesystem::file_size(io::event_files(run.folder()).front())));
        more.append({2000, 50, {{run::kTrainLoss, 4.0f}}});
        more.flush();
        QTRY_COMPARE(workspace.curves(id_of(run))->series.at(run::kTrainLoss)->value.size(), std::size_t{51});
        QCOMPARE(first->series.at(run::kTrainLoss)->value.size(), std::size_t{50});  // what was sent never changes
    }

    void runs_no_longer_followed_are_forgotten() {
        const test::TempFolder folder;
        const run::RunDirectory a = test::write_synthetic_run(folder.path(), {}),
                                b = test::write_synthetic_run(folder.path(), {.seed = 2});
        Workspace workspace(folder.path());
        workspace.follow({id_of(a), id_of(b)});
        QTRY_VERIFY(workspace.curves(id_of(a)) && workspace.curves(id_of(b)));
        workspace.follow({id_of(b)});
        QVERIFY(!workspace.curves(id_of(a)) && workspace.curves(id_of(b)));
        workspace.follow({});
        QVERIFY(!workspace.curves(id_of(b)));
    }

    void a_run_that_cannot_be_read_hides_no_others_curves() {
        const test::TempFolder folder;
        const run::RunDirectory bad = test::write_synthetic_run(folder.path(), {}),
                                good = test::write_synthetic_run(folder.path(), {.seed = 2});
        std::filesystem::remove(bad.folder() / "events.jsonl");
        std::filesystem::create_directory(bad.folder() / "events.jsonl");
        Workspace workspace(folder.path());
        workspace.follow({id_of(bad), id_of(good)});
        QTRY_VERIFY(workspace.curves(id_of(good)));
        QVERIFY(!workspace.curves(id_of(bad)));
        std::filesystem::remove(bad.folder() / "events.jsonl");
        QTRY_VERIFY(workspace.curves(id_of(bad)));
    }

    void a_study_whose_last_run_is_paused_or_gone_has_not_ended() {
        const test::TempFolder folder;
        const run::RunDirectory a = test::create_bare_run(folder.path()), b = test::create_bare_run(folder.path());
        Workspace workspace(folder.path());
        QSignalSpy over(&workspace, &Workspace::study_ended);
        QTRY_COMPARE(workspace.runs()->runs.size(), std::size_t{2});
        a.write_state(ended(train::Outcome::paused));
        b.write_state(ended(train::Outcome::healthy));
        const auto is = [&](std::size_t index, Status status) {
            return workspace.runs()->runs.at(index).status == status;
        };
        QTRY_VERIFY(is(0, Status::paused) && is(1, Status::healthy));
        QCOMPARE(over.count(), 0);
        a.write_state({});  // it goes on
        QTRY_VERIFY(is(0, Status::queued));
        for (const run::RunDirectory& run : {a, b}) std::filesystem::remove_all(run.folder());
        QTRY_VERIFY(workspace.runs()->runs.empty());
        QCOMPARE(over.count(), 0);
    }

    void a_collapse_and_the_end_of_a_study_are_told_once() {
        const test::TempFolder folder;
        const run::RunDirectory a = test::create_bare_run(folder.path()), b = test::create_bare_run(folder.path());
        Workspace workspace(folder.path());
        QSignalSpy collapsed(&workspace, &Workspace::run_collapsed), over(&workspace, &Workspace::study_ended);
        QTRY_COMPARE(workspace.runs()->runs.size(), std::size_t{2});
        a.write_state(ended(train::Outcome::collapsed));
        QTRY_COMPARE(collapsed.count(), 1);
        QCOMPARE(collapsed[0][0].toString(), id_of(a));
        QCOMPARE(over.count(), 0);
        b.write_state(ended(train::Outcome::healthy));
        QTRY_COMPARE(over.count(), 1);
        QCOMPARE(over[0][0].toString(), QString("tiny"));
        workspace.refresh();
        QTest::qWait(50);
        QCOMPARE(collapsed.count(), 1);
        QCOMPARE(over.count(), 1);
    }

    void runs_of_older_settings_neither_end_a_study_nor_keep_it_open() {
        const test::TempFolder folder;
        const Json shorter{{"train", {{"steps", 50}}}};
        const run::RunDirectory before = test::write_synthetic_run(folder.path(), {.patch = shorter, .ended = false}),
                                rerun = test::write_synthetic_run(folder.path(), {.ended = false});
        rerun.write_state({});  // it waits; the run before was interrupted
        Workspace workspace(folder.path());
        QSignalSpy over(&workspace, &Workspace::study_ended);
        const auto is = [&](std::size_t index, Status status) {
            return workspace.runs()->runs.size() == 2 && workspace.runs()->runs[index].status == status;
        };
        QTRY_VERIFY(is(0, Status::interrupted) && is(1, Status::queued));
        rerun.write_state(ended(train::Outcome::healthy));
        QTRY_COMPARE(over.count(), 1);
        before.write_state({});
        QTRY_VERIFY(is(0, Status::queued));
        before.write_state(ended(train::Outcome::healthy));
        QTRY_VERIFY(is(0, Status::healthy));
        QCOMPARE(over.count(), 1);  // the study ended before
    }

    void damaged_runs_are_listed_and_hide_no_other() {
        const test::TempFolder folder;
        test::write_synthetic_run(folder.path(), {});
        std::filesystem::create_directories(folder / "runs/stray");
        Workspace workspace(folder.path());
        QTRY_COMPARE(workspace.runs()->runs.size(), std::size_t{1});
        QCOMPARE(workspace.runs()->damaged.size(), std::size_t{1});
    }

    void a_variant_keeps_its_color() {
        const test::TempFolder folder;
        for (const char* variant : {"baseline", "nope", "silu", "nope"})
            test::write_synthetic_run(folder.path(), {.variant = variant});
        Workspace workspace(folder.path());
        QTRY_COMPARE(workspace.runs()->runs.size(), std::size_t{4});
        std::vector<int> colors;
        for (const run::ListedRun& listed : workspace.runs()->runs)
            colors.push_back(workspace.color_index(listed.info));
        QCOMPARE(colors, (std::vector{-1, 0, 1, 0}));
    }

    // Also at the next start, and in a comparison made elsewhere.
    void deleting_runs_shifts_no_color() {
        const test::TempFolder folder;
        const std::string nope = test::write_synthetic_run(folder.path(), {.variant = "nope"}).id();
        const std::string silu =
            test::write_synthetic_run(folder.path(), {.variant = "silu", .patch = test::kSiLU}).id();
        const run::RunStore store(folder.path());
        {
            Workspace workspace(folder.path());
            QTRY_COMPARE(workspace.runs()->runs.size(), std::size_t{2});
            store.move_to_trash(nope);
            workspace.refresh();
            QTRY_COMPARE(workspace.runs()->runs.size(), std::size_t{1});
            QCOMPARE(workspace.color_index(workspace.runs()->runs[0].info), 1);
        }
        Workspace again(folder.path());
        QTRY_COMPARE(again.runs()->runs.size(), std::size_t{1});
        QCOMPARE(again.color_index(again.runs()->runs[0].info), 1);
        QCOMPARE(study::compare_runs(store, {silu}).groups[0].color, 1);
        // A variant that comes back has the color it had.
        test::write_synthetic_run(folder.path(), {.variant = "nope"});
        again.refresh();
        QTRY_COMPARE(again.runs()->runs.size(), std::size_t{2});
        QCOMPARE(again.color_index(again.runs()->runs[1].info), 0);
    }

    // Whatever the order of the study's points and whichever of its runs are compared.
    void a_variant_has_the_color_of_the_window_in_every_comparison() {
        const test::TempFolder folder;
        const std::string silu =
            test::write_synthetic_run(folder.path(), {.variant = "silu", .patch = test::kSiLU}).id();
        test::write_synthetic_run(folder.path(), {});
        const std::string nope =
            test::write_synthetic_run(folder.path(), {.variant = "nope", .patch = test::kNoPE}).id();
        Workspace workspace(folder.path());
        QTRY_COMPARE(workspace.runs()->runs.size(), std::size_t{3});
        const run::RunStore store(folder.path());
        for (const study::Comparison& comparison :
             {study::compare_study(store, "quick", std::vector<std::string>{"baseline", "nope", "silu"}),
              study::compare_runs(store, {nope, silu}), study::compare_runs(store, {nope})}) {
            QVERIFY(!comparison.groups.empty());
            for (const study::Group& group : comparison.groups)
                QCOMPARE(group.color, workspace.color_index(comparison.runs[group.runs.front()].listed.info));
        }
        QCOMPARE(study::compare_runs(store, {nope}).groups[0].color, 1);
    }
};

QTEST_GUILESS_MAIN(WorkspaceTest)
#include "workspace_test.moc"
