#include "core/io/sniff_table.h"

#include "core/io/sniff.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <zlib.h>

#include <QTest>

using namespace ablate;
using namespace std::string_literals;
using io::FileKind;
using test::is_line_with;

// Tables that must not be trained on as prose, and prose that must not be refused as a table.
class SniffTableTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;

    FileKind kind(const std::string& bytes) const { return io::sniff(folder_.write("file", bytes)).kind; }
    static std::string lines(const std::string& line, int count = 6) {
        std::string text;
        for (int k = 0; k < count; ++k) text += line + "\n";
        return text;
    }
    std::filesystem::path gzipped(const std::string& bytes) const {
        const auto file = folder_ / "file.gz";
        gzFile out = gzopen(file.c_str(), "wb");
        gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
        gzclose(out);
        return file;
    }

  private Q_SLOTS:
    void tables() {
        const std::string sentence = "A sentence, with a comma.";
        for (const std::string& text :
             {"sep=;\nid;text\n1;" + sentence + "\n", "Name [x],Height (cm),Note?\n" + lines("Ann,3," + sentence),
              "a:b&c,d$'e\n1,2\n"s, lines("7\t" + sentence + "\tpos"), lines(sentence + "\t" + sentence),
              lines("\"4\",\"" + sentence + "\",\"x\""), lines("\"a\";\"b\""),
              "| id | text |\n|---|---|\n" + lines("| 1 | " + sentence + " |"), "a | b\n:--- | ---:\n1 | 2\n"s,
              "label,text\n" + lines("pos,I liked it.\nneg,I did not, and left."),
              "city,country\nBerlin,Germany\nParis,France\n"s, "id, value, text\n" + lines("0, 1, A sentence.")})
            QVERIFY2(kind(text) == FileKind::table, text.c_str());
        QCOMPARE(io::sniff(folder_.write("t", "sep=;\nid;text\n1;a\n")).detail, std::string("id, text"));
        QCOMPARE(io::describe(io::sniff(folder_.write("t", lines("1\t2")))), std::string("a table"));
    }

    void prose() {
        for (const std::string& text :
             {"春天来了,花儿开了\n" + lines("我们去公园,看花,放风筝。"), "Smith, John\n" + lines("Miller, Ann", 20),
              "Oh, world\n" + lines("turn, turn, turn"), "\tThe wind\n" + lines("\tand the rain", 20),
              "A\tpoem\n" + lines("\tand the rain", 20), "Row row, boat\n" + lines("gently down, the stream", 20),
              lines("Said:\tno more.", 4), "Apples,pears\n" + lines("We ate them,and went home.", 20),
              "Ann,Bob\nwent home\n"s, "a | b is how pipes look\nnext line\n"s,
              lines("\"Yes,\" she said, \"now.\"", 20)})
            QVERIFY2(kind(text) == FileKind::text, text.c_str());
    }

    void prose_that_begins_as_another_kind() {
        for (const char* text : {"{}\nis the empty object\n", "[1, 2, 3]\n[4, 5]\nare lists. So they say.\n",
                                 "version https://git-lfs.github.com/spec/v1 is the first line of a pointer file.\n",
                                 "<!-- not closed, and no page\n", "<!-- a note --> and prose\n"})
            QVERIFY2(kind(text) == FileKind::text, text);
        QVERIFY(kind("{}\n{\"a\": 1}\n") == FileKind::json_lines);
        QVERIFY(kind("<!-- saved -->\n<!DOCTYPE html>\n<html>") == FileKind::html);
    }

    void other_encodings_and_archives() {
        QVERIFY(kind("\xFF\xFE\0\0h\0\0\0"s) == FileKind::utf32);
        QVERIFY(kind("\0\0\xFE\xFF\0\0\0h"s) == FileKind::utf32);
        QVERIFY(kind("\xFF\xFEh\0i\0"s) == FileKind::utf16);
        const io::Sniffed empty = io::sniff(gzipped(""));
        QVERIFY(empty.kind == FileKind::empty && empty.gzipped);
        const auto file = gzipped("\x1F\x8B\x08\0\0\0\0\0\0\x03 inner"s);
        const std::string message = test::input_error([&] { io::refuse_foreign(file, "text", {FileKind::text}); });
        QVERIFY(is_line_with(message, {"a gzip file inside a gzip file", "not text", "unpack it first"}));
    }
};

QTEST_GUILESS_MAIN(SniffTableTest)
#include "sniff_table_test.moc"
