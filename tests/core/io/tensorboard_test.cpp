#include "core/io/tensorboard.h"

#include "core/base/text.h"
#include "core/io/bytes.h"
#include "core/io/crc32c.h"
#include "core/io/protobuf.h"
#include "tests/support/record.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QProcess>
#include <QTest>
#include <bit>
#include <cmath>
#include <fstream>

using namespace ablate;
using namespace ablate::io;
using test::record;

class TensorBoardTest : public QObject {
    Q_OBJECT

    static constexpr float largest = std::numeric_limits<float>::max();

    // Writes `steps` records of three scalars, among them NaN and the infinities; the file's bytes.
    static std::string write_run(const test::TempFolder& folder, int steps) {
        TensorBoardWriter writer(folder.path());
        for (int step = 1; step <= steps; ++step) writer.append(event_at(step));
        writer.sync();
        return read_file(event_files(folder.path()).back());
    }
    static ScalarEvent event_at(int step) {
        const float loss = step % 5 == 0 ? NAN : step % 7 == 0 ? -INFINITY : 1.0f / static_cast<float>(step);
        return {1700000000.125 + step, step, {{"loss", loss}, {"grad norm", INFINITY}, {"lr", largest}}};
    }
    static bool same(const ScalarEvent& a, const ScalarEvent& b) {
        if (a.wall_time != b.wall_time || a.step != b.step || a.values.size() != b.values.size()) return false;
        for (std::size_t i = 0; i < a.values.size(); ++i)
            if (a.values[i].first != b.values[i].first ||
                std::bit_cast<std::uint32_t>(a.values[i].second) != std::bit_cast<std::uint32_t>(b.values[i].second))
                return false;
        return true;
    }
    // The events are those of steps 1, 2, ... but for those in `missing`.
    static bool are_steps(const std::vector<ScalarEvent>& events, int last, int missing = 0) {
        std::size_t at = 0;
        for (int step = 1; step <= last; ++step) {
            if (step == missing) continue;
            if (at >= events.size() || !same(events[at++], event_at(step))) return false;
        }
        return at == events.size();
    }
    static std::vector<std::size_t> record_ends(const std::string& bytes) {
        std::vector<std::size_t> ends;
        for (std::size_t at = 0; at < bytes.size(); ends.push_back(at)) at += load<std::uint64_t>(&bytes[at]) + 16;
        return ends;
    }

  private Q_SLOTS:
    // RFC 3720, appendix B.4.
    void checksums() {
        QCOMPARE(crc32c("123456789", 9), 0xe3069283u);
        QCOMPARE(crc32c(std::string(32, '\0').data(), 32), 0x8a9136aau);
        QCOMPARE(crc32c(std::string(32, '\xff').data(), 32), 0x62a8ab43u);
        QCOMPARE(crc32c("", 0), 0u);
    }

    void what_is_written_is_read_bit_by_bit() {
        const test::TempFolder folder;
        write_run(folder, 100);
        const auto files = event_files(folder.path());
        QCOMPARE(files.size(), 1u);
        const std::string name = files[0].filename().string();
        QVERIFY(name.starts_with("events.out.tfevents.") && name[20 + 10] == '.');
        TensorBoardReader reader(files[0]);
        QVERIFY(are_steps(reader.read_more(), 100));
        QVERIFY(reader.read_more().empty());
        QCOMPARE(reader.lost_records(), 0);
        QVERIFY(!reader.damaged_beyond());
    }

    void two_writers_have_two_files_in_the_order_of_their_start() {
        const test::TempFolder folder;
        for (int step = 1; step <= 3; ++step) {
            TensorBoardWriter writer(folder.path());
            writer.append(event_at(step));
        }
        const auto files = event_files(folder.path());
        QCOMPARE(files.size(), 3u);
        for (int i = 0; i < 3; ++i) QCOMPARE(TensorBoardReader(files[i]).read_more().at(0).step, i + 1);
        QVERIFY(event_files(folder / "none").empty());
    }

