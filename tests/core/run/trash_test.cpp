#include "core/run/run_store.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QTest>

using namespace ablate;
using namespace ablate::run;
using test::input_error;
using test::is_line_with;
namespace fs = std::filesystem;

class TrashTest : public QObject {
    Q_OBJECT

    static std::vector<std::string> names(const RunStore& store) {
        std::vector<std::string> names;
        for (const TrashedRun& run : store.trash()) names.push_back(run.name);
        return names;
    }

  private Q_SLOTS:
    void the_trash_is_listed_newest_first() {
        const test::TempFolder workspace;
        const RunStore store(workspace.path());
        QVERIFY(store.trash().empty());
        const std::string a = test::create_bare_run(workspace.path(), "one").id();
        const RunDirectory damaged = test::create_bare_run(workspace.path());
        atomic_write(damaged.folder() / "run.json", std::string(1000, 'x'));
        store.move_to_trash(a);
        QTest::qWait(20);  // the two deletions differ in time
        store.move_to_trash(damaged.id());
        const std::vector<TrashedRun> trash = store.trash();
        QCOMPARE(names(store), std::vector<std::string>({damaged.id(), a}));
        QCOMPARE(trash[1].study, std::string("one"));
        QCOMPARE(trash[1].seed, std::int64_t{1});
        QVERIFY(trash[0].study.empty());
        QVERIFY(trash[0].bytes >= 1000);
    }

    void a_run_comes_back_as_it_was() {
        const test::TempFolder workspace;
        const RunStore store(workspace.path());
        const RunDirectory run = test::create_bare_run(workspace.path());
        edit_notes(run.folder(), {"kept", {}, {}});
        const std::string before = read_file(run.folder() / "run.json");
        store.move_to_trash(run.id());
        QVERIFY(store.list().runs.empty());
        QCOMPARE(store.restore(run.id()), run.folder());
        QCOMPARE(read_file(run.folder() / "run.json"), before);
        QCOMPARE(store.list().runs.at(0).notes.text, std::string("kept"));
        QVERIFY(store.trash().empty());
    }

    void restoring_overwrites_nothing() {
        const test::TempFolder workspace;
        const RunStore store(workspace.path());
        const RunDirectory run = test::create_bare_run(workspace.path());
        store.move_to_trash(run.id());
        fs::copy(workspace / "trash" / run.id(), run.folder(), fs::copy_options::recursive);
        QVERIFY(is_line_with(input_error([&] { store.restore(run.id()); }), {run.id().c_str(), "there already"}));
        QCOMPARE(store.trash().size(), std::size_t{1});
        for (const char* hostile : {"", ".", "..", "../runs", "/", "none"})
            QVERIFY2(!input_error([&] { store.restore(hostile); }).empty(), hostile);
        QVERIFY(fs::exists(run.folder() / "run.json"));
    }

    void deleting_takes_what_is_named_and_nothing_behind_a_link() {
        const test::TempFolder workspace, elsewhere;
        const RunStore store(workspace.path());
        const RunDirectory a = test::create_bare_run(workspace.path()), b = test::create_bare_run(workspace.path());
        const RunDirectory real = test::create_bare_run(elsewhere.path());
        fs::create_directory_symlink(real.folder(), workspace / "runs/11112222");
        fs::create_directory_symlink(elsewhere.path(), a.folder() / "link");
        for (const std::string& id : {a.id(), b.id(), std::string("11112222")}) store.move_to_trash(id);
        for (const char* hostile : {"", ".", "..", "../runs", "gone already"})
            QVERIFY2(!input_error([&] { store.delete_from_trash(hostile); }).empty(), hostile);
        for (const std::string& id : {a.id(), std::string("11112222")}) store.delete_from_trash(id);
        QCOMPARE(names(store), std::vector<std::string>({b.id()}));
        QVERIFY(fs::exists(real.folder() / "run.json"));
        QVERIFY(fs::is_directory(workspace / "runs"));
        store.delete_from_trash(b.id());
        QVERIFY(store.trash().empty());
    }
};

QTEST_GUILESS_MAIN(TrashTest)
#include "trash_test.moc"
