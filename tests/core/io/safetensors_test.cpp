#include "core/io/safetensors.h"

#include "core/base/sha256.h"
#include "core/io/bytes.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <stdexcept>

using namespace ablate;
using namespace ablate::io;
using test::is_line_with;

class SafetensorsTest : public QObject {
    Q_OBJECT

    static std::string with_header(std::string_view header, std::size_t data_bytes = 0) {
        std::string bytes;
        store(bytes, static_cast<std::uint64_t>(header.size()));
        return bytes.append(header) + std::string(data_bytes, '\0');
    }
    static std::string refusal(std::string_view bytes) {
        const test::TempFolder folder;
        const auto file = folder.write("t.safetensors", bytes);
        return test::input_error([&] { SafetensorsReader{file}; });
    }
    static std::string refused_header(std::string_view header, std::size_t data_bytes = 0) {
        return refusal(with_header(header, data_bytes));
    }
    static TensorEntry tensor(std::string name, std::string dtype, std::vector<std::int64_t> shape) {
        TensorEntry entry;
        entry.name = std::move(name);
        entry.dtype = std::move(dtype);
        entry.shape = std::move(shape);
        return entry;
    }

  private Q_SLOTS:
    void what_is_written_is_read() {
        const test::TempFolder folder;
        const auto file = folder / "t";
        const std::vector<float> weights{1, 2, 3, 4, 5, 6};
        const std::int64_t step = 42;
        SafetensorsWriter writer(file,
                                 {tensor("w", "F32", {2, 3}), tensor("none", "BF16", {0, 7}), tensor("a", "I64", {})},
                                 {{"format", "pt"}});
        writer.write(weights.data(), 12);  // pieces may be of any size
        writer.write(weights.data() + 3, 12);
        writer.write(&step, 8);
        QCOMPARE(writer.finish(), sha256_file(file));

        const SafetensorsReader reader(file);
        QCOMPARE(reader.metadata().at("format"), "pt");
        QCOMPARE(reader.entries().size(), 3u);
        QCOMPARE(reader.entries()[2].name, "a");
        QVERIFY(reader.find("b") == nullptr);
        std::vector<float> read(6);
        reader.read(*reader.find("w"), read.data());
        QCOMPARE(read, weights);
        std::int64_t read_step = 0;
        reader.read(*reader.find("a"), &read_step);
        QCOMPARE(read_step, step);
        QCOMPARE(reader.find("none")->bytes(), 0u);
        QCOMPARE(load<std::uint64_t>(read_file(file).data()) % 8, 0u);
    }

