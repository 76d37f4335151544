#include "core/io/sniff.h"

#include "core/io/bytes.h"
#include "core/io/npy.h"
#include "core/io/tensorboard.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <zlib.h>

#include <QTest>

using namespace ablate;
using namespace std::string_literals;
using io::FileKind;
using test::is_line_with;

class SniffTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;

    FileKind kind(const std::string& bytes) const { return io::sniff(folder_.write("file", bytes)).kind; }
    std::string refusal(const std::string& bytes) const {
        const auto file = folder_.write("some.file", bytes);
        return test::input_error([&] { io::refuse_foreign(file, "safetensors weights", {FileKind::safetensors}); });
    }
    std::filesystem::path gzipped(const std::string& bytes) const {
        const auto file = folder_ / "file.gz";
        gzFile out = gzopen(file.c_str(), "wb");
        gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
        gzclose(out);
        return file;
    }
    template <class T>
    static std::string bytes_of(std::initializer_list<T> values) {
        std::string bytes;
        for (const T value : values) io::store(bytes, value);
        return bytes;
    }

  private Q_SLOTS:
    void formats_that_begin_with_a_mark() {
        QVERIFY(kind("") == FileKind::empty);
        QVERIFY(kind(io::npy_header_1d("u2", 0)) == FileKind::npy);
        QVERIFY(kind("MMIDIDX\0\0\x01"s) == FileKind::megatron_index);
        QVERIFY(kind(bytes_of<std::int32_t>({20240520, 1, 5})) == FileKind::tokens);
        QVERIFY(kind(bytes_of<std::int32_t>({20240801, 7, 5})) == FileKind::tokens);
        QVERIFY(kind(bytes_of<std::int32_t>({20240326, 3, 1024})) == FileKind::llmc_other);
        QVERIFY(kind("PAR1\x15\x04"s) == FileKind::parquet);
        QVERIFY(kind("PAR1 columns PAR1") == FileKind::parquet);
        QVERIFY(kind("ARROW1\0\0"s) == FileKind::arrow_file);
        QVERIFY(kind(bytes_of<std::uint32_t>({0xFFFFFFFFu, 376, 16, 0, 0})) == FileKind::arrow_stream);
        QVERIFY(kind("GGUF\x03\0\0\0"s) == FileKind::gguf);
        QVERIFY(kind("GGUF\0\0\0\x03"s) == FileKind::gguf);  // big-endian
        QVERIFY(kind("FEA1\0\0\0\0"s) == FileKind::arrow_file);
        QVERIFY(kind("%PDF-1.7\n") == FileKind::pdf);
        QVERIFY(kind("BZh91AY&SY....") == FileKind::bzip2);
        for (const std::string& mark : {"ustar\00000"s, "ustar  \0"s})
            QVERIFY(kind(std::string(257, 'x') + mark + std::string(300, '\0')) == FileKind::tar);
        QVERIFY(kind("SQLite format 3\0\x10"s) == FileKind::sqlite);
        QVERIFY(kind("\x28\xB5\x2F\xFD\x04"s) == FileKind::zstd);
        QVERIFY(kind(bytes_of<std::uint64_t>({20}) + "{\"__metadata__\":{}}  ") == FileKind::safetensors);
        QVERIFY(kind("\x0A\x0E\x0A\x05<unk>\x15\0\0\0\0\x18\x02"s) == FileKind::sentencepiece);
        QVERIFY(kind("\x80\x04\x95\x02\0\0\0\0\0\0\0]\x94."s) == FileKind::pickle);
    }

    void zips_are_told_apart() {
        const auto zip = [](const std::string& name) {
            const auto length = static_cast<std::uint16_t>(name.size());
            return "PK\x03\x04"s + std::string(22, '\0') + bytes_of<std::uint16_t>({length, 0}) + name;
        };
        QVERIFY(kind(zip("model/data.pkl")) == FileKind::torch_zip);
        QVERIFY(kind(zip("archive/.format_version")) == FileKind::torch_zip);
        QVERIFY(kind(zip("arr_0.npy")) == FileKind::zip);
    }

    // Frames of TFRecord: the checksum of the length tells them.
    void event_files() {
        std::string length = bytes_of<std::uint64_t>({24});
        io::store(length, io::masked_crc(length));
        QVERIFY(kind(length + "\x09........\x1a\x0d"
                              "brain.Event:2") == FileKind::tensorboard);
        QVERIFY(kind(length + std::string(30, 'x')) == FileKind::tfrecord);
        length[8] ^= 1;
        QVERIFY(kind(length + std::string(30, 'x')) != FileKind::tfrecord);
    }

    void structured_text() {
        QVERIFY(kind("{\"a\": 1}\n{\"a\": 2}\n") == FileKind::json_lines);
        QVERIFY(kind("[1, 2]\n[3]\n") == FileKind::json_lines);
        QVERIFY(kind("{\"a\": NaN, \"b\": [-Infinity]}\n") == FileKind::json_object);
        QVERIFY(kind("{\n \"a\": [1, 2]\n}") == FileKind::json_object);
        QVERIFY(kind("[{\"a\": {}}, {}]") == FileKind::json_array);
        QVERIFY(kind("[\n  \"a\",\n  \"b\"\n]") == FileKind::json_array);
        QVERIFY(kind("[" + std::string(70000, ' ') + "1]") == FileKind::json_array);
        for (const char* cut : {"[", "[tr", "[-1.5e", "[1, nul", "[{\"a\": -Inf"})
            QVERIFY2(kind(cut) == FileKind::json_array, cut);
        QVERIFY(kind("Step,train/loss\n1,3.5\n") == FileKind::table);
        QVERIFY(kind("Step;loss\r\n1;3,5\r\n2;3,25\r\n") == FileKind::table);
        QVERIFY(kind("step\tloss\n1\t2\n") == FileKind::table);
        const auto spaced = io::sniff(folder_.write("t", "text, label\na, 1\nb c, 2\nd, 3\n\n\"e, f\", 4\ng, 5\n"));
        QVERIFY(spaced.kind == FileKind::table);
        QCOMPARE(spaced.detail, std::string("text, label"));
        QVERIFY(kind("<HTML><head>") == FileKind::html);
        QVERIFY(kind("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>") == FileKind::html);
        QVERIFY(kind("\xFE\xFF\0h\0i"s) == FileKind::utf16);
        QCOMPARE(io::describe(io::sniff(folder_.write("t", "\"text\",label\na,1\n"))),
                 std::string("a table with the columns text, label"));
    }

    void what_is_text() {
        for (const char* text : {"Once upon a time, there was\na fox, a hen and a dog,\n",
                                 "Hello,\nworld\n",
                                 "<mediawiki xmlns=\"x\">\n",
                                 "{} and {}\n",
                                 "[see below]\n",
                                 "\"Yes,\" he said, \"no.\"\n",
                                 "word,other\nno second column here\n",
                                 "version 2 of this\n",
                                 "\n\n",
                                 "PARIS\n",
                                 "PARENTS GUIDE\n",
                                 "PAR1 is a mark\n",
                                 "PARE",
                                 "GGUF is a file format\n",
                                 "GGUF\n",
                                 "ARROW1 is a mark\n",
                                 "FEA1\n",
                                 "BZh91 is a mark\n",
                                 "SQLite format 3 is old\n",
                                 "%PDF- begins a document\n",
                                 "MMIDIDX\n",
                                 "PK is a name\n",
                                 "[draft",
                                 "[see",
                                 "[-see",
                                 "Hello, world\nHello, moon\nHello, sun\nHello, you\n",
                                 "Hello, world\na, b\na, b\na, b\na, b\na, b, c\n",
                                 "Come, Tyger\n\nburning\n\nbright\n\nin\n\nthe\n\nforests\n"})
            QVERIFY2(kind(text) == FileKind::text, text);
        QVERIFY(kind("caf\xE9 au lait\n") == FileKind::text);
        QVERIFY(kind(std::string(257, 'x') + "ustar is a format of tar" + std::string(300, 'x')) == FileKind::text);
    }

    void token_ids_are_no_known_format() {
        std::string ids;
        for (std::uint16_t id = 640; id < 900; ++id) io::store(ids, id);  // its first bytes are those of a pickle
        QVERIFY(kind(ids) == FileKind::binary);
    }

    void gzip_is_looked_through() {
        const io::Sniffed lines = io::sniff(gzipped("{\"a\": 1}\n{\"a\": 2}\n"));
        QVERIFY(lines.gzipped && lines.kind == FileKind::json_lines);
        QVERIFY(io::sniff(gzipped("PAR1\x15...")).kind == FileKind::parquet);
        QVERIFY(kind("\x1F\x8B\x08 torn") == FileKind::gzip);
    }

    void foreign_files_are_refused_by_name() {
        QVERIFY(is_line_with(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 548105171\n"),
                             {"some.file: is a Git LFS pointer (the file itself has 548,105,171 bytes)",
                              "not safetensors weights", "git lfs pull"}));
        QVERIFY(is_line_with(refusal("<!doctype HTML>"), {"an HTML page", "download it again"}));
        QVERIFY(is_line_with(refusal("GGUF\x03"), {"GGUF"}));
        QVERIFY(refusal(bytes_of<std::uint64_t>({2}) + "{}").empty());
        QVERIFY(refusal("{\"plain\": \"JSON\"}").empty());  // the reader says what it misses
        const auto file = gzipped(bytes_of<std::uint64_t>({2}) + "{}");
        QVERIFY(is_line_with(test::input_error([&] { io::refuse_foreign(file, "weights", {FileKind::safetensors}); }),
                             {"gunzip"}));
        QVERIFY(is_line_with(test::input_error([&] { io::sniff(folder_ / "missing"); }), {"missing"}));
    }
};

QTEST_GUILESS_MAIN(SniffTest)
#include "sniff_test.moc"
