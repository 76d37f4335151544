#include "core/base/atomic_file.h"

#include "tests/support/file_size_limit.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTest>
#include <fstream>

using namespace ablate;
using test::input_error;
using test::is_line_with;

namespace {

template <class Act>
std::string resource_error(Act act) {
    try {
        act();
    } catch (const ResourceError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class AtomicFileTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_file_is_replaced_whole() {
        const test::TempFolder folder;
        atomic_write(folder / "a", "one");
        atomic_write(folder / "a", "two");
        QCOMPARE(read_file(folder / "a"), "two");
        QCOMPARE(folder.names(), std::vector<std::string>{"a"});
    }

    void a_write_that_fails_leaves_the_old_file_alone() {
        const test::TempFolder folder;
        folder.write("a", "old");
        std::string message;
        {
            const test::FileSizeLimit limit(1000);
            message = resource_error([&] { atomic_write(folder / "a", std::string(5000, 'x')); });
        }
        QVERIFY(is_line_with(message, {"/a: writing failed", "5,000 bytes needed"}));
        QCOMPARE(read_file(folder / "a"), "old");
        QCOMPARE(folder.names(), std::vector<std::string>{"a"});
        QVERIFY(is_line_with(input_error([&] { atomic_write(folder / "none" / "a", "x"); }),
                             {"none", "creating failed: No such file or directory"}));
    }

    void a_full_disk_is_told_with_the_bytes_needed() {
        const int full = open("/dev/full", O_WRONLY);
        QVERIFY(full >= 0);
        const auto message = resource_error([&] { write_all(full, "12345", "/x/checkpoint"); });
        close(full);
        QVERIFY(is_line_with(message, {"/x/checkpoint: writing failed: No space left on device (5 bytes needed)"}));
    }

    // The child rewrites a file as fast as it can until it is killed: what is there is always one of its versions.
    void kill_at_any_moment_leaves_one_version() {
        const test::TempFolder folder;
        const std::string versions[] = {std::string(300'000, 'a'), std::string(200'000, 'b')};
        folder.write("a", versions[0]);
        for (int kill_after_us = 500; kill_after_us < 20'000; kill_after_us += 975) {
            const pid_t child = fork();
            if (child == 0)
                for (int i = 1;; ++i) atomic_write(folder / "a", versions[i % 2]);
            usleep(static_cast<useconds_t>(kill_after_us));
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
            const std::string found = read_file(folder / "a");
            QVERIFY(found == versions[0] || found == versions[1]);
        }
        remove_leftovers(folder.path());
        QCOMPARE(folder.names(), std::vector<std::string>{"a"});
    }

    void leftovers_of_the_dead_go_and_a_living_writer_is_left_alone() {
        const test::TempFolder folder;
        for (const std::string& dead :
             {fmt::format(".a.ablate-tmp-{}-1-1", getpid()),  // of an earlier process
              std::string(".a.ablate-tmp-999999999-5-1"), std::string(".a.ablate-tmp-deleted")})
            std::ofstream(folder / dead) << "half";
        atomic_write(folder / "a", [&](const AppendBytes& append) {
            append("one");
            remove_leftovers(folder.path());
            QCOMPARE(folder.names().size(), std::size_t{1});
            append(" two");
        });
        QCOMPARE(read_file(folder / "a"), "one two");
        QCOMPARE(folder.names(), std::vector<std::string>{"a"});
    }

    void a_folder_appears_whole_or_not_at_all() {
        const test::TempFolder folder;
        const auto target = folder / "step-000400";
        const auto fill = [&](const std::filesystem::path& beside) {
            QVERIFY(!std::filesystem::exists(target));
            std::filesystem::create_directory(beside / "sub");
            std::ofstream(beside / "sub" / "a") << "one";
        };
        atomic_directory(target, fill);
        QCOMPARE(read_file(target / "sub" / "a"), "one");
        QVERIFY(is_line_with(input_error([&] { atomic_directory(target, fill); }), {"step-000400: exists already"}));
        QVERIFY_THROWS_EXCEPTION(ResourceError,
                                 atomic_directory(folder / "b", [&](const std::filesystem::path& beside) {
                                     std::ofstream(beside / "a") << "half";
                                     throw ResourceError("disk full");
                                 }));
        QCOMPARE(folder.names(), std::vector<std::string>{"step-000400"});
    }

    void free_space_is_asked_for_before() {
        const test::TempFolder folder;
        require_free_space(folder / "not" / "there" / "yet", 1000);
        const auto message = resource_error([&] { require_free_space(folder.path(), 1ull << 60); });
        QVERIFY(is_line_with(message, {folder.path().c_str(), "free", "1.1 EiB are needed"}));
    }

    void reading() {
        const test::TempFolder folder;
        const std::string bytes("a\0b\n", 4);
        folder.write("a", bytes);
        QCOMPARE(read_file(folder / "a"), bytes);
        QCOMPARE(read_file(folder / "a", 4), bytes);
        QVERIFY(is_line_with(input_error([&] { read_file(folder / "a", 3); }), {"too large (4 B; at most 3 B"}));
        QVERIFY(is_line_with(input_error([&] { read_file(folder / "b"); }), {"No such file or directory"}));
        QVERIFY(is_line_with(input_error([&] { read_file(folder.path()); }), {"is a folder"}));
        QVERIFY(mkfifo((folder / "pipe").c_str(), 0600) == 0);
        QVERIFY(is_line_with(input_error([&] { read_file(folder / "pipe"); }), {"not a regular file"}));
    }
};

QTEST_GUILESS_MAIN(AtomicFileTest)
#include "atomic_file_test.moc"
