#include "core/io/json_lines.h"

#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <fstream>

using namespace ablate;
using namespace ablate::io;

class JsonLinesTest : public QObject {
    Q_OBJECT

    static void append_raw(const std::filesystem::path& file, std::string_view bytes) {
        std::ofstream(file, std::ios::app | std::ios::binary) << bytes;
    }

  private Q_SLOTS:
    void what_is_written_is_read() {
        const test::TempFolder folder;
        const auto file = folder / "events.jsonl";
        JsonLinesWriter writer(file);
        writer.append({{"step", 1}, {"note", "a\nb"}});
        writer.append({{"step", 2}});
        writer.sync();
        const JsonLines lines = read_json_lines(file);
        QCOMPARE(lines.values.size(), 2u);
        QCOMPARE(lines.values[0].at("note").get<std::string>(), "a\nb");
        QCOMPARE(lines.end, writer.offset());
        QCOMPARE(lines.damaged, 0);
        QVERIFY(read_json_lines(folder / "none").values.empty());
    }

    void a_follower_reads_on_behind_the_last_whole_line() {
        const test::TempFolder folder;
        const auto file = folder.write("a", "{\"step\":1}\n{\"st");
        JsonLines lines = read_json_lines(file);
        QCOMPARE(lines.values.size(), 1u);
        QCOMPARE(lines.end, 11);
        append_raw(file, "ep\":2}\n");
        lines = read_json_lines(file, lines.end);
        QVERIFY(lines.values == std::vector<Json>{Json::parse("{\"step\":2}")});
        QVERIFY(!lines.restarted);
        QVERIFY(read_json_lines(file, lines.end).values.empty());
    }

    void damaged_lines_cost_themselves_alone() {
        const test::TempFolder folder;
        const auto file = folder.write("a", std::string("{\"a\":1}\nx\n\n\0\xff\n{\"a\":2}\n{\"a\":1e999}\n", 35));
        const JsonLines lines = read_json_lines(file);
        QCOMPARE(lines.values.size(), 2u);
        QCOMPARE(lines.damaged, 3);
    }

    void a_resume_cuts_back() {
        const test::TempFolder folder;
        const auto file = folder / "a";
        std::int64_t kept = 0, end = 0;
        {
            JsonLinesWriter writer(file);
            writer.append(1);
            kept = writer.offset();
            writer.append(222);
            end = writer.offset();
        }
        JsonLinesWriter writer(file, kept);
        QCOMPARE(writer.offset(), kept);
        const JsonLines cut = read_json_lines(file, end);
        QVERIFY(cut.restarted);
        QVERIFY(cut.values == std::vector<Json>{1});
        writer.append(3);
        QCOMPARE(read_file(file), "1\n3\n");
        const auto beyond = [&] { JsonLinesWriter(file, 100); };
        QVERIFY(test::is_line_with(test::input_error(beyond), {"/a: holds 4 bytes, fewer than the 100"}));
        QCOMPARE(read_file(file), "1\n3\n");
    }

    void a_torn_line_does_not_spoil_the_next() {
        const test::TempFolder folder;
        const auto file = folder.write("a", "{\"a\":1}\n{\"a\":");
        JsonLinesWriter(file).append({{"a", 3}});
        const JsonLines lines = read_json_lines(file);
        QCOMPARE(lines.values.size(), 2u);
        QCOMPARE(lines.damaged, 1);
    }
};

QTEST_GUILESS_MAIN(JsonLinesTest)
#include "json_lines_test.moc"
