#include "core/io/npy.h"

#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::io;
using test::is_line_with;

class NpyTest : public QObject {
    Q_OBJECT

    // A file of the given version whose header holds `dict`, and `data_bytes` zeros.
    static std::string npy(std::string_view dict, std::size_t data_bytes, char version = 1) {
        std::string bytes = "\x93NUMPY";
        bytes += {version, '\0', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
        if (version > 1) bytes += std::string(2, '\0');
        return bytes + std::string(dict) + std::string(data_bytes, '\0');
    }
    static NpyHeader header_of(std::string_view bytes) {
        const test::TempFolder folder;
        return read_npy_header(folder.write("t.npy", bytes));
    }
    static std::string refusal(std::string_view bytes) {
        return test::input_error([&] { header_of(bytes); });
    }
    static std::string refused_dict(std::string_view dict, std::size_t data_bytes = 0) {
        return refusal(npy(dict, data_bytes));
    }

  private Q_SLOTS:
    // As numpy.save writes them.
    void headers_are_numpys_own() {
        QCOMPARE(npy_header_1d("u2", 5), "\x93NUMPY\x01" + std::string("\0v\0", 3) +
                                             "{'descr': '<u2', 'fortran_order': False, 'shape': (5,), }" +
                                             std::string(60, ' ') + "\n");
        QVERIFY(npy_header_1d("u1", 3).find("'|u1'") != std::string::npos);
        QCOMPARE(npy_header_1d("i8", INT64_MAX).size() % 64, 0u);
    }

    void what_is_written_is_read() {
        for (const char* dtype : {"u1", "u2", "i4", "i8", "f4", "f8"}) {
            const std::size_t item = static_cast<std::size_t>(dtype[1] - '0');
            const NpyHeader header = header_of(npy_header_1d(dtype, 7) + std::string(7 * item, '\0'));
            QCOMPARE(header.dtype, dtype);
            QCOMPARE(header.item_bytes, item);
            QCOMPARE(header.shape, std::vector<std::int64_t>{7});
            QCOMPARE(header.count(), 7);
            QCOMPARE(header.data_offset, 128u);
        }
    }

    void versions_shapes_and_spellings() {
        const char* dict = "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }\n";
        for (const char version : {1, 2, 3}) QCOMPARE(header_of(npy(dict, 12, version)).count(), 6);
        QCOMPARE(header_of(npy("{\"shape\":(),\"fortran_order\":False,\"descr\":\"<f8\"}", 8)).count(), 1);
        QCOMPARE(header_of(npy("{'descr':'|u1','fortran_order':False,'shape':(0,5)}", 0)).count(), 0);
    }

    void refused_by_name() {
        QVERIFY(is_line_with(refused_dict("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8),
                             {"t.npy: ", "Python objects", "'|O'", "never unpickled"}));
        QVERIFY(is_line_with(refused_dict("{'descr': [('a', '<u2')], 'fortran_order': False, 'shape': (1,), }", 2),
                             {"t.npy: ", "structured dtype"}));
        QVERIFY(is_line_with(refused_dict("{'descr': '>u2', 'fortran_order': False, 'shape': (1,), }", 2),
                             {"t.npy: ", "big-endian", "'>u2'"}));
        QVERIFY(is_line_with(refused_dict("{'descr': '<u2', 'fortran_order': True, 'shape': (1,), }", 2),
                             {"t.npy: ", "Fortran order"}));
        QVERIFY(is_line_with(refused_dict("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8), {"'<c8'"}));
        QVERIFY(is_line_with(refused_dict("{'descr': '<U5', 'fortran_order': False, 'shape': (1,), }", 20), {"'<U5'"}));
    }

    void sizes_are_checked_before_anything_is_allocated() {
        QVERIFY(is_line_with(refused_dict("{'descr': '<f8', 'fortran_order': False, 'shape': (65536, 65536), }"),
                             {"holds 0 bytes", "promises 34359738368"}));
        QVERIFY(is_line_with(
            refused_dict("{'descr': '<u2', 'fortran_order': False, 'shape': (4194305, 4194305, 211106198978564), }", 8),
            {"more elements than any file"}));
        QVERIFY(is_line_with(
            refused_dict("{'descr': '<u2', 'fortran_order': False, 'shape': (99999999999999999999,), }"), {"2^63-1"}));
        QVERIFY(is_line_with(refused_dict("{'descr': '<u2', 'fortran_order': False, 'shape': (-1,), }"), {"2^63-1"}));
        const std::string whole = npy_header_1d("u2", 5) + std::string(10, '\0');
        QVERIFY(is_line_with(refusal(whole + "x"), {"holds 11 bytes", "promises 10"}));
        QVERIFY(is_line_with(refusal(whole.substr(0, whole.size() - 1)), {"holds 9 bytes", "promises 10"}));
    }

    void a_long_header_is_refused_unread() {
        std::string bytes = "\x93NUMPY\x02" + std::string(1, '\0') + "\xff\xff\xff\x7f";
        QVERIFY(is_line_with(refusal(bytes), {"header claims 2147483647 bytes", "10000"}));
        QVERIFY(is_line_with(
            refused_dict("{'descr': '<u2', 'fortran_order': False, 'shape': (1,), }" + std::string(20000, ' ')),
            {"at most 10000"}));
    }

    void damaged_headers() {
        QVERIFY(is_line_with(refusal(""), {"is not a .npy file"}));
        QVERIFY(is_line_with(refusal("PK\x03\x04 a zip of arrays"), {"is not a .npy file"}));
        QVERIFY(is_line_with(refusal(npy("{}", 0, 9)), {"version 9"}));
        QVERIFY(is_line_with(refusal(npy_header_1d("u2", 5).substr(0, 50)), {"ends within its .npy header"}));
        for (const char* dict : {"", "{", "{}", "{'descr'", "{'descr': '<u2'}", "{'descr': '<u2, 'shape': (1,)}", "[]",
                                 "{'descr': '<u2', 'descr': '<u2', 'fortran_order': False, 'shape': (1,)}",
                                 "{'descr': '<u2', 'fortran_order': 0, 'shape': (1,)}",
                                 "{'descr': '<u2', 'fortran_order': False, 'shape': 1}",
                                 "{'descr': '<u2', 'fortran_order': False, 'shape': (1,)} + x",
                                 "{'descr': '<u2', 'fortran_order': False, 'shape': (1,), 'x\n': 1}"})
            QVERIFY2(is_line_with(refused_dict(dict, 2), {"t.npy: the .npy header"}), dict);
    }
};

QTEST_GUILESS_MAIN(NpyTest)
#include "npy_test.moc"
