#include "core/io/json_file.h"
#include "core/io/json_lines.h"
#include "core/io/line_reader.h"
#include "core/io/npy.h"
#include "core/io/protobuf.h"
#include "core/io/safetensors.h"
#include "core/io/tensorboard.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/record.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <zlib.h>

#include <QTest>
#include <fstream>
#include <functional>

using namespace ablate;
using namespace ablate::io;
using test::record;

// Damaged files of every format: whatever is read ends well or with an InputError of one line that names the file.
// Under AddressSanitizer (preset asan) this also proves that nothing is read or written out of bounds.
class HostileFilesTest : public QObject {
    Q_OBJECT

    using Read = std::function<void(const std::filesystem::path&)>;

    // Tries every mutant. The seeds themselves must be read without an error: else the mutants would prove nothing.
    static void survives(const std::vector<std::string>& corpus, const Read& read) {
        const test::TempFolder folder;
        for (const std::string& valid : corpus) read(folder.write("valid", valid));
        test::Mutator mutator(2026, corpus);
        int refused = 0;
        const int count = test::mutant_count();
        for (int i = 0; i < count; ++i) {
            const auto file = folder / "mutant";
            std::ofstream(file, std::ios::binary | std::ios::trunc) << mutator.next();
            try {
                read(file);
            } catch (const InputError& error) {
                ++refused;
                const std::string message = error.what();
                QVERIFY2(message.starts_with(file.string() + ": "), message.c_str());
                QVERIFY2(message.find('\n') == std::string::npos && message.size() < 600, message.c_str());
            } catch (const std::exception& error) {
                QFAIL(qPrintable(QString("mutant %1: %2").arg(i).arg(error.what())));
            }
        }
        qInfo("%d of %d mutants refused, the others read", refused, count);
    }

    static std::string event_message() {
        std::string scalar, tensor, value, summary, message;
        put_bytes(scalar, 1, "train/loss");
        put_float(scalar, 2, 2.5f);
        put_varint(tensor, 1, 1);
        put_float(tensor, 5, 0.5f);
        put_bytes(value, 1, "eval/loss");
        put_bytes(value, 8, tensor);
        put_bytes(summary, 1, scalar);
        put_bytes(summary, 1, value);
        put_double(message, 1, 1.7e9);
        put_varint(message, 2, 100);
        put_bytes(message, 5, summary);
        return message;
    }
    static void read_events(const std::filesystem::path& file) {
        TensorBoardReader reader(file);
        reader.read_more();
        const auto offset = reader.offset();
        QVERIFY(reader.read_more().empty() && reader.offset() == offset);
        QVERIFY(static_cast<std::uintmax_t>(offset) <= std::filesystem::file_size(file));
    }

  private Q_SLOTS:
    void safetensors() {
        const test::TempFolder folder;
        TensorEntry w, b, step;
        w.name = "blocks.0.attn.wq", w.dtype = "F32", w.shape = {4, 8};
        b.name = "blocks.0.norm", b.dtype = "BF16", b.shape = {8};
        step.name = "step", step.dtype = "I64";
        SafetensorsWriter writer(folder / "t", {w, b, step}, {{"format", "pt"}});
        writer.write(std::string(128 + 16 + 8, 'x').data(), 128 + 16 + 8);
        writer.finish();
        survives({read_file(folder / "t"), std::string("\x02\0\0\0\0\0\0\0{}", 10)}, [](const auto& file) {
            const SafetensorsReader reader(file);
            for (const TensorEntry& entry : reader.entries()) {
                QVERIFY(entry.bytes() <= std::filesystem::file_size(file));
                std::vector<char> bytes(entry.bytes());
                reader.read(entry, bytes.data());
            }
        });
    }

    void npy() {
        const std::string two = "\x93NUMPY\x02" + std::string(1, '\0') + "\x3a" + std::string(3, '\0') +
                                "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}\n" + std::string(24, 'x');
        survives({npy_header_1d("u2", 10) + std::string(20, 'x'), npy_header_1d("i8", 2) + std::string(16, 'x'), two},
                 [](const auto& file) {
                     const NpyHeader header = read_npy_header(file);
                     const auto bytes = static_cast<std::uintmax_t>(header.count()) * header.item_bytes;
                     QCOMPARE(header.data_offset + bytes, std::filesystem::file_size(file));
                 });
    }

    void tensorboard_files() {
        survives({record("") + record(event_message()) + record(event_message())}, read_events);
    }

    // With the checksums made right again, so that the damage reaches the messages.
    void tensorboard_messages() {
        const test::TempFolder folder;
        test::Mutator mutator(7, {event_message()});
        for (int i = 0; i < test::mutant_count(); ++i) {
            const auto file = folder / "tfevents";
            std::ofstream(file, std::ios::binary | std::ios::trunc)
                << record(mutator.next()) << record(event_message());
            TensorBoardReader reader(file);
            const auto events = reader.read_more();
            QVERIFY(!events.empty() && events.back().values.size() == 2 && !reader.damaged_beyond());
            QVERIFY(reader.lost_records() <= 1);
        }
    }

    void json() {
        survives({"{\"train\":{\"lr\":1e-2,\"steps\":150,\"note\":\"\\u00e4 \\\"x\\\"\"},\"norm\":[{\"kind\":\"rms\","
                  "\"eps\":1e-05},null,true]}\n",
                  "{\"log_history\":[{\"loss\":NaN,\"grad_norm\":Infinity,\"step\":10},{\"x\":-Infinity}]}",
                  std::string(150, '[') + "1" + std::string(150, ']')},
                 [](const auto& file) { dump_line(read_json(file)); });
    }

    void json_lines() {
        survives({"{\"step\":1,\"loss\":2.5}\n{\"step\":2,\"loss\":\"NaN\"}\n{\"step\":3}\n"}, [](const auto& file) {
            const JsonLines lines = read_json_lines(file);
            QVERIFY(static_cast<std::uintmax_t>(lines.end) <= std::filesystem::file_size(file));
        });
    }

    void gzip_lines() {
        const test::TempFolder folder;
        gzFile out = gzopen((folder / "a.gz").c_str(), "wb");
        for (int i = 0; i < 200; ++i) gzprintf(out, "line %d of a story\r\n", i * i);
        gzclose(out);
        survives({read_file(folder / "a.gz"), "plain\ntext\n"}, [](const auto& file) {
            LineReader reader(file);
            for (std::string line; reader.next(line);) {
            }
        });
    }
};

QTEST_GUILESS_MAIN(HostileFilesTest)
#include "hostile_files_test.moc"
