#include "core/run/copy_run.h"

#include "core/base/error.h"
#include "core/run/run_store.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QTest>

using namespace ablate;
namespace fs = std::filesystem;

class CopyRunTest : public QObject {
    Q_OBJECT
    test::TempFolder here_, elsewhere_;

  private Q_SLOTS:
    void a_copy_is_listed_and_says_where_it_came_from() {
        const run::RunDirectory source = test::create_bare_run(elsewhere_.path());
        fs::create_symlink("/etc/passwd", source.folder() / "outside");
        source.request("pause");
        const run::RunDirectory copy = run::copy_run(source.folder(), here_.path());
        QCOMPARE(copy.id(), source.id());
        QCOMPARE(copy.info().origin, fs::canonical(source.folder()).string());
        QCOMPARE(copy.info().study, source.info().study);
        QVERIFY(!fs::exists(copy.folder() / "control.json"));
        QVERIFY(!fs::exists(fs::symlink_status(copy.folder() / "outside")));
        QVERIFY(fs::exists(source.folder() / "control.json"));  // the source stays as it was
        run::edit_notes(copy.folder(), {"of the copy", {"keep"}, {}});
        QCOMPARE(run::RunStore(here_.path()).find(copy.id()).notes.text, std::string("of the copy"));
        QVERIFY(run::read_notes(source.folder()).empty());
        QCOMPARE(run::RunStore(here_.path()).list().runs.size(), std::size_t{1});
        const std::string refusal = test::input_error([&] { run::copy_run(source.folder(), here_.path()); });
        QVERIFY(test::is_line_with(refusal, {source.id().c_str(), "already"}));
    }

    void what_is_no_run_or_is_in_training_is_refused_and_leaves_nothing() {
        const fs::path empty = elsewhere_ / "empty";
        fs::create_directory(empty);
        const std::size_t before = run::RunStore(here_.path()).list().runs.size();
        QVERIFY(test::is_line_with(test::input_error([&] { run::copy_run(empty, here_.path()); }), {"run.json"}));
        const run::RunDirectory source = test::create_bare_run(elsewhere_.path());
        const run::RunLock lock(source.folder());
        QVERIFY(test::is_line_with(test::input_error([&] { run::copy_run(source.folder(), here_.path()); }),
                                   {"in training"}));
        const run::RunList after = run::RunStore(here_.path()).list();
        QCOMPARE(after.runs.size(), before);
        QVERIFY(after.damaged.empty());
    }

    void a_copy_that_fails_half_way_leaves_nothing() {
        const test::TempFolder here;
        const run::RunDirectory source = test::create_bare_run(elsewhere_.path());
        fs::create_directories(source.folder() / "checkpoints/step-000001");
        atomic_write(source.folder() / "checkpoints/step-000001/model.safetensors", std::string(100'000, 'x'));
        QVERIFY_THROWS_EXCEPTION(ResourceError, [&] {
            const test::FileSizeLimit limit(50'000);
            run::copy_run(source.folder(), here.path());
        }());
        QVERIFY(fs::is_empty(here / "runs"));
        QVERIFY(fs::exists(source.folder() / "run.json"));
        QCOMPARE(run::copy_run(source.folder(), here.path()).id(), source.id());  // with room made
    }
};

QTEST_GUILESS_MAIN(CopyRunTest)
#include "copy_run_test.moc"