    void a_header_of_the_reference_implementation_is_read() {
        const std::string header =
            R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},)"
            R"("a":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}   )";
        const test::TempFolder folder;
        const SafetensorsReader reader(folder.write("t", with_header(header, 12)));
        QCOMPARE(reader.entries()[0].name, "a");
        QCOMPARE(reader.find("b")->begin, 4u);
        QVERIFY(SafetensorsReader(folder.write("t", with_header("{}"))).entries().empty());
    }

    // The negative cases of the reference implementation by their names there.
    void other_files_are_named() {
        QVERIFY(is_line_with(refusal("Entry not found"), {"is a text file ('Entry not found')", "not a safetensors"}));
        QVERIFY(is_line_with(refusal("\x89PNG\r\n\x1A\n and more"), {"is an image", "not a safetensors file"}));
        QVERIFY(is_line_with(refusal("<!doctype html><html>"), {"HTML page", "download it again"}));
    }
    void header_too_small() { QVERIFY(is_line_with(refusal("1234567"), {"t.safetensors: is too short"})); }
    void header_too_large() {
        std::string bytes;
        store(bytes, std::uint64_t{100'000'001});
        QVERIFY(is_line_with(refusal(bytes + "{}"), {"claims 100000001 bytes", "100000000"}));
        bytes.assign(8, '\xff');
        QVERIFY(is_line_with(refusal(bytes + "{}"), {"claims 18446744073709551615 bytes"}));
    }
    void invalid_header_length() {
        const std::string bytes = with_header("{}");
        QVERIFY(is_line_with(refusal(bytes.substr(0, 9)), {"ends within", "1 of 2 bytes"}));
    }
    void invalid_header_start() { QVERIFY(is_line_with(refused_header("  {}"), {"does not begin with '{'"})); }
    void invalid_header_utf8() { QVERIFY(is_line_with(refused_header("{\"\xff\":1}"), {"header: ", "UTF-8"})); }
    void invalid_header_json() {
        QVERIFY(is_line_with(refused_header("{\"a\n"), {"t.safetensors: header: line 1, column 4"}));
        QVERIFY(is_line_with(refused_header("{" + std::string(100'000, '[')), {"line 1, column"}));
    }
    void invalid_offset() {
        QVERIFY(is_line_with(refused_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}})", 8),
                             {"'a' ends before it begins"}));
        QVERIFY(is_line_with(refused_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})", 8),
                             {"'a' has a data_offsets"}));
        QVERIFY(is_line_with(refused_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})", 8),
                             {"two data_offsets"}));
    }
    void tensor_invalid_info() {
        QVERIFY(is_line_with(refused_header(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4),
                             {"'a' takes 8 bytes by its shape and 4 by its data_offsets"}));
        QVERIFY(is_line_with(refused_header(R"({"a":{"dtype":"Q4\n","shape":[2],"data_offsets":[0,4]}})", 4),
                             {"unknown dtype 'Q4\\n'"}));
        QVERIFY(
            is_line_with(refused_header(R"({"a":{"shape":[2],"data_offsets":[0,4]}})", 4), {"lacks a valid dtype"}));
        QVERIFY(is_line_with(refused_header(R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4),
                             {"'a' has a shape"}));
        QVERIFY(is_line_with(refused_header(R"({"a":[]})"), {"'a' is not an object"}));
        QVERIFY(is_line_with(refused_header(R"({"__metadata__":{"a":1}})"), {"not a string"}));
    }
    void metadata_incomplete_buffer() {
        const char* header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
        QVERIFY(is_line_with(refused_header(header, 5), {"holds 5 bytes of tensors", "promises 4"}));
        QVERIFY(is_line_with(refused_header(header, 3), {"holds 3 bytes of tensors", "promises 4"}));
    }
    void validation_overflow() {
        QVERIFY(is_line_with(
            refused_header(R"({"a":{"dtype":"I8","shape":[4194305,4194305,211106198978564],"data_offsets":[0,4]}})", 4),
            {"more bytes than any file"}));
        QVERIFY(is_line_with(
            refused_header(R"({"a":{"dtype":"F64","shape":[2305843009213693953],"data_offsets":[0,8]}})", 8),
            {"more bytes than any file"}));
        QVERIFY(is_line_with(
            refused_header(R"({"a":{"dtype":"I8","shape":[99999999999999999999],"data_offsets":[0,8]}})", 8),
            {"2^63-1"}));
    }
    void holes_and_overlaps() {
        const char* two = R"({{"a":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}},)"
                          R"("b":{{"dtype":"U8","shape":[4],"data_offsets":[{},{}]}}}})";
        QVERIFY(
            is_line_with(refused_header(fmt::format(fmt::runtime(two), 3, 7), 7), {"'b' begins at 3", "ends at 4"}));
        QVERIFY(
            is_line_with(refused_header(fmt::format(fmt::runtime(two), 5, 9), 9), {"'b' begins at 5", "ends at 4"}));
        QVERIFY(is_line_with(refused_header(fmt::format(fmt::runtime(two), 0, 4), 4), {"begins at 0"}));
        QVERIFY(refused_header(fmt::format(fmt::runtime(two), 4, 8), 8).empty());
    }
    void duplicate_names() {
        QVERIFY(is_line_with(refused_header(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                            R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                                            1),
                             {"'a' appears twice"}));
    }

    void a_hundred_thousand_tensors_are_read() {
        Json header;
        for (int i = 0; i < 100'000; ++i)
            header["t" + std::to_string(i)] = {{"dtype", "U8"}, {"shape", {1}}, {"data_offsets", {i, i + 1}}};
        QVERIFY(refused_header(header.dump(), 100'000).empty());
    }

    void a_file_that_shrinks_is_an_error() {
        const test::TempFolder folder;
        const auto file = folder.write(
            "t", with_header(R"({"a":{"dtype":"U8","shape":[100000],"data_offsets":[0,100000]}})", 100000));
        const SafetensorsReader reader(file);
        std::filesystem::resize_file(file, 1000);
        std::vector<char> bytes(100000);
        QVERIFY(is_line_with(test::input_error([&] { reader.read(reader.entries()[0], bytes.data()); }), {"shrank"}));
    }

    void a_writer_misused_is_a_programming_error() {
        const test::TempFolder folder;
        const auto file = folder / "t";
        QVERIFY_THROWS_EXCEPTION(std::logic_error, SafetensorsWriter(file, {tensor("a", "X", {1})}));
        QVERIFY_THROWS_EXCEPTION(std::logic_error,
                                 SafetensorsWriter(file, {tensor("a", "U8", {}), tensor("a", "U8", {})}));
        SafetensorsWriter writer(file, {tensor("a", "U8", {2})});
        QVERIFY_THROWS_EXCEPTION(std::logic_error, writer.finish());
        QVERIFY_THROWS_EXCEPTION(std::logic_error, writer.write("abc", 3));
    }
};

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
