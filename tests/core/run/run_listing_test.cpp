#include "core/run/run_listing.h"

#include "core/base/atomic_file.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"

#include <QTest>

using namespace ablate;
using namespace ablate::run;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> ids(const RunList& list) {
    std::vector<std::string> ids;
    for (const ListedRun& listed : list.runs) ids.push_back(listed.info.id);
    return ids;
}

}  // namespace

class RunListingTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void it_lists_what_the_store_lists() {
        const test::TempFolder folder;
        test::write_synthetic_run(folder.path(), {});
        test::write_synthetic_run(folder.path(), {.variant = "no-norm", .patch = test::kNoNorm, .nan_at = 23});
        fs::create_directories(folder / "runs/stray");
        RunListing listing(folder.path());
        QVERIFY(listing.refresh());
        const RunList expected = RunStore(folder.path()).list();
        QCOMPARE(ids(listing.list()), ids(expected));
        QCOMPARE(listing.list().runs[1].status, Status::collapsed);
        QCOMPARE(listing.list().damaged.size(), std::size_t{1});
        QCOMPARE(listing.list().damaged[0].reason, expected.damaged[0].reason);
    }

    void an_empty_workspace_is_news_once() {
        const test::TempFolder folder;
        RunListing listing(folder.path());
        QVERIFY(listing.refresh());
        QVERIFY(!listing.refresh());
    }

    void nothing_new_is_no_change_and_each_change_is_one() {
        const test::TempFolder folder;
        const RunDirectory run = test::write_synthetic_run(folder.path(), {});
        RunListing listing(folder.path());
        listing.refresh();
        QVERIFY(!listing.refresh());

        RunState state = run.state();
        state.step = 17;
        run.write_state(state);
        QVERIFY(listing.refresh());
        QCOMPARE(listing.list().runs[0].state.step, std::int64_t{17});

        edit_notes(run.folder(), {"a note", {"good"}, {}});
        QVERIFY(listing.refresh());
        QCOMPARE(listing.list().runs[0].notes.text, std::string("a note"));

        const RunDirectory second = test::write_synthetic_run(folder.path(), {.seed = 2});
        QVERIFY(listing.refresh());
        QCOMPARE(listing.list().runs.size(), std::size_t{2});

        fs::remove_all(second.folder());
        QVERIFY(listing.refresh());
        QCOMPARE(ids(listing.list()), std::vector{run.id()});
        QVERIFY(!listing.refresh());
    }

    void a_lock_taken_and_left_is_a_change() {
        const test::TempFolder folder;
        const RunDirectory run = test::create_bare_run(folder.path());
        RunListing listing(folder.path());
        listing.refresh();
        QCOMPARE(listing.list().runs[0].status, Status::queued);
        {
            const RunLock lock(run.folder());
            QVERIFY(listing.refresh());
            QCOMPARE(listing.list().runs[0].status, Status::running);
            RunState state = run.state();
            state.phase = "training";
            run.write_state(state);
            QVERIFY(listing.refresh());
            QVERIFY(!listing.refresh());
        }
        QVERIFY(listing.refresh());
        QCOMPARE(listing.list().runs[0].status, Status::interrupted);
    }

    void a_run_read_between_its_end_and_the_end_of_its_lock_does_not_stay_running() {
        const test::TempFolder folder;
        const RunDirectory run = test::create_bare_run(folder.path());
        RunListing listing(folder.path());
        {
            const RunLock lock(run.folder());
            RunState state = run.state();
            state.phase = "ended";
            state.verdict = train::Verdict();
            run.write_state(state);
            listing.refresh();
            QCOMPARE(listing.list().runs[0].status, Status::running);
        }
        QVERIFY(listing.refresh());
        QCOMPARE(listing.list().runs[0].status, Status::healthy);
        QVERIFY(!listing.refresh());
    }

    void what_was_handed_out_stays_as_it_was() {
        const test::TempFolder folder;
        test::create_bare_run(folder.path());
        RunListing listing(folder.path());
        listing.refresh();
        const auto before = listing.shared_list();
        test::create_bare_run(folder.path());
        listing.refresh();
        QCOMPARE(before->runs.size(), std::size_t{1});
        QCOMPARE(listing.list().runs.size(), std::size_t{2});
    }

    void a_run_that_is_damaged_leaves_the_list_and_comes_back_when_mended() {
        const test::TempFolder folder;
        const RunDirectory run = test::create_bare_run(folder.path()), other = test::create_bare_run(folder.path());
        const std::string whole = read_file(run.folder() / "run.json");
        RunListing listing(folder.path());
        listing.refresh();
        atomic_write(run.folder() / "run.json", "{");
        QVERIFY(listing.refresh());
        QCOMPARE(ids(listing.list()), std::vector{other.id()});
        QCOMPARE(listing.list().damaged[0].folder, run.folder());
        QVERIFY(!listing.refresh());
        atomic_write(run.folder() / "state.json", "{");
        QVERIFY(listing.refresh());
        QVERIFY(listing.list().damaged.at(0).reason.find("state.json") != std::string::npos);
        atomic_write(run.folder() / "run.json", whole);
        QVERIFY(!listing.refresh());  // damaged as before
        run.write_state({});
        QVERIFY(listing.refresh());
        QCOMPARE(listing.list().runs.size(), std::size_t{2});
        QVERIFY(listing.list().damaged.empty());
    }
};

QTEST_GUILESS_MAIN(RunListingTest)
#include "run_listing_test.moc"