    void tensorboard_reads_the_same() {
        if (!std::filesystem::exists(ABLATE_PYTHON)) QSKIP("needs " ABLATE_PYTHON);
        const test::TempFolder folder;
        const std::string bytes = write_run(folder, 40);
        std::filesystem::resize_file(event_files(folder.path())[0], bytes.size() - 3);  // a torn tail
        QProcess python;
        python.start(ABLATE_PYTHON, {ABLATE_SOURCE_DIR "/tests/support/read_scalars.py", folder.path().c_str()});
        QVERIFY(python.waitForFinished(60000));
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
        QStringList lines = QString(python.readAllStandardOutput()).split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 3 * 39);
        const auto line = [](const char* tag, int step, const QString& value) {
            return QString("%1 %2 %3 %4").arg(tag).arg(step).arg(value).arg(1700000000.125 + step, 0, 'f', 3);
        };
        for (int step = 1; step <= 39; ++step) {
            const float loss = event_at(step).values[0].second;
            const QString word = std::isnan(loss)   ? "nan"
                                 : std::isinf(loss) ? "-inf"
                                                    : QString::fromStdString(full_precision(loss));
            if (loss == 1)
                QVERIFY(lines.contains(line("loss", step, "1.0")));
            else
                QVERIFY2(lines.contains(line("loss", step, word)), qPrintable(line("loss", step, word)));
            QVERIFY(lines.contains(line("grad norm", step, "inf")));
            QVERIFY(lines.contains(line("lr", step, "3.4028234663852886e+38")));
        }
    }

    // The forms other writers use: tensors with float_val (packed or not) or raw content, and values of other kinds.
    void tensors_of_one_float_are_scalars() {
        const auto tensor = [](const auto& fill) {
            std::string message;
            put_varint(message, 1, 1);  // DT_FLOAT
            put_bytes(message, 2, "");  // the empty shape
            fill(message);
            return message;
        };
        std::string half;
        store(half, 0.5f);
        const std::string tensors[] = {
            tensor([&](std::string& m) { put_bytes(m, 4, half); }),
            tensor([&](std::string& m) { put_bytes(m, 5, half); }),
            tensor([&](std::string& m) { put_float(m, 5, 0.5f); }),
            tensor([&](std::string& m) { put_bytes(m, 5, half + half); }),  // two floats: no scalar
            tensor([&](std::string&) {}),
        };
        std::string summary;
        for (const std::string& value : tensors) {
            std::string message;
            put_bytes(message, 9, "metadata");
            put_bytes(message, 1, "loss");
            put_bytes(message, 8, value);
            put_bytes(summary, 1, message);
        }
        std::string event;
        put_double(event, 1, 1.5);
        put_varint(event, 2, 7);
        put_bytes(event, 5, summary);
        const test::TempFolder folder;
        TensorBoardReader reader(folder.write("tfevents", record(event)));
        const auto events = reader.read_more();
        QCOMPARE(events.size(), 1u);
        QVERIFY(same(events[0], {1.5, 7, {{"loss", 0.5f}, {"loss", 0.5f}, {"loss", 0.5f}}}));
    }

    // Cut at every byte of the last three records: whole records come, the torn one waits for its rest.
    void a_torn_tail_waits() {
        const test::TempFolder folder, copy;
        const std::string bytes = write_run(folder, 10);
        const auto ends = record_ends(bytes);
        for (std::size_t cut = ends[7]; cut <= bytes.size(); ++cut) {
            const auto file = copy.write("tfevents", bytes.substr(0, cut));
            TensorBoardReader reader(file);
            const int whole = static_cast<int>(std::upper_bound(ends.begin(), ends.end(), cut) - ends.begin()) - 1;
            auto events = reader.read_more();
            QVERIFY(are_steps(events, whole));
            QCOMPARE(static_cast<std::size_t>(reader.offset()), ends[static_cast<std::size_t>(whole)]);
            QVERIFY(!reader.damaged_beyond());
            std::ofstream(file, std::ios::app | std::ios::binary) << bytes.substr(cut);
            for (const auto& event : reader.read_more()) events.push_back(event);
            QVERIFY(are_steps(events, 10));
            QCOMPARE(reader.lost_records(), 0);
        }
    }

    // Each bit of a record in the middle turned over once: at most that record is lost, or the file ends before it.
    void a_flipped_bit_costs_its_record() {
        const test::TempFolder folder, copy;
        const std::string bytes = write_run(folder, 10);
        const auto ends = record_ends(bytes);
        for (std::size_t byte = ends[5]; byte < ends[6]; ++byte)
            for (int bit = 0; bit < 8; ++bit) {
                std::string damaged = bytes;
                damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
                TensorBoardReader reader(copy.write("tfevents", damaged));
                const auto events = reader.read_more();
                const bool in_length = byte < ends[5] + 12;
                QVERIFY(in_length ? are_steps(events, 5) : are_steps(events, 10, 6));
                QCOMPARE(reader.damaged_beyond(), in_length);
                QCOMPARE(reader.lost_records(), in_length ? 0 : 1);
                QCOMPARE(static_cast<std::size_t>(reader.offset()), in_length ? ends[5] : bytes.size());
            }
    }

    void a_length_beyond_the_file_is_a_torn_tail() {
        for (const std::uint64_t length : {1ull << 20, 1ull << 40, ~0ull, ~0ull - 15}) {
            const test::TempFolder folder;
            std::string bytes = record("");
            std::string claim;
            store(claim, length);
            store(claim, test::masked_crc(claim));
            TensorBoardReader reader(folder.write("tfevents", bytes + claim + "data"));
            QVERIFY(reader.read_more().empty());
            QCOMPARE(reader.offset(), 16);
            QVERIFY(!reader.damaged_beyond());
        }
    }

    void a_follower_sees_every_record_once() {
        const test::TempFolder folder;
        TensorBoardWriter writer(folder.path());
        TensorBoardReader reader(event_files(folder.path())[0]);
        std::vector<ScalarEvent> events;
        for (int step = 1; step <= 2000; ++step) {
            writer.append(event_at(step));
            if (step % 3 == 0) writer.flush();
            if (step % 7 == 0)
                for (auto& event : reader.read_more()) events.push_back(std::move(event));
        }
        writer.flush();
        for (auto& event : reader.read_more()) events.push_back(std::move(event));
        QVERIFY(are_steps(events, 2000));
        QCOMPARE(reader.offset(), writer.offset());
    }

    // More than the reader holds at once.
    void large_files_and_large_records() {
        const test::TempFolder folder;
        const std::string tag(6 << 20, 'x');
        {
            TensorBoardWriter writer(folder.path());
            for (int step = 1; step <= 3; ++step) {
                writer.append({0, step, {{tag, 1.0f}}});
                for (int i = 0; i < 20000; ++i) writer.append({0, step, {{"loss", 1.0f}}});
            }
        }
        TensorBoardReader reader(event_files(folder.path())[0]);
        const auto events = reader.read_more();
        QCOMPARE(events.size(), 60003u);
        QCOMPARE(events[40002].values[0].first, tag);
        QCOMPARE(reader.lost_records(), 0);
    }

    void a_resume_writes_the_same_file() {
        const test::TempFolder whole, resumed;
        const std::string expected = write_run(whole, 20);
        std::int64_t kept = 0;
        {
            TensorBoardWriter writer(resumed.path());
            for (int step = 1; step <= 8; ++step) writer.append(event_at(step));
            writer.sync();
            kept = writer.offset();
            for (int step = 9; step <= 13; ++step) writer.append(event_at(step));
        }
        {
            TensorBoardWriter writer(resumed.path(), kept);
            QCOMPARE(writer.offset(), kept);
            for (int step = 9; step <= 20; ++step) writer.append(event_at(step));
        }
        const auto files = event_files(resumed.path());
        QCOMPARE(files.size(), 1u);
        const std::size_t first = record_ends(expected)[0];  // holds the time of its start
        QVERIFY(read_file(files[0]).substr(first) == expected.substr(first));
        const auto beyond = [&] { TensorBoardWriter(resumed.path(), 1 << 20); };
        QVERIFY(test::is_line_with(test::input_error(beyond), {"tfevents", "fewer than the 1048576"}));
        const test::TempFolder empty;
        QVERIFY(test::is_line_with(test::input_error([&] { TensorBoardWriter(empty.path(), 5); }),
                                   {"no TensorBoard file"}));
    }
};

QTEST_GUILESS_MAIN(TensorBoardTest)
#include "tensorboard_test.moc"
