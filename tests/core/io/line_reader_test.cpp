#include "core/io/line_reader.h"

#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <zlib.h>

#include <QTest>

using namespace ablate;
using io::LineReader;

class LineReaderTest : public QObject {
    Q_OBJECT

    static std::vector<std::string> lines_of(const std::filesystem::path& file) {
        LineReader reader(file);
        std::vector<std::string> lines;
        for (std::string line; reader.next(line);) lines.push_back(line);
        return lines;
    }
    static std::filesystem::path write_gzip(const test::TempFolder& folder, std::string_view text) {
        const auto file = folder / "a.gz";
        gzFile out = gzopen(file.c_str(), "wb");
        gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
        gzclose(out);
        return file;
    }

  private Q_SLOTS:
    void lines_lose_their_ends() {
        const test::TempFolder folder;
        const std::vector<std::string> expected{"a", "", "b", "c\rd", "last"};
        const std::string text = "a\n\nb\r\nc\rd\nlast";
        QCOMPARE(lines_of(folder.write("a", text)), expected);
        QCOMPARE(lines_of(folder.write("a", text + "\n")), expected);
        QCOMPARE(lines_of(write_gzip(folder, text)), expected);
        QVERIFY(lines_of(folder.write("a", "")).empty());
        QCOMPARE(lines_of(folder.write("a", "\n")), std::vector<std::string>{""});
    }

    void lines_longer_than_the_buffer_are_whole() {
        const test::TempFolder folder;
        std::string text;
        for (int i = 0; i < 5; ++i) text += std::string(700'001, static_cast<char>('a' + i)) + "\n";
        for (const auto& file : {folder.write("a", text), write_gzip(folder, text)}) {
            const auto lines = lines_of(file);
            QCOMPARE(lines.size(), 5u);
            for (int i = 0; i < 5; ++i) QCOMPARE(lines[i], std::string(700'001, static_cast<char>('a' + i)));
        }
    }

    void progress_is_in_bytes_of_the_file() {
        const test::TempFolder folder;
        const auto file = write_gzip(folder, std::string(1'000'000, 'x') + "\n");
        LineReader reader(file);
        std::string line;
        QVERIFY(reader.next(line) && !reader.next(line));
        QCOMPARE(reader.bytes_read(), std::filesystem::file_size(file));
    }

    void damage_is_one_line() {
        const test::TempFolder folder;
        std::string noise;
        for (int i = 0; i < 50'000; ++i) noise += std::to_string(i * 2654435761u) + "\n";
        const std::string whole = read_file(write_gzip(folder, noise));
        const auto cut = folder.write("cut.gz", whole.substr(0, whole.size() / 2));
        QVERIFY(test::is_line_with(test::input_error([&] { lines_of(cut); }), {"cut.gz", "ends too early"}));
        std::string flipped = whole;
        flipped[flipped.size() / 2] ^= 0x55;
        const auto bad = folder.write("bad.gz", flipped);
        QVERIFY(test::is_line_with(test::input_error([&] { lines_of(bad); }), {"bad.gz: cannot be read"}));
        QVERIFY(test::is_line_with(test::input_error([&] { LineReader{folder / "none"}; }), {"none: no such file"}));
        QVERIFY(test::is_line_with(test::input_error([&] { LineReader{folder.path()}; }), {"no such file"}));
    }
};

QTEST_GUILESS_MAIN(LineReaderTest)
#include "line_reader_test.moc"
