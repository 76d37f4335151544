#include "core/run/notes.h"

#include "core/run/run_store.h"
#include "core/run/verify.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QTest>
#include <thread>

using namespace ablate;
using namespace ablate::run;
using test::input_error;
using test::is_line_with;
namespace fs = std::filesystem;

class NotesTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_run_has_no_notes_at_first() {
        const test::TempFolder run;
        QVERIFY(read_notes(run.path()).empty());
        QVERIFY(edit_notes(run.path(), {}).empty());
        QVERIFY(run.names().empty());  // nothing to write, nothing written
    }

    void text_and_tags_are_written_and_read() {
        const test::TempFolder run;
        const std::string text = "Diverged once.\nSee \"lr\" = 1e-2, \xc3\xa4\xc3\xb6 \t.";
        edit_notes(run.path(), {text, {"keep", " slow one "}, {}});
        edit_notes(run.path(), {{}, {"keep", "paper"}, {"slow one", "never there"}});
        const Notes notes = read_notes(run.path());
        QCOMPARE(notes.text, text);
        QCOMPARE(notes.tags, std::vector<std::string>({"keep", "paper"}));
        QCOMPARE(run.names(), std::vector<std::string>({"notes.json"}));
        edit_notes(run.path(), {"", {}, {"keep", "paper"}});
        QVERIFY(read_notes(run.path()).empty());
    }

    void edits_at_once_lose_nothing() {
        const test::TempFolder run;
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < kMostTags; ++i)
            threads.emplace_back([&, i] { edit_notes(run.path(), {{}, {std::to_string(i)}, {}}); });
        threads.clear();
        QCOMPARE(read_notes(run.path()).tags.size(), kMostTags);
    }

    void limits_are_told_and_nothing_is_written() {
        const test::TempFolder run;
        const auto refused = [&](const NotesEdit& edit) { return input_error([&] { edit_notes(run.path(), edit); }); };
        for (const char* tag : {"", "  ", "a,b", "a\nb", "\x1b[31m"}) QVERIFY2(!refused({{}, {tag}, {}}).empty(), tag);
        QVERIFY(is_line_with(refused({{}, {std::string(65, 'x')}, {}}), {"65 bytes", "at most 64"}));
        QVERIFY(is_line_with(refused({std::string(kLongestNote + 1, 'x'), {}, {}}), {"65,537", "at most 65,536"}));
        NotesEdit many;
        for (std::size_t i = 0; i <= kMostTags; ++i) many.add_tags.push_back(std::to_string(i));
        QVERIFY(is_line_with(refused(many), {"33 tags", "at most 32"}));
        QVERIFY(run.names().empty());
        edit_notes(run.path(), {std::string(kLongestNote, 'x'), {std::string(64, 'x')}, {}});
        QCOMPARE(read_notes(run.path()).text.size(), kLongestNote);
        QVERIFY(!input_error([&] { edit_notes(run / "none", {"x", {}, {}}); }).empty());
    }

    void damaged_notes_hide_no_run_and_are_left_alone_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("cut off") << QByteArray("{\"format\": 1, \"te");
        QTest::newRow("a list") << QByteArray("[]");
        QTest::newRow("newer") << QByteArray(R"({"format": 2, "text": "", "tags": []})");
        QTest::newRow("tags are no list") << QByteArray(R"({"format": 1, "text": "", "tags": "a"})");
        QTest::newRow("a tag is a number") << QByteArray(R"({"format": 1, "text": "", "tags": [1]})");
        QTest::newRow("a tag with a comma") << QByteArray(R"({"format": 1, "text": "", "tags": ["a,b"]})");
        QTest::newRow("too large") << QByteArray(2 << 20, ' ');
    }

    void damaged_notes_hide_no_run_and_are_left_alone() {
        QFETCH(QByteArray, bytes);
        const test::TempFolder workspace;
        const RunDirectory run = test::create_bare_run(workspace.path());
        atomic_write(run.folder() / "notes.json", bytes.toStdString());
        const RunList list = RunStore(workspace.path()).list();
        QCOMPARE(list.runs.size(), std::size_t{1});
        QVERIFY(list.runs[0].notes.empty());
        QCOMPARE(list.runs[0].problems.size(), std::size_t{1});
        QVERIFY(is_line_with(list.runs[0].problems[0], {"notes.json"}));
        QVERIFY(is_line_with(input_error([&] { edit_notes(run.folder(), {"x", {}, {}}); }), {"notes.json"}));
        QCOMPARE(read_file(run.folder() / "notes.json").size(), std::size_t(bytes.size()));
        QVERIFY(!verify_run(run).empty());
    }

    void the_list_has_them() {
        const test::TempFolder workspace;
        const RunDirectory run = test::create_bare_run(workspace.path());
        edit_notes(run.folder(), {"the one of the paper", {"keep"}, {}});
        const ListedRun listed = RunStore(workspace.path()).find(run.id());
        QCOMPARE(listed.notes.text, std::string("the one of the paper"));
        QCOMPARE(listed.notes.tags, std::vector<std::string>({"keep"}));
        QVERIFY(listed.problems.empty());
    }
};

QTEST_GUILESS_MAIN(NotesTest)
#include "notes_test.moc"
